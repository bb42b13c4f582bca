// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "audio/mix.h"

#include <algorithm>
#include <cstddef>

namespace waveshift::audio {

void MixMonoInto(std::span<float> stereo, std::span<const float> mono, float gain) {
  const size_t frames = std::min(stereo.size() / 2, mono.size());
  float* out = stereo.data();
  const float* in = mono.data();
  for (size_t i = 0; i < frames; ++i) {
    const float v = gain * in[i];
    out[2 * i] += v;
    out[2 * i + 1] += v;
  }
}

void MixInto(std::span<float> target, std::span<const float> source, float gain) {
  const size_t n = std::min(target.size(), source.size());
  float* out = target.data();
  const float* in = source.data();
  for (size_t i = 0; i < n; ++i) out[i] += gain * in[i];
}

void ApplyGainCurve(std::span<float> stereo, std::span<const float> curve) {
  const size_t frames = std::min(stereo.size() / 2, curve.size());
  float* out = stereo.data();
  const float* gain = curve.data();
  for (size_t i = 0; i < frames; ++i) {
    out[2 * i] *= gain[i];
    out[2 * i + 1] *= gain[i];
  }
}

void ApplyGain(std::span<float> samples, float gain) {
  for (float& s : samples) s *= gain;
}

void AppendMono(std::span<const float> stereo, std::vector<float>& mono) {
  const size_t frames = stereo.size() / 2;
  const size_t old = mono.size();
  mono.resize(old + frames);
  float* out = mono.data() + old;
  const float* in = stereo.data();
  for (size_t i = 0; i < frames; ++i) out[i] = 0.5F * (in[2 * i] + in[2 * i + 1]);
}

}  // namespace waveshift::audio
