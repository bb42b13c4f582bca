// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Layers of a language model on the device: products of few rows with large matrices, which read the weights
// as fast as memory gives them, attention over cells anywhere in memory, and norms. All calls start work on a
// stream and return. A row's result does not depend on the other rows nor on how many there are, to the last
// bit.
//
// Matrices in 16 bits or 8 bits take rows in 16 bits and sum in 32; matrices in 32 bits take and sum 32.
// Rows in between (queries, residual, logits) have 32 bits.
#ifndef WAVESHIFT_RUNTIME_CUDA_LANGUAGE_H_
#define WAVESHIFT_RUNTIME_CUDA_LANGUAGE_H_

#include <cstdint>
#include <span>

#include "base/status.h"
#include "runtime/cuda/device.h"

namespace waveshift::cuda {

enum class MatrixForm { kF32, kF16, kQ8_0 };

// [rows, depth] with a bias, on the device. `depth` is a multiple of 32.
class Matrix {
 public:
  Matrix() = default;
  // `values` are [rows, depth].
  static StatusOr<Matrix> OfFloats(int64_t rows, int64_t depth, std::span<const float> values,
                                   std::span<const float> bias);
  static StatusOr<Matrix> OfHalves(int64_t rows, int64_t depth, std::span<const uint16_t> values,
                                   std::span<const float> bias);
  // From rows of q8_0 blocks of 34 bytes.
  static StatusOr<Matrix> OfBlocks(int64_t rows, int64_t depth, std::span<const char> blocks,
                                   std::span<const float> bias);

  MatrixForm form() const { return form_; }
  int64_t rows() const { return rows_; }
  int64_t depth() const { return depth_; }
  int64_t bytes() const { return weights_.bytes() + scales_.bytes() + bias_.bytes(); }
  // Of one value of the rows that it takes: 2, or 4 of kF32.
  int64_t input_bytes() const { return form_ == MatrixForm::kF32 ? 4 : 2; }

 private:
  friend struct ProductParameters;
  static StatusOr<Matrix> WithBias(MatrixForm form, int64_t rows, int64_t depth, std::span<const float> bias);

  MatrixForm form_ = MatrixForm::kF32;
  int64_t rows_ = 0;
  int64_t depth_ = 0;
  Memory weights_;
  Memory scales_;
  Memory bias_;
};

// A norm's factors on the device.
struct NormFactors {
  const float* weight = nullptr;
  const float* bias = nullptr;
  float eps = 0;
};

struct NormCall {
  const float* from = nullptr;  // [.., width]
  int64_t width = 0;
  int64_t rows = 0;   // to make
  int64_t every = 1;  // row i is made of row i * every + every - 1
  NormFactors first;
  NormFactors second;       // after the first, unless its weight is nullptr
  float* floats = nullptr;  // where results go: either, or both
  void* halves = nullptr;
};
void Normalize(Stream* stream, const NormCall& call);

enum class ProductThen {
  kStore,  // to floats
  kAdd,    // to floats, to what is there
  kGelu,  // x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))), for another product: halves, or floats of kF32
  kSplit,  // thirds: queries to floats, keys and values into cells
};

struct ProductCall {
  const Matrix* matrix = nullptr;
  int64_t rows = 0;
  // What is multiplied: rows of the matrix's input_bytes ...
  const void* from = nullptr;
  // ... or floats that are normalised first (CanNormOnTheWay).
  const float* unnormed = nullptr;
  NormFactors norm;
  // Goes through the weights once for every 64 rows instead of as fast as possible for each few; what comes
  // out differs in the last bits from what few rows give. Not with `unnormed`.
  bool many_rows = false;
  ProductThen then = ProductThen::kStore;
  void* to = nullptr;
  // kSplit: cells are [cell, matrix rows / 3], halves or floats; each row's own cell.
  void* keys = nullptr;
  void* values = nullptr;
  bool cells_are_halves = true;
  const int32_t* own_cell = nullptr;
};
void Multiply(Stream* stream, const ProductCall& call);
// Whether Multiply takes so many rows that are not normalised yet: few, of few values, not for kF32.
// Normalize gives the same numbers.
bool CanNormOnTheWay(const Matrix& matrix, int64_t rows);

// Whether Attend has heads of this width: 8, 16, 32, 64 or 128.
bool CanAttend(int64_t head_width);

struct AttendCall {
  const float* queries = nullptr;  // [rows, heads * head_width]
  int64_t rows = 0;
  int64_t heads = 0;
  int64_t head_width = 0;
  const void* keys = nullptr;  // [cell, heads * head_width]
  const void* values = nullptr;
  bool cells_are_halves = true;
  // Row i sees the cells lists[begin[i]] to lists[begin[i] + count[i] - 1], at least one.
  const int32_t* lists = nullptr;
  const int32_t* begin = nullptr;
  const int32_t* count = nullptr;
  // Only the last one of each is new (written by the kernels just before), so the others are loaded ahead;
  // the lists must have been there before those kernels.
  bool only_last_is_new = false;
  float scale = 1;
  void* to = nullptr;  // [rows, heads * head_width]
  bool to_halves = true;
};
void Attend(Stream* stream, const AttendCall& call);

}  // namespace waveshift::cuda

#endif  // WAVESHIFT_RUNTIME_CUDA_LANGUAGE_H_
