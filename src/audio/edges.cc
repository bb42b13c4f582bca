// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "audio/edges.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace waveshift::audio {
namespace {

// Half a cosine from 0 to 1 over `length` samples; never quite 0 nor 1, so that the fade has no doubled end
// points.
float FadeGain(size_t i, size_t length) {
  const double x = (static_cast<double>(i) + 0.5) / static_cast<double>(length);
  return static_cast<float>(0.5 - 0.5 * std::cos(std::numbers::pi * x));
}

}  // namespace

SoundRange FindSound(std::span<const float> samples, const TrimOptions& options) {
  float peak = 0;
  for (const float s : samples) peak = std::max(peak, std::abs(s));
  const auto threshold = static_cast<float>(
      std::max(peak * std::pow(10.0, options.relative_db / 20), std::pow(10.0, options.absolute_dbfs / 20)));
  const auto is_sound = [threshold](float s) { return std::abs(s) > threshold; };
  const auto first = std::find_if(samples.begin(), samples.end(), is_sound);
  if (first == samples.end()) return {};
  const auto last = std::find_if(samples.rbegin(), samples.rend(), is_sound);
  return {first - samples.begin(), static_cast<int64_t>(samples.size()) - (last - samples.rbegin())};
}

Trimmed TrimSilence(MonoBuffer& buffer, const TrimOptions& options) {
  const auto size = static_cast<int64_t>(buffer.samples.size());
  const SoundRange sound = FindSound(buffer.samples, options);
  if (sound.begin == sound.end) {
    buffer.samples.clear();
    return {.head = size, .tail = 0};
  }
  const int64_t keep = std::llround(std::max(0.0, options.keep_ms) * buffer.sample_rate_hz / 1000.0);
  const int64_t begin = std::max<int64_t>(0, sound.begin - keep);
  const int64_t end = std::min(size, sound.end + keep);
  buffer.samples.erase(buffer.samples.begin() + end, buffer.samples.end());
  buffer.samples.erase(buffer.samples.begin(), buffer.samples.begin() + begin);
  return {.head = begin, .tail = size - end};
}

void ApplyFades(std::span<float> samples, size_t fade_in, size_t fade_out) {
  fade_in = std::min(fade_in, samples.size());
  fade_out = std::min(fade_out, samples.size());
  for (size_t i = 0; i < fade_in; ++i) samples[i] *= FadeGain(i, fade_in);
  for (size_t i = 0; i < fade_out; ++i) samples[samples.size() - 1 - i] *= FadeGain(i, fade_out);
}

}  // namespace waveshift::audio
