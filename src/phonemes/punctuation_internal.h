// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Text cut at its punctuation: espeak-ng drops the marks, and the voices need them. Room-internal.
#ifndef WAVESHIFT_PHONEMES_PUNCTUATION_INTERNAL_H_
#define WAVESHIFT_PHONEMES_PUNCTUATION_INTERNAL_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace waveshift::phonemes::internal {

// The marks of other scripts as the Latin ones that the voices know: 。 and । become ".", ？ and ؟ "?",
// dashes "—", 「 and « “, and so on. Full-width marks are followed by a space, as their width was.
std::u32string LatinPunctuation(std::u32string_view text);

// LatinPunctuation of text whose letters and digits are plain ones (NFKC): full-width and styled letters.
std::u32string PlainText(std::u32string_view text);

bool IsPunctuation(char32_t c);

struct Piece {
  std::u32string text;
  bool is_words = false;  // else marks and the spaces around them
};
// In order; joined again they are `text`.
std::vector<Piece> SplitAtPunctuation(std::u32string_view text);

// Each piece of words through `sounds_of` (all in one call), the marks as they were.
using SoundsOf = std::function<StatusOr<std::vector<std::string>>(const std::vector<std::string>&)>;
StatusOr<std::u32string> ReplaceWords(std::u32string_view text, const SoundsOf& sounds_of);

}  // namespace waveshift::phonemes::internal

#endif  // WAVESHIFT_PHONEMES_PUNCTUATION_INTERNAL_H_
