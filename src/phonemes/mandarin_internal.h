// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The steps from Chinese characters to sounds. Room-internal.
#ifndef WAVESHIFT_PHONEMES_MANDARIN_INTERNAL_H_
#define WAVESHIFT_PHONEMES_MANDARIN_INTERNAL_H_

#include <string>
#include <string_view>
#include <vector>

namespace waveshift::phonemes::internal {

struct Syllable {
  char32_t character = 0;
  std::string base;  // "zhang", "lv" for lü
  int tone = 5;      // 1..4, 5 neutral
};

struct MandarinWord {
  std::u32string text;
  std::vector<Syllable> syllables;  // one a character
};

// Words of a run of Chinese characters: the most probable row of known words; what is left of single
// characters is joined to new words by a hidden Markov model of word places (begin, middle, end, single).
std::vector<std::u32string> SegmentMandarin(std::u32string_view run);

// The word's syllables before any tone changes. A character whose reading is unknown has an empty base.
std::vector<Syllable> ReadMandarinWord(std::u32string_view word);

// Tone changes of a phrase (what is spoken without a pause): 一, 不, neutral tones, third tones, 儿.
void ApplyToneSandhi(std::vector<MandarinWord>* phrase);

// "zhong1" becomes ꭧʊ→ŋ. "" for a base that is no Mandarin syllable.
std::u32string MandarinIpa(const Syllable& syllable);

}  // namespace waveshift::phonemes::internal

#endif  // WAVESHIFT_PHONEMES_MANDARIN_INTERNAL_H_
