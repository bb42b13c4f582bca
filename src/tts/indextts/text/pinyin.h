// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Toned pinyin inside a text ("XUAN4"), with which a writer says how a character is read.
#ifndef WAVESHIFT_TTS_INDEXTTS_TEXT_PINYIN_H_
#define WAVESHIFT_TTS_INDEXTTS_TEXT_PINYIN_H_

#include <string>
#include <string_view>
#include <vector>

namespace waveshift::tts::indextts {

// A syllable with a tone digit from 1 to 5, at the beginning of the text; its length in code points, 0 when
// there is none. Any case.
size_t PinyinLengthAt(std::u32string_view text);

// The syllables of a text from left to right, as they are written. One that follows an ASCII letter does not
// count.
std::vector<std::u32string> FindPinyin(std::u32string_view text);

// As the model's vocabulary writes it: after j, q, x the vowel u is a V, and all is upper case; others stay.
std::u32string VocabularyPinyin(std::u32string_view pinyin);

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_TEXT_PINYIN_H_
