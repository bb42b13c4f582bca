// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// A language model's arithmetic on the processor, for few rows at a time: products with matrices of floats as
// a model file has them, attention, and what lies between. Matrices are read where they lie, front to back,
// once for all rows. For quantised ones there is integer_matrix.h, for many rows also wide_product.h.
//
// What comes out of a row does not depend, bit for bit, on how many rows are computed together nor on how
// many threads share the work.
#ifndef WAVESHIFT_RUNTIME_CPU_LANGUAGE_H_
#define WAVESHIFT_RUNTIME_CPU_LANGUAGE_H_

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/cpu/isa.h"

namespace waveshift::cpu {

struct LanguageKernels;

// How numbers are stored. kQ8_0 and kQ4_K are ggml's blocks of 32 values in 34 bytes and 256 in 144.
enum class Storage { kF32, kF16, kQ8_0, kQ4_K };

// A matrix [rows, depth] with a bias for each row or without; a view.
struct Matrix {
  Storage storage = Storage::kF32;
  const void* bytes = nullptr;
  const float* bias = nullptr;
  int64_t rows = 0;
  int64_t depth = 0;  // a multiple of 32, with kQ4_K of 256

  int64_t row_bytes() const;
  bool quantized() const { return storage == Storage::kQ8_0 || storage == Storage::kQ4_K; }
};

// Rows of activations [rows, depth] as products need them: as they are, and in 8 bits with a scale for each
// 32 values for quantised matrices. Set by one thread, or each row by one of several.
class Activations {
 public:
  // Room for so many; what was in it is lost. `quantize`: also in 8 bits.
  void Resize(int64_t rows, int64_t depth, bool quantize);
  int64_t rows() const { return rows_; }
  int64_t depth() const { return depth_; }
  float* row(int64_t i) { return values_.data() + i * depth_; }
  const float* row(int64_t i) const { return values_.data() + i * depth_; }

 private:
  friend class Language;
  friend class IntegerMatrix;
  int64_t rows_ = 0;
  int64_t depth_ = 0;
  bool quantize_ = false;
  std::vector<float> values_;
  std::vector<int8_t> q_;
  std::vector<float> scales_;
  std::vector<float> sums_;
  std::vector<int32_t> totals_;
};

// The operations in one instruction set. Immutable; any thread.
class Language {
 public:
  explicit Language(Isa isa = BestIsa());

  // After a row has its values: makes those in 8 bits, if the activations have them.
  void Finish(Activations* activations, int64_t row) const;

  // y[n * y_row + i] = bias[i] + matrix row i times activations row n, for i from begin to end. Pre: the
  // matrix is of floats.
  void Multiply(const Matrix& matrix, const Activations& x, int64_t begin, int64_t end, float* y,
                int64_t y_row) const;

  // Attention of one row's head (width 16, 32, 64 or 128) to cells of keys and values, in f32 or f16: of cell
  // c they begin at keys + c * cell_step values. Softmax(scale q k) v into out. `scratch` has cells.size()
  // + 16.
  struct Head {
    const float* q = nullptr;
    const void* keys = nullptr;
    const void* values = nullptr;
    Storage storage = Storage::kF16;
    int64_t cell_step = 0;
    std::span<const int32_t> cells;  // at least one
    int64_t width = 0;
    float scale = 1;
    float* scratch = nullptr;
    float* out = nullptr;
  };
  void Attend(const Head& head) const;
  static bool CanAttend(int64_t width);

  // (x - mean) / sqrt(variance + eps) * weight + bias; x.size() is a multiple of 16.
  void LayerNorm(std::span<const float> x, const float* weight, const float* bias, float eps, float* y) const;
  // x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))), in place; within 1e-6 of |x|.
  void Gelu(std::span<float> x) const;
  // The sum of exp(x - most), within 3e-7 of it; x - most is at most 88.
  double SumExp(std::span<const float> x, float most) const;
  // Into f32 or f16.
  void Store(std::span<const float> x, Storage storage, void* to) const;

 private:
  const LanguageKernels* kernels_;
};

}  // namespace waveshift::cpu

#endif  // WAVESHIFT_RUNTIME_CPU_LANGUAGE_H_
