// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_TTS_INDEXTTS_TEXT_PRETOKENIZE_H_
#define WAVESHIFT_TTS_INDEXTTS_TEXT_PRETOKENIZE_H_

#include <string>
#include <string_view>

namespace waveshift::tts::indextts {

// Without white space at both ends.
std::string StripSpace(std::string_view utf8);

// Spaces around every character of the East Asian scripts, and upper case: the form in which the model's
// tokenizer was trained.
std::string Pretokenize(std::string_view utf8);

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_TEXT_PRETOKENIZE_H_
