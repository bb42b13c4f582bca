// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// From a text as people write it to one that the model's vocabulary has pieces for. Reading numbers, dates
// and the like aloud is a stage of its own that the caller gives.
#ifndef WAVESHIFT_TTS_INDEXTTS_TEXT_NORMALIZER_H_
#define WAVESHIFT_TTS_INDEXTTS_TEXT_NORMALIZER_H_

#include <functional>
#include <string>
#include <string_view>

namespace waveshift::tts::indextts {

enum class TextPath { kChinese, kEnglish };

// Chinese when there is a Chinese character or toned pinyin, no ASCII letter at all, or when all is an e-mail
// address; English otherwise.
TextPath PathOf(std::string_view utf8);

// Writes out numbers, dates, ...; leaves code points of the plane U+F0000 as they are.
using ReadAloud = std::function<std::string(std::string_view text, TextPath path)>;

// Pinyin, joined names (two or three groups of Chinese characters with a hyphen, a dot or a dash between) and
// everything else, in this order: contractions ("it's") are written out; pinyin and names are kept from
// `read_aloud` (null: nothing is read); then punctuation becomes the few marks that the vocabulary has.
// Ill-formed bytes are left out.
std::string NormalizeText(std::string_view utf8, const ReadAloud& read_aloud);

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_TEXT_NORMALIZER_H_
