// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Matrix products in 32 bits with weights that were laid out for the processor beforehand.
#ifndef WAVESHIFT_RUNTIME_CPU_MATRIX_H_
#define WAVESHIFT_RUNTIME_CPU_MATRIX_H_

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/cpu/aligned_floats.h"
#include "runtime/cpu/isa.h"
#include "runtime/cpu/workers.h"

namespace waveshift::cpu {

// How weights lie in memory; what is multiplied is always 32 bits.
enum class WeightType {
  kF32,
  kF16,  // half the memory and traffic; each weight rounded to 11 bits. kF32 where the Isa has no such loads
};

// The right side B of C = A B: `segments` matrices [depth, columns], which meet rows of A that lie a fixed
// step apart, as the taps of a convolution do; a plain product has one. In memory: panels of columns, each
// [segments, depth, width], so that the inner loop reads it once from front to back; columns are padded to a
// multiple of 8. Immutable once filled; any thread. Memory: 4 (2)
// bytes times segments * depth * padded_columns().
class PackedMatrix {
 public:
  // Columns [column, column + width), the padding with them. Matrices with the same columns have the same
  // panels, but for the offsets.
  struct Panel {
    int64_t column = 0;
    int64_t width = 0;
    int64_t offset = 0;  // values before it
  };

  PackedMatrix() = default;
  // Extents >= 1. No row has a particular value until it is set.
  PackedMatrix(Isa isa, int64_t segments, int64_t depth, int64_t columns, WeightType type = WeightType::kF32);
  // A layer's weights [columns, depth] (PyTorch's Linear, ggml's matrices), so that C = A W^T.
  static PackedMatrix FromLinear(Isa isa, std::span<const float> weights, int64_t columns, int64_t depth);

  // Sets B's values of one row; `values` is for column 0, 1, ... and below 65504 with kF16. The rest is 0.
  void SetRow(int64_t segment, int64_t k, std::span<const float> values);
  // What is kept of a row, [padded_columns()].
  std::vector<float> Row(int64_t segment, int64_t k) const;
  // To set a panel's rows of the matrix otherwise: row k + 1 follows row k. Floats or, with kF16, 16-bit
  // ones.
  const Panel& panel(int64_t index) const { return panels_[static_cast<size_t>(index)]; }
  void* MutableRow(int64_t panel, int64_t segment, int64_t k);

  struct Product {
    const float* a = nullptr;  // row r, segment s begin at a + r * a_row + s * a_segment
    int64_t a_row = 0;
    int64_t a_segment = 0;
    int64_t rows = 0;
    float* c = nullptr;  // [rows, padded_columns()] with step c_row >= padded_columns()
    int64_t c_row = 0;
    const float* bias = nullptr;  // padded_columns() values, or nullptr
    bool accumulate = false;      // C += A B + bias
  };
  // On the caller's thread. The second computes the panels [begin, end) only. 2 * segments * depth * columns
  // operations a row.
  void Multiply(const Product& product) const { Multiply(product, 0, panels()); }
  void Multiply(const Product& product, int64_t begin, int64_t end) const;
  // On all workers.
  void Multiply(const Product& product, Workers* workers) const;

  WeightType type() const { return type_; }
  int64_t segments() const { return segments_; }
  int64_t depth() const { return depth_; }
  int64_t columns() const { return columns_; }
  int64_t padded_columns() const { return PaddedChannels(columns_); }
  int64_t panels() const { return static_cast<int64_t>(panels_.size()); }
  int64_t bytes() const { return data_.size() * static_cast<int64_t>(sizeof(float)); }

 private:
  void MultiplyPanel(const Product& product, const Panel& panel) const;
  const void* At(const Panel& panel, int64_t row) const;

  Isa isa_ = Isa::kBaseline;
  WeightType type_ = WeightType::kF32;
  int64_t segments_ = 0;
  int64_t depth_ = 0;
  int64_t columns_ = 0;
  std::vector<Panel> panels_;
  AlignedFloats data_;  // with kF16 two values in the place of one
};

}  // namespace waveshift::cpu

#endif  // WAVESHIFT_RUNTIME_CPU_MATRIX_H_
