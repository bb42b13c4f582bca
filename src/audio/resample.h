// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_AUDIO_RESAMPLE_H_
#define WAVESHIFT_AUDIO_RESAMPLE_H_

#include <cstdint>

#include "audio/buffer.h"
#include "base/status.h"

namespace waveshift::audio {

// How many samples Resample makes of `count`: count * to / from, rounded to the nearest (halves up). Pre:
// rates > 0, count >= 0.
int64_t ResampledLength(int64_t count, int from_hz, int to_hz);

// The whole sound at another rate (soxr, high quality, linear phase): exactly ResampledLength samples,
// nothing is delayed. The same rate gives the same samples. InvalidArgument for a rate outside 1000..768000
// Hz. Any thread.
StatusOr<MonoBuffer> Resample(const MonoBuffer& buffer, int sample_rate_hz);

}  // namespace waveshift::audio

#endif  // WAVESHIFT_AUDIO_RESAMPLE_H_
