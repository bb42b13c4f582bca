// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_AUDIO_CORRELATE_H_
#define WAVESHIFT_AUDIO_CORRELATE_H_

#include <span>

#include "base/media_time.h"

namespace waveshift::audio {

struct Offset {
  double samples =
      0;  // at 48 kHz, fractional: how much later than expected the template lies; negative = earlier
  double score =
      0;  // 0..1: normalised correlation there (1 = the same sound; under music at equal level about 0.7)
};

// Finds where `sought` (48 kHz mono) lies in `signal` (48 kHz mono), which begins `max_lag` samples before
// the place where `sought` is expected and should be at least sought.size() + 2 * max_lag long (what is
// missing counts as silence). Offsets of -max_lag .. max_lag are tried. Both are reduced to 200-6000 Hz at 16
// kHz and flattened first, so that bass and music's hum do not hide speech. Silence on either side, or a
// negative max_lag, gives score 0. Any thread.
Offset FindOffset(std::span<const float> sought, std::span<const float> signal, Samples max_lag);

}  // namespace waveshift::audio

#endif  // WAVESHIFT_AUDIO_CORRELATE_H_
