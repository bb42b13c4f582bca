// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_AUDIO_STRETCH_H_
#define WAVESHIFT_AUDIO_STRETCH_H_

#include <cstdint>

#include "audio/buffer.h"
#include "base/status.h"

namespace waveshift::audio {

inline constexpr double kMinTempo = 0.5;
inline constexpr double kMaxTempo = 2.0;

// Speech at another tempo, its pitch kept (libsonic, PICOLA): exactly round(n / tempo) samples. Where the
// first sound lies is scaled exactly (within a sample), and the sound's first milliseconds are copied as they
// are, so an onset keeps both its place and its attack; later sounds lie within about one pitch period (15 ms
// at most) of their scaled places, and nothing at the end is cut off. A tempo within 1e-4 of 1 gives the same
// samples. InvalidArgument for a tempo outside kMinTempo..kMaxTempo, a rate outside 8000..192000 Hz, or
// samples that are not numbers; OutOfRange for more than 10 minutes. Any thread; deterministic.
StatusOr<MonoBuffer> Stretch(const MonoBuffer& buffer, double tempo);

// The same with the length given: tempo = n / length.
StatusOr<MonoBuffer> StretchTo(const MonoBuffer& buffer, int64_t length);

}  // namespace waveshift::audio

#endif  // WAVESHIFT_AUDIO_STRETCH_H_
