// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_RUNTIME_CPU_TRANSPOSED_CONVOLUTION_H_
#define WAVESHIFT_RUNTIME_CPU_TRANSPOSED_CONVOLUTION_H_

#include <cstdint>
#include <vector>

#include "runtime/cpu/isa.h"
#include "runtime/cpu/matrix.h"
#include "runtime/cpu/stored_weights.h"
#include "runtime/cpu/workers.h"

namespace waveshift::cpu {

struct TransposedShape {
  int64_t in = 0;   // channels
  int64_t out = 0;  // channels
  int64_t kernel = 1;
  int64_t rate = 1;  // output rows of an input row; kernel - rate is even and not negative
};

// A ConvTranspose1d of PyTorch with stride `rate` and padding (kernel - rate) / 2, so that n rows become
// rate * n: y[rate n + phase] = bias + sum over the taps j of that phase of W[j] x[n + (phase + padding - j)
// / rate], zero outside. Each phase is a short convolution of its own; nothing is multiplied with inserted
// zeros. Immutable once packed; any thread.
class TransposedConvolution {
 public:
  TransposedConvolution() = default;
  // `weights` are [in, out, kernel].
  static TransposedConvolution Pack(Isa isa, const TransposedShape& shape, const StoredWeights& weights,
                                    Workers* workers);

  // Input rows before and behind row n that its output rows depend on.
  int64_t reach_before() const { return reach_before_; }
  int64_t reach_after() const { return reach_after_; }
  const TransposedShape& shape() const { return shape_; }
  int64_t bytes() const;

  struct Call {
    const float* in = nullptr;  // the row reach_before() before the first; then all to reach_after() behind
    int64_t in_row = 0;
    int64_t rows = 0;      // of the input
    float* out = nullptr;  // rate * rows rows
    int64_t out_row = 0;
    const float* bias = nullptr;  // of each padded channel
  };
  void Apply(const Call& call, Workers* workers) const;

 private:
  struct Phase {
    int64_t first = 0;      // row of the first tap, relative to the input row
    int64_t first_tap = 0;  // of the kernel; then every rate-th
    PackedMatrix matrix;
  };
  void PackChannel(int64_t in, const float* weights, std::vector<float>* row);

  TransposedShape shape_;
  int64_t reach_before_ = 0;
  int64_t reach_after_ = 0;
  std::vector<Phase> phases_;
};

}  // namespace waveshift::cpu

#endif  // WAVESHIFT_RUNTIME_CPU_TRANSPOSED_CONVOLUTION_H_
