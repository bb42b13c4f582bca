// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cpu/transposed_convolution.h"

#include <algorithm>

#include "runtime/cpu/kernel_table_internal.h"

namespace waveshift::cpu {
namespace {

constexpr int64_t kChannelsOfItem = 16;

}  // namespace

TransposedConvolution TransposedConvolution::Pack(Isa isa, const TransposedShape& shape,
                                                  const StoredWeights& weights, Workers* workers) {
  TransposedConvolution c;
  c.shape_ = shape;
  const int64_t padding = (shape.kernel - shape.rate) / 2;
  for (int64_t phase = 0; phase < shape.rate; ++phase) {
    const int64_t first_tap = (phase + padding) % shape.rate;
    const int64_t taps = (shape.kernel - first_tap + shape.rate - 1) / shape.rate;
    // Tap first_tap + rate i meets row n + last - i.
    const int64_t last = (phase + padding) / shape.rate;
    c.phases_.push_back({last - (taps - 1), first_tap, PackedMatrix(isa, taps, shape.in, shape.out)});
    c.reach_before_ = std::max(c.reach_before_, -c.phases_.back().first);
    c.reach_after_ = std::max(c.reach_after_, last);
  }
  const int64_t channel_values = shape.out * shape.kernel;
  workers->Run((shape.in + kChannelsOfItem - 1) / kChannelsOfItem, [&](int64_t item, int worker) {
    std::vector<float> row(static_cast<size_t>(shape.out));
    const int64_t begin = item * kChannelsOfItem;
    for (int64_t in = begin; in < std::min(begin + kChannelsOfItem, shape.in); ++in) {
      const void* from = weights.From(in * channel_values);
      const float* values = static_cast<const float*>(from);
      if (weights.half) {
        float* widened = workers->Scratch(worker, channel_values);
        Kernels(isa).rows.widen(static_cast<const uint16_t*>(from), channel_values, widened);
        values = widened;
      }
      c.PackChannel(in, values, &row);
    }
  });
  return c;
}

// Sets the rows of one channel of the input, of `weights` [out, kernel].
void TransposedConvolution::PackChannel(int64_t in, const float* weights, std::vector<float>* row) {
  for (Phase& phase : phases_) {
    for (int64_t segment = 0; segment < phase.matrix.segments(); ++segment) {
      const float* from = weights + phase.first_tap + shape_.rate * (phase.matrix.segments() - 1 - segment);
      for (size_t o = 0; o < row->size(); ++o) (*row)[o] = from[static_cast<int64_t>(o) * shape_.kernel];
      phase.matrix.SetRow(segment, in, *row);
    }
  }
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
