// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The phonemes of Mandarin need no other program, so this runs fast; the processes of the other languages get
// every sixteenth input.
#include <algorithm>
#include <string>

#include "fuzzing.h"
#include "phonemes/front_ends_internal.h"
#include "phonemes/kokoro_symbols.h"
#include "phonemes/mandarin_data_internal.h"
#include "phonemes/phonemizer.h"
#include "phonemes/punctuation_internal.h"
#include "text/code_points.h"
#include "text/language.h"

namespace {

using waveshift::fuzz::Require;
namespace phonemes = waveshift::phonemes;
namespace text = waveshift::text;

void CheckSymbols(std::u32string_view sounds) {
  for (const char32_t c : sounds) Require(phonemes::IsKokoroSymbol(c), "only the model's symbols");
}

void CheckPunctuation(std::u32string_view plain) {
  std::u32string joined;
  for (const phonemes::internal::Piece& piece : phonemes::internal::SplitAtPunctuation(plain))
    joined += piece.text;
  Require(joined == plain, "cutting at punctuation loses nothing");
}

void CheckProcesses(std::string_view written) {
  static const auto kokoro = *phonemes::MakeKokoroPhonemizer();
  for (const char* language : {"en", "fr", "zh", "ja"}) {
    const auto sounds = kokoro->Phonemize(written, language);
    if (sounds.ok()) {
      CheckSymbols(text::ToCodePoints(*sounds));
    } else {
      Require(
          sounds.status().code() == waveshift::StatusCode::kFailedPrecondition || !text::IsValidUtf8(written),
          "every text in UTF-8 has phonemes when the programs are there");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view written = waveshift::fuzz::BytesOf(data, std::min<size_t>(size, 2000));
  const std::u32string plain = phonemes::internal::PlainText(text::ToCodePoints(written));
  CheckPunctuation(plain);
  CheckSymbols(phonemes::ToKokoroSymbols(phonemes::internal::MandarinWithoutSandhi(plain)));
  static_cast<void>(phonemes::internal::MandarinData::Parse(written));
  static uint64_t count = 0;
  if (count++ % 16 == 0) CheckProcesses(written);
  return 0;
}
