// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Sounds with a known pitch, for the tests of this room.
#ifndef WAVESHIFT_VOICES_TEST_SOUNDS_H_
#define WAVESHIFT_VOICES_TEST_SOUNDS_H_

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <vector>

#include "audio/buffer.h"

namespace waveshift::voices {

inline constexpr double kTestRateHz = 48000;

inline std::vector<float> Stereo(const std::vector<float>& mono) {
  std::vector<float> stereo;
  for (const float s : mono) stereo.insert(stereo.end(), {s, s});
  return stereo;
}

// A voice-like sound: harmonics `first`..20 that fall by 1/n, gliding by half a semitone up and down.
inline std::vector<float> Harmonics(double pitch_hz, double seconds, int first = 1) {
  std::vector<float> mono(static_cast<size_t>(seconds * kTestRateHz));
  double phase = 0;
  for (size_t i = 0; i < mono.size(); ++i) {
    const double glide =
        std::exp2(0.5 / 12 * std::sin(2 * std::numbers::pi * 2 * static_cast<double>(i) / kTestRateHz));
    phase += 2 * std::numbers::pi * pitch_hz * glide / kTestRateHz;
    for (int n = first; n <= 20; ++n) mono[i] += static_cast<float>(0.2 * std::sin(n * phase) / n);
  }
  return mono;
}

// White noise of the given RMS, the same for the same seed on every machine.
inline std::vector<float> Noise(double rms, double seconds, uint64_t seed = 1) {
  std::vector<float> mono(static_cast<size_t>(seconds * kTestRateHz));
  for (float& s : mono) {
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    const double uniform = static_cast<double>(seed >> 11) / 9007199254740992.0;  // 2^53
    s = static_cast<float>(rms * std::sqrt(12.0) * (uniform - 0.5));
  }
  return mono;
}

inline double Rms(const std::vector<float>& mono) {
  double sum = 0;
  for (const float s : mono) sum += static_cast<double>(s) * s;
  return std::sqrt(sum / static_cast<double>(mono.size()));
}

inline std::vector<float> Sum(std::vector<float> a, const std::vector<float>& b) {
  for (size_t i = 0; i < a.size() && i < b.size(); ++i) a[i] += b[i];
  return a;
}

// A mono buffer of any rate as stereo at 48 kHz; straight lines between samples are enough for pitch.
inline std::vector<float> StereoAt48k(const audio::MonoBuffer& buffer) {
  std::vector<float> mono;
  const double step = buffer.sample_rate_hz / kTestRateHz;
  for (double at = 0; at + 1 < static_cast<double>(buffer.samples.size()); at += step) {
    const auto i = static_cast<size_t>(at);
    const auto part = static_cast<float>(at - static_cast<double>(i));
    mono.push_back(buffer.samples[i] * (1 - part) + buffer.samples[i + 1] * part);
  }
  return Stereo(mono);
}

}  // namespace waveshift::voices

#endif  // WAVESHIFT_VOICES_TEST_SOUNDS_H_
