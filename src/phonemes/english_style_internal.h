// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The manner in which Kokoro's English is written, against espeak-ng's: which weak vowels, where a secondary
// stress stands. Found by holding both against each other over the 6000 most frequent words. Room-internal.
#ifndef WAVESHIFT_PHONEMES_ENGLISH_STYLE_INTERNAL_H_
#define WAVESHIFT_PHONEMES_ENGLISH_STYLE_INTERNAL_H_

#include <string>

namespace waveshift::phonemes::internal {

// `word` in Kokoro's symbols.
std::u32string AmericanStyle(std::u32string word);
std::u32string BritishStyle(std::u32string word);

}  // namespace waveshift::phonemes::internal

#endif  // WAVESHIFT_PHONEMES_ENGLISH_STYLE_INTERNAL_H_
