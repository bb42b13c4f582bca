// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Time on the job's one timeline: samples at 48 kHz from the video's first picture. Everything else is
// converted at the edges.
#ifndef WAVESHIFT_BASE_MEDIA_TIME_H_
#define WAVESHIFT_BASE_MEDIA_TIME_H_

#include <cmath>
#include <cstdint>

namespace waveshift {

inline constexpr int kTimelineRateHz = 48000;

// A position or length on the timeline, in samples per channel.
using Samples = int64_t;

inline constexpr Samples SamplesFromMs(int64_t ms) { return ms * (kTimelineRateHz / 1000); }
inline Samples SamplesFromMs(double ms) { return std::llround(ms * (kTimelineRateHz / 1000.0)); }
inline Samples SamplesFromSeconds(double s) { return std::llround(s * kTimelineRateHz); }
inline constexpr double MsFromSamples(Samples n) { return static_cast<double>(n) * 1000.0 / kTimelineRateHz; }
inline constexpr double SecondsFromSamples(Samples n) { return static_cast<double>(n) / kTimelineRateHz; }

}  // namespace waveshift

#endif  // WAVESHIFT_BASE_MEDIA_TIME_H_
