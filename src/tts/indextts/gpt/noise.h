// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Where the draws of a line get their randomness.
#ifndef WAVESHIFT_TTS_INDEXTTS_GPT_NOISE_H_
#define WAVESHIFT_TTS_INDEXTTS_GPT_NOISE_H_

#include <cstdint>

namespace waveshift::tts::indextts {

// Exponentially distributed numbers by place, so that only those that are looked at need to be made. Any
// thread.
class NoiseSource {
 public:
  virtual ~NoiseSource() = default;
  // Number `index` (beam * codes + code) of draw `step` (0, 1, ...) of a line: e >= 0 with density exp(-e).
  virtual float Exponential(int64_t step, int64_t index) const = 0;
};

// By counter: SplitMix64 started at seed * 100003 + step, its number `index` as a uniform u of 53 bits, and
// e = -log(1 - u). tests/golden/indextts/cases.json has the formula under "noise". `first_index` is added to
// each index: of line i of the reference's batches it is i * beams * codes.
class CounterNoise final : public NoiseSource {
 public:
  explicit CounterNoise(uint64_t seed, int64_t first_index = 0) : seed_(seed), first_index_(first_index) {}
  float Exponential(int64_t step, int64_t index) const override;
  // The u behind it.
  double Uniform(int64_t step, int64_t index) const;

 private:
  uint64_t seed_;
  int64_t first_index_;
};

// A seed for try number `attempt` of line number `line` of a job. Neighbouring lines and attempts get seeds
// that have nothing in common.
uint64_t LineSeed(uint64_t job_seed, uint64_t line, uint64_t attempt);

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_GPT_NOISE_H_
