// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "text/read_aloud.h"

#include <algorithm>
#include <string>

#include "fuzzing.h"
#include "text/code_points.h"
#include "text/language.h"

namespace {

using waveshift::fuzz::Require;
namespace text = waveshift::text;

void CheckSpoken(std::string_view written, const char* language) {
  const auto spoken = text::ReadAloud(written, language);
  if (!spoken.ok()) {
    Require(!text::IsValidUtf8(written), "every text in UTF-8 can be read");
    return;
  }
  Require(text::IsValidUtf8(spoken->text), "spoken text is UTF-8");
  Require(text::CollapseWhitespace(spoken->text) == spoken->text, "single spaces, no control characters");
  const std::u32string characters = text::ToCodePoints(spoken->text);
  const bool has_digit =
      std::any_of(characters.begin(), characters.end(), [](char32_t c) { return c >= U'0' && c <= U'9'; });
  Require(!has_digit, "digits are in words");
  for (const std::string& warning : spoken->warnings) {
    Require(text::IsValidUtf8(warning) && warning.find('\n') == std::string::npos, "a warning is one line");
  }
}

void CheckSentences(std::string_view written) {
  size_t longest = 0;
  for (const std::string& sentence : text::SplitSentences(written, "en", 50)) {
    Require(!sentence.empty(), "no empty sentence");
    longest = std::max(longest, text::ToCodePoints(sentence).size());
  }
  Require(longest <= 50, "no sentence is longer than asked for");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view written = waveshift::fuzz::BytesOf(data, std::min<size_t>(size, 2000));
  for (const char* language : {"en", "en-GB", "zh", "es", "ja"}) CheckSpoken(written, language);
  CheckSentences(written);
  return 0;
}
