// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/gpt/noise.h"

#include <cmath>

namespace waveshift::tts::indextts {
namespace {

constexpr uint64_t kGoldenGamma = 0x9E3779B97F4A7C15;

// SplitMix64's output function.
uint64_t Mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

}  // namespace

double CounterNoise::Uniform(int64_t step, int64_t index) const {
  const uint64_t state = seed_ * 100003 + static_cast<uint64_t>(step);
  const uint64_t count = static_cast<uint64_t>(first_index_ + index) + 1;
  return static_cast<double>(Mix(state + count * kGoldenGamma) >> 11) * 0x1p-53;
}

float CounterNoise::Exponential(int64_t step, int64_t index) const {
  return static_cast<float>(-std::log1p(-Uniform(step, index)));
}

uint64_t LineSeed(uint64_t job_seed, uint64_t line, uint64_t attempt) {
  uint64_t seed = Mix(job_seed + kGoldenGamma);
  seed = Mix(seed ^ (line + kGoldenGamma));
  return Mix(seed ^ (attempt + kGoldenGamma));
}

}  // namespace waveshift::tts::indextts
