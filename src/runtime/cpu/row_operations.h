// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What lies between the products of a network that takes many rows at once: norms, activations, gates,
// statistics over rows. Rows are [row, channel], channel fastest.
#ifndef WAVESHIFT_RUNTIME_CPU_ROW_OPERATIONS_H_
#define WAVESHIFT_RUNTIME_CPU_ROW_OPERATIONS_H_

#include <cstdint>
#include <span>

#include "runtime/cpu/isa.h"

namespace waveshift::cpu {

struct RowFunctions;

// The operations in one instruction set, on the caller's thread. Immutable; any thread.
class RowOperations {
 public:
  explicit RowOperations(Isa isa = BestIsa());

  // (x - mean) / sqrt(variance + eps) * weight + bias; y may be x.
  void LayerNorm(std::span<const float> x, const float* weight, const float* bias, float eps, float* y) const;
  // In place: x sigmoid(x), tanh(x), sigmoid(x), each within 1e-6 of the larger of 1 and |x|.
  void Silu(std::span<float> x) const;
  void Tanh(std::span<float> x) const;
  void Sigmoid(std::span<float> x) const;
  // y = x sigmoid(gate), x gelu(gate) with the exact Gaussian error function; y may be x.
  void GateSigmoid(std::span<const float> x, const float* gate, float* y) const;
  void GateGelu(std::span<const float> x, const float* gate, float* y) const;
  // In place: max(x, 0) * factor + offset, both of each channel: a batch norm behind a rectifier.
  void Rectify(std::span<float> x, const float* factor, const float* offset) const;
  // In place: exp(scale (x - the largest)); gives the sum. Not empty.
  float Exp(std::span<float> x, float scale) const;
  float Dot(std::span<const float> x, const float* y) const;
  // 16-bit floats as 32.
  void Widen(std::span<const uint16_t> halves, float* values) const;

  // Over `rows` rows that begin x_row apart, of each of so many channels: mean, and
  // sqrt(max(mean of (x - mean)^2, floor)) unless `deviation` is nullptr. All rows count alike or, with
  // `scores` (which are overwritten), by the softmax over rows of their scores. Sums in 64 bits beyond 64
  // rows.
  struct Statistics {
    const float* x = nullptr;
    int64_t x_row = 0;
    int64_t rows = 0;
    int64_t channels = 0;
    float* scores = nullptr;
    int64_t scores_row = 0;
    float floor = 0;
    float* mean = nullptr;
    float* deviation = nullptr;
  };
  void Measure(const Statistics& statistics) const;

  // One row of a depthwise convolution: y[c] = bias[c] + sum over j of weights[j, c] x[j, c], where rows of x
  // are x_row apart. Channels are a multiple of 8.
  struct Depthwise {
    const float* x = nullptr;
    int64_t x_row = 0;
    const float* weights = nullptr;
    int64_t taps = 0;
    const float* bias = nullptr;
    int64_t channels = 0;
    float* y = nullptr;
  };
  void Convolve(const Depthwise& row) const;

  // One row of a rectified 3x3 convolution with stride 2 over a picture with one channel: y[c, f] =
  // max(0, bias[c] + sum over i, j of weights[c, i, j] x[i][2 f + j]), of which even[i] has x[i][0], x[i][2],
  // ... (bands + 1 values) and odd[i] has x[i][1], x[i][3], ... (bands values).
  struct Picture {
    const float* even[3] = {};
    const float* odd[3] = {};
    const float* weights = nullptr;
    const float* bias = nullptr;
    int64_t channels = 0;
    int64_t bands = 0;
    float* y = nullptr;
  };
  void Convolve(const Picture& row) const;

 private:
  const RowFunctions* functions_;
};

}  // namespace waveshift::cpu

#endif  // WAVESHIFT_RUNTIME_CPU_ROW_OPERATIONS_H_
