// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cpu/transposed_convolution.h"

#include <algorithm>

namespace waveshift::cpu {

TransposedConvolution TransposedConvolution::Pack(Isa isa, const TransposedShape& shape,
                                                  std::span<const float> weights) {
  TransposedConvolution c;
  c.shape_ = shape;
  const int64_t padding = (shape.kernel - shape.rate) / 2;
  std::vector<float> row(static_cast<size_t>(shape.out));
  for (int64_t phase = 0; phase < shape.rate; ++phase) {
    const int64_t first_tap = (phase + padding) % shape.rate;
    const int64_t taps = (shape.kernel - first_tap + shape.rate - 1) / shape.rate;
    // Tap first_tap + rate i meets row n + last - i.
    const int64_t last = (phase + padding) / shape.rate;
    Phase made = {last - (taps - 1), PackedMatrix(isa, taps, shape.in, shape.out)};
    for (int64_t segment = 0; segment < taps; ++segment) {
      const int64_t tap = first_tap + shape.rate * (taps - 1 - segment);
      for (int64_t i = 0; i < shape.in; ++i) {
        const float* from = weights.data() + i * shape.out * shape.kernel + tap;
        for (size_t o = 0; o < row.size(); ++o) row[o] = from[static_cast<int64_t>(o) * shape.kernel];
        made.matrix.SetRow(segment, i, row);
      }
    }
    c.reach_before_ = std::max(c.reach_before_, -made.first);
    c.reach_after_ = std::max(c.reach_after_, last);
    c.phases_.push_back(std::move(made));
  }
  return c;
}

int64_t TransposedConvolution::bytes() const {
  int64_t bytes = 0;
  for (const Phase& phase : phases_) bytes += phase.matrix.bytes();
  return bytes;
}

void TransposedConvolution::Apply(const Call& call, Workers* workers) const {
  for (size_t i = 0; i < phases_.size(); ++i) {
    const Phase& phase = phases_[i];
    phase.matrix.Multiply(
        {call.in + (reach_before_ + phase.first) * call.in_row, call.in_row, call.in_row, call.rows,
         call.out + static_cast<int64_t>(i) * call.out_row, shape_.rate * call.out_row, call.bias, false},
        workers);
  }
}

}  // namespace waveshift::cpu
