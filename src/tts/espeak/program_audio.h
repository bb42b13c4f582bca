// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What espeak-ng prints for `--stdout`: a WAV file whose lengths are not known when its header is written.
#ifndef WAVESHIFT_TTS_ESPEAK_PROGRAM_AUDIO_H_
#define WAVESHIFT_TTS_ESPEAK_PROGRAM_AUDIO_H_

#include <string_view>

#include "audio/buffer.h"
#include "base/status.h"

namespace waveshift::tts {

// Samples of a mono 16-bit PCM WAV. The lengths in its header are upper bounds only: what is there counts.
// DataLoss says what is wrong with bytes that are no such file; nothing is read beyond them.
StatusOr<audio::MonoBuffer> ParseProgramWav(std::string_view bytes);

}  // namespace waveshift::tts

#endif  // WAVESHIFT_TTS_ESPEAK_PROGRAM_AUDIO_H_
