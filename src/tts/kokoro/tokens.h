// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_TTS_KOKORO_TOKENS_H_
#define WAVESHIFT_TTS_KOKORO_TOKENS_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace waveshift::tts {

// What the network reads at once, its two end marks not counted.
inline constexpr size_t kMostKokoroTokens = 510;

// The number of a symbol in the model's table, -1 for one that it does not have.
int64_t KokoroToken(char32_t symbol);

// The tokens of symbols between two end marks (0); symbols that the model does not have are left out. Pure.
std::vector<int64_t> KokoroTokens(std::u32string_view symbols);

}  // namespace waveshift::tts

#endif  // WAVESHIFT_TTS_KOKORO_TOKENS_H_
