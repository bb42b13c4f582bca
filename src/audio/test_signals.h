// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Sounds for the room's tests and benchmarks: the same on every machine.
#ifndef WAVESHIFT_AUDIO_TEST_SIGNALS_H_
#define WAVESHIFT_AUDIO_TEST_SIGNALS_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

namespace waveshift::audio::testing_signals {

// Uniform values in [-1, 1): a generator of our own, for std distributions differ between libraries.
class Noise {
 public:
  explicit Noise(uint64_t seed) : state_(seed * 2654435769U + 88172645463325252U) {}
  float Next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return static_cast<float>(static_cast<double>(state_ >> 11) / 4503599627370496.0 - 1.0);
  }

 private:
  uint64_t state_;
};

inline std::vector<float> Sine(double hz, double amplitude, size_t count, double rate_hz, double phase = 0) {
  std::vector<float> out(count);
  for (size_t i = 0; i < count; ++i) {
    out[i] = static_cast<float>(
        amplitude * std::sin(2 * std::numbers::pi * hz * static_cast<double>(i) / rate_hz + phase));
  }
  return out;
}

// Something like speech: a gliding pulse train through two resonances, in syllables, with hissing between
// some of them.
inline std::vector<float> Speech(double seconds, double rate_hz, uint64_t seed = 1) {
  std::vector<float> out(static_cast<size_t>(seconds * rate_hz));
  Noise noise(seed);
  double phase = 0;
  double state[2][2] = {};
  double formant[2] = {600, 1500};
  for (size_t i = 0; i < out.size(); ++i) {
    const double t = static_cast<double>(i) / rate_hz;
    const double in_syllable = std::fmod(t, 0.22) / 0.22;
    if (i % static_cast<size_t>(0.22 * rate_hz) == 0) {
      formant[0] = 500 + 250 * noise.Next();
      formant[1] = 1700 + 600 * noise.Next();
    }
    phase += (120 + 30 * std::sin(2 * std::numbers::pi * 0.7 * t)) / rate_hz;
    double source = 0.02 * noise.Next();
    if (phase >= 1) {
      phase -= 1;
      source += 1;
    }
    if (in_syllable > 0.8) source = 0.15 * noise.Next();
    double sum = 0;
    for (int f = 0; f < 2; ++f) {
      const double r = std::exp(-std::numbers::pi * 90 / rate_hz);
      const double y = source + 2 * r * std::cos(2 * std::numbers::pi * formant[f] / rate_hz) * state[f][0] -
                       r * r * state[f][1];
      state[f][1] = state[f][0];
      state[f][0] = y;
      sum += y;
    }
    out[i] = static_cast<float>(0.05 * sum * std::sin(std::numbers::pi * in_syllable));
  }
  float peak = 1e-9F;
  for (const float v : out) peak = std::max(peak, std::abs(v));
  for (float& v : out) v *= 0.5F / peak;
  return out;
}

// Chords with bass and drum-like noise.
inline std::vector<float> Music(double seconds, double rate_hz, uint64_t seed = 7) {
  std::vector<float> out(static_cast<size_t>(seconds * rate_hz));
  Noise noise(seed);
  for (size_t i = 0; i < out.size(); ++i) {
    const double t = static_cast<double>(i) / rate_hz;
    const double root = 55 * std::pow(2.0, std::floor(std::fmod(t * 2, 5)) / 12);
    double v = 0.6 * std::sin(2 * std::numbers::pi * root * t);
    for (const int k : {4, 5, 6, 8, 10, 12, 16}) v += std::sin(2 * std::numbers::pi * root * k * t + k) / k;
    v += 0.8 * noise.Next() * std::exp(-25 * std::fmod(t, 0.25));
    out[i] = static_cast<float>(0.25 * v);
  }
  return out;
}

inline double MeanSquare(const std::vector<float>& x) {
  double sum = 0;
  for (const float v : x) sum += static_cast<double>(v) * v;
  return x.empty() ? 0 : sum / static_cast<double>(x.size());
}

}  // namespace waveshift::audio::testing_signals

#endif  // WAVESHIFT_AUDIO_TEST_SIGNALS_H_
