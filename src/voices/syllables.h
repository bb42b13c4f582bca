// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// How many syllables a line of text has, roughly, without knowing its language.
#ifndef WAVESHIFT_VOICES_SYLLABLES_H_
#define WAVESHIFT_VOICES_SYLLABLES_H_

#include <string_view>

namespace waveshift::voices {

// What people say in a second of English speech, pauses shorter than 250 ms included. Between two published
// means: 4.3 (260 syllables a minute, conversation with its pauses: S. Tauroza and D. Allison, "Speech rates
// in British English", Applied Linguistics 11(1), 1990) and 6.2 (read texts without pauses above 150 ms: F.
// Pellegrino, C. Coupe and E. Marsico, "A cross-language perspective on speech information rate", Language
// 87(3), 2011).
inline constexpr double kTypicalSyllablesPerSecond = 4.8;

struct SyllableEstimate {
  double syllables = 0;
  // What is usual in writing of this kind. Pellegrino et al. measured English 6.19, Mandarin 5.18 and
  // Japanese 7.84 under the same conditions; their proportions to English are applied to
  // kTypicalSyllablesPerSecond.
  double typical_per_second = kTypicalSyllablesPerSecond;
};

// Latin: groups of vowels, at least one a word. Han: characters. With kana in the line (Japanese): morae, two
// for a kanji. Hangul: characters. Other scripts: letters / 2.5. Digits count 1.2 each (the mean of the
// English digits' names). Bytes that are no UTF-8 are passed over.
SyllableEstimate EstimateSyllables(std::string_view utf8);

}  // namespace waveshift::voices

#endif  // WAVESHIFT_VOICES_SYLLABLES_H_
