// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Kana to Kokoro's Japanese sounds. Room-internal.
#ifndef WAVESHIFT_PHONEMES_JAPANESE_INTERNAL_H_
#define WAVESHIFT_PHONEMES_JAPANESE_INTERNAL_H_

#include <string>
#include <string_view>

namespace waveshift::phonemes::internal {

// `kana`: one word in katakana or hiragana; other characters are dropped. ッ becomes ʔ, ー becomes ː, ン the
// nasal that fits the following sound.
std::u32string KanaSounds(std::u32string_view kana);

}  // namespace waveshift::phonemes::internal

#endif  // WAVESHIFT_PHONEMES_JAPANESE_INTERNAL_H_
