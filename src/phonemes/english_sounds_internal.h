// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// From espeak-ng's English IPA to Kokoro's. Room-internal.
#ifndef WAVESHIFT_PHONEMES_ENGLISH_SOUNDS_INTERNAL_H_
#define WAVESHIFT_PHONEMES_ENGLISH_SOUNDS_INTERNAL_H_

#include <string>
#include <string_view>

namespace waveshift::phonemes::internal {

// `ipa` of one word with '^' between the letters of one sound, from the voices en-us or en-gb.
std::u32string EnglishSymbols(std::u32string_view ipa, bool british);

// A word without a stress gets a secondary one before its first vowel.
std::u32string WithSecondaryStress(std::u32string_view sounds);

}  // namespace waveshift::phonemes::internal

#endif  // WAVESHIFT_PHONEMES_ENGLISH_SOUNDS_INTERNAL_H_
