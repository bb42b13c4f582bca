// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_TTS_KOKORO_CAST_H_
#define WAVESHIFT_TTS_KOKORO_CAST_H_

#include <cstddef>
#include <string_view>
#include <vector>

#include "tts/cast.h"

namespace waveshift::tts {

// Kokoro's voices for the speakers of a video (CastOf). First the voices made for the language; then, when
// these are not enough, those of its family (American and British English; Spanish, French, Italian and
// Portuguese), which are as well understood (docs/models.md); then blends of two voices of the same sex,
// whose pitch lies between the two. Left out are the voices that whisper or play a part (af_nicole and the
// three santas). Empty for a language that Kokoro does not speak. Pure; any thread.
std::vector<CastVoice> KokoroCast(std::string_view language, size_t low, size_t high);

}  // namespace waveshift::tts

#endif  // WAVESHIFT_TTS_KOKORO_CAST_H_
