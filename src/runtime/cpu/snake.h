// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// SnakeBeta without aliasing: twice as many samples, y + sin^2(y e^alpha) / (e^beta + 1e-9), half as many
// again (BigVGAN; closed form with borders: IndexTTS specification, section 8.4).
#ifndef WAVESHIFT_RUNTIME_CPU_SNAKE_H_
#define WAVESHIFT_RUNTIME_CPU_SNAKE_H_

#include <cstdint>
#include <span>

#include "base/status.h"
#include "runtime/cpu/aligned_floats.h"
#include "runtime/cpu/isa.h"
#include "runtime/cpu/workers.h"

namespace waveshift::cpu {

// Immutable; any thread.
class AntiAliasedSnake {
 public:
  static constexpr int kTaps = 12;
  // Rows on either side that a row depends on.
  static constexpr int64_t kReach = 6;

  AntiAliasedSnake() = default;
  // alpha and beta of each channel, in the log scale of the checkpoint; the filter's 12 taps for both
  // directions. InvalidArgument: values that are not finite, or a filter that is no mirror image of itself.
  static StatusOr<AntiAliasedSnake> Make(Isa isa, std::span<const float> alpha, std::span<const float> beta,
                                         std::span<const float> filter);

  // Rows are [channel], padded to PaddedChannels(channels()); `in` must hold rows begin - kReach to
  // end + kReach - 1 as far as the sequence, which begins with row 0, has them.
  struct Call {
    const float* in = nullptr;  // row in_first
    int64_t in_first = 0;
    int64_t in_row = 0;  // step between rows in floats
    int64_t begin = 0;   // rows to make
    int64_t end = 0;
    int64_t rows = -1;     // of the whole sequence; -1 while its end is not known, and beyond `end + kReach`
    float* out = nullptr;  // row `begin`; not the same memory as `in`
    int64_t out_row = 0;
  };
  // About 50 vector operations a row and vector of channels. The sine is exact to 1e-6 for |y e^alpha| < 1e5.
  void Apply(const Call& call, Workers* workers) const;

  int64_t channels() const { return channels_; }

 private:
  Isa isa_ = Isa::kBaseline;
  int64_t channels_ = 0;
  AlignedFloats factors_;  // rate / pi in two parts, then gain, of each padded channel
  float half_filter_[kTaps / 2] = {};
};

}  // namespace waveshift::cpu

#endif  // WAVESHIFT_RUNTIME_CPU_SNAKE_H_
