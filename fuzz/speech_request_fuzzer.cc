// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/speech_request.h"

#include <string>

#include "fuzzing.h"
#include "service/speech_stream.h"
#include "text/code_points.h"
#include "text/guess_language.h"
#include "text/language.h"

namespace {

using waveshift::fuzz::Require;
namespace service = waveshift::service;
namespace text = waveshift::text;

constexpr int kMostCharacters = 5000;

void CheckText(const std::string& input) {
  const std::string language = text::GuessLanguage(input);
  const auto canonical = text::CanonicalLanguage(language);
  Require(language.empty() || (canonical.ok() && *canonical == language), "a guess is a canonical tag");
  size_t characters = 0;
  for (const std::string& piece : service::CutForSpeech(input, language)) {
    Require(text::HasSayableWords(piece), "every piece says something");
    const size_t length = text::ToCodePoints(piece).size();
    Require(length <= 400, "pieces are short");
    characters += length;
  }
  Require(characters <= 2 * text::ToCodePoints(input).size(), "nothing is said twice");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view body = waveshift::fuzz::BytesOf(data, size);
  text::GuessLanguage(body);
  service::SpeechRequest request;
  const service::SpeechError error = service::ParseSpeechRequest(body, kMostCharacters, request);
  if (error.is_error()) {
    Require(error.status == 400 && !error.code.empty(), "a refusal is a 400");
    Require(!error.message.empty() && error.message.find('\n') == std::string::npos, "one line says why");
    Require(error.param.empty() || error.message.starts_with(error.param + ": "), "the field is named");
    return 0;
  }
  Require(text::IsValidUtf8(request.input) && text::HasSayableWords(request.input), "there is a text");
  Require(!request.model.empty() && !request.voice.empty(), "there are names");
  Require(request.speed >= 0.25 && request.speed <= 4, "the speed is in its bounds");
  CheckText(request.input);
  return 0;
}
