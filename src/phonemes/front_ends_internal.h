// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// How each of Kokoro's languages comes to its sounds. All take text with Latin punctuation
// (LatinPunctuation) and give IPA in Kokoro's manner, which ToKokoroSymbols cleans. Room-internal.
#ifndef WAVESHIFT_PHONEMES_FRONT_ENDS_INTERNAL_H_
#define WAVESHIFT_PHONEMES_FRONT_ENDS_INTERNAL_H_

#include <string>
#include <string_view>

#include "base/status.h"
#include "phonemes/espeak_process.h"
#include "phonemes/mecab_process.h"

namespace waveshift::phonemes::internal {

// English, word by word: each word's citation form of espeak-ng, weak forms by own rules (english_words.cc).
StatusOr<std::u32string> EnglishSounds(const EspeakProcess& espeak, std::u32string_view text, bool british);

// Spanish, French, Italian, Portuguese, Hindi: the IPA of espeak-ng with Kokoro's letters for diphthongs and
// affricates.
StatusOr<std::u32string> EspeakSounds(const EspeakProcess& espeak, std::u32string_view text,
                                      const std::string& voice);

// Mandarin: words, readings, tone changes, IPA with tone arrows. Latin words are English.
StatusOr<std::u32string> MandarinSounds(const EspeakProcess& espeak, std::u32string_view text);
// The same with each word's own tones and other scripts as they stand: what the golden pairs of the plain
// front end hold segmentation, readings and IPA against.
std::u32string MandarinWithoutSandhi(std::u32string_view text);

// Japanese: words and their pronunciation from MeCab, kana to narrow IPA. Latin words are English.
StatusOr<std::u32string> JapaneseSounds(const EspeakProcess& espeak, const MecabProcess& mecab,
                                        std::u32string_view text);

}  // namespace waveshift::phonemes::internal

#endif  // WAVESHIFT_PHONEMES_FRONT_ENDS_INTERNAL_H_
