// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_AUDIO_BUFFER_H_
#define WAVESHIFT_AUDIO_BUFFER_H_

#include <cstdint>
#include <vector>

namespace waveshift::audio {

// Mono speech: samples in [-1, 1] at one rate. A plain value; the owner may change it, nobody else sees it.
struct MonoBuffer {
  int sample_rate_hz = 0;
  std::vector<float> samples;
  double seconds() const {
    return sample_rate_hz > 0 ? static_cast<double>(samples.size()) / sample_rate_hz : 0.0;
  }
};

// Stereo at the timeline's 48 kHz: left and right interleaved.
struct StereoBuffer {
  std::vector<float> interleaved;
  int64_t frames() const { return static_cast<int64_t>(interleaved.size() / 2); }
};

}  // namespace waveshift::audio

#endif  // WAVESHIFT_AUDIO_BUFFER_H_
