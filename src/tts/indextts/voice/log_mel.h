// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_TTS_INDEXTTS_VOICE_LOG_MEL_H_
#define WAVESHIFT_TTS_INDEXTTS_VOICE_LOG_MEL_H_

#include <cstdint>
#include <span>
#include <vector>

#include "base/status.h"
#include "runtime/cpu/workers.h"
#include "tts/indextts/architecture.h"

namespace waveshift::tts::indextts {

// Natural logarithms of mel magnitudes, [bands, frames].
struct LogMel {
  int64_t bands = 0;
  int64_t frames = 0;
  std::vector<float> values;
};

// ln(max(mel, 1e-7)) of mono samples at mel.sample_rate_hz, 1 + floor(samples / hop) frames: magnitudes of a
// short-time Fourier transform (periodic Hann window, frames centred on multiples of the hop, the sound
// mirrored at its ends), weighted with triangles of height 1 whose corners are equally spaced on the HTK
// scale 2595 log10(1 + f / 700) from 0 to half the rate. InvalidArgument unless samples.size() exceeds
// mel.fft / 2. Any thread; the work is shared with `workers` if there are any, whose number makes no
// difference.
StatusOr<LogMel> ComputeLogMel(std::span<const float> samples, const MelSizes& mel,
                               cpu::Workers* workers = nullptr);

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_VOICE_LOG_MEL_H_
