// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The symbols of Kokoro-82M v1.0: the 114 entries of the model's own table, which the Kokoro engine turns
// into token numbers.
#ifndef WAVESHIFT_PHONEMES_KOKORO_SYMBOLS_H_
#define WAVESHIFT_PHONEMES_KOKORO_SYMBOLS_H_

#include <string>
#include <string_view>

namespace waveshift::phonemes {

// All of them, in no special order, each once.
std::u32string_view KokoroSymbols();

bool IsKokoroSymbol(char32_t c);

// `ipa` in Kokoro's symbols only: what it does not have becomes its nearest sound or goes. Runs of spaces
// become one, none at the ends.
std::u32string ToKokoroSymbols(std::u32string_view ipa);

}  // namespace waveshift::phonemes

#endif  // WAVESHIFT_PHONEMES_KOKORO_SYMBOLS_H_
