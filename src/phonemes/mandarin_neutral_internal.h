// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Words whose last syllable is weak, and those where it looks so but is not. Room-internal.
#ifndef WAVESHIFT_PHONEMES_MANDARIN_NEUTRAL_INTERNAL_H_
#define WAVESHIFT_PHONEMES_MANDARIN_NEUTRAL_INTERNAL_H_

#include <string_view>

namespace waveshift::phonemes::internal {

bool IsNeutralWord(std::u32string_view word);  // 东西, 朋友, 看看
bool IsNeutralZi(std::u32string_view word);    // 桌子, not 电子
bool HasFullEr(std::u32string_view word);      // 女儿, not 花儿
bool HasFullDe(std::u32string_view word);      // 获得, not 觉得
bool HasFullShang(std::u32string_view word);   // 晚上 is weak, 以上 is not

}  // namespace waveshift::phonemes::internal

#endif  // WAVESHIFT_PHONEMES_MANDARIN_NEUTRAL_INTERNAL_H_
