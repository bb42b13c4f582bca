// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cpu/row_operations.h"

#include "runtime/cpu/kernel_table_internal.h"

namespace waveshift::cpu {
namespace {

int64_t Size(std::span<const float> x) { return static_cast<int64_t>(x.size()); }

}  // namespace

RowOperations::RowOperations(Isa isa) : functions_(&Kernels(isa).rows) {}

void RowOperations::LayerNorm(std::span<const float> x, const float* weight, const float* bias, float eps,
                              float* y) const {
  functions_->layer_norm(x.data(), Size(x), weight, bias, eps, y);
}

void RowOperations::Silu(std::span<float> x) const { functions_->silu(x.data(), Size(x)); }

void RowOperations::Tanh(std::span<float> x) const { functions_->tanh(x.data(), Size(x)); }

void RowOperations::Sigmoid(std::span<float> x) const { functions_->sigmoid(x.data(), Size(x)); }

void RowOperations::GateSigmoid(std::span<const float> x, const float* gate, float* y) const {
  functions_->gate_sigmoid(x.data(), gate, Size(x), y);
}

void RowOperations::GateGelu(std::span<const float> x, const float* gate, float* y) const {
  functions_->gate_gelu(x.data(), gate, Size(x), y);
}

void RowOperations::Rectify(std::span<float> x, const float* factor, const float* offset) const {
  functions_->rectify(x.data(), Size(x), factor, offset);
}

float RowOperations::Exp(std::span<float> x, float scale) const {
  return functions_->exp_row(x.data(), Size(x), scale);
}

float RowOperations::Dot(std::span<const float> x, const float* y) const {
  return functions_->dot(x.data(), y, Size(x));
}

void RowOperations::Widen(std::span<const uint16_t> halves, float* values) const {
  functions_->widen(halves.data(), static_cast<int64_t>(halves.size()), values);
}

void RowOperations::Measure(const Statistics& s) const {
  functions_->columns(
      {s.x, s.x_row, s.rows, s.channels, s.scores, s.scores_row, s.floor, s.mean, s.deviation});
}

void RowOperations::Convolve(const Depthwise& row) const {
  functions_->depthwise({row.x, row.x_row, row.weights, row.taps, row.bias, row.channels, row.y});
}

void RowOperations::Convolve(const Picture& row) const {
  functions_->picture({{row.even[0], row.even[1], row.even[2]},
                       {row.odd[0], row.odd[1], row.odd[2]},
                       row.weights,
                       row.bias,
                       row.channels,
                       row.bands,
                       row.y});
}

}  // namespace waveshift::cpu
