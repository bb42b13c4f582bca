// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// A language model's arithmetic on the processor, for few rows at a time: products with matrices as a model
// file has them, attention, and what lies between. Nothing is laid out anew: matrices are read where they
// lie, front to back, once for all rows. For many rows there are MultiplyWide and wide_product.h.
//
// What comes out of a row does not depend, bit for bit, on how many rows are computed together nor on how
// many threads share the work.
#ifndef WAVESHIFT_RUNTIME_CPU_LANGUAGE_H_
#define WAVESHIFT_RUNTIME_CPU_LANGUAGE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "runtime/cpu/isa.h"
#include "runtime/cpu/workers.h"

namespace waveshift::cpu {

struct DotArgs;
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
  int64_t rows_ = 0;
  int64_t depth_ = 0;
  bool quantize_ = false;
  std::vector<float> values_;
  std::vector<int8_t> q_;
  std::vector<float> scale8_;
  std::vector<int32_t> offset8_;
  std::vector<float> sums_;
  std::vector<int32_t> totals_;
};

// The operations in one instruction set. Immutable; any thread.
class Language {
 public:
  explicit Language(Isa isa = BestIsa());

  // After a row has its values: makes those in 8 bits, if the activations have them.
  void Finish(Activations* activations, int64_t row) const;

  // y[n * y_row + i] = bias[i] + matrix row i times activations row n, for i from begin to end.
  void Multiply(const Matrix& matrix, const Activations& x, int64_t begin, int64_t end, float* y,
                int64_t y_row) const;

  // The same for all of a quantised matrix and many rows, on all workers: y (+)= matrix x + bias. Panels of
  // the matrix are laid out for integer products first, in the workers' scratch memory (at most 40 bytes *
  // depth), which pays from some 16 rows on. A row's bits are the same beside any others and on any number of
  // threads, but not those of Multiply. `finish` gets columns [begin, end) of all rows when they are final,
  // on the worker that made them. Pre: CanMultiplyWide, and the activations are quantised.
  struct WideResult {
    float* y = nullptr;
    int64_t y_row = 0;
    bool accumulate = false;
    std::function<void(int64_t begin, int64_t end)> finish;
  };
  void MultiplyWide(const Matrix& matrix, const Activations& x, const WideResult& result,
                    Workers* workers) const;
  bool CanMultiplyWide(const Matrix& matrix) const;

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
  void (*DotOf(Storage storage) const)(const DotArgs&);

  const LanguageKernels* kernels_;
};

}  // namespace waveshift::cpu

#endif  // WAVESHIFT_RUNTIME_CPU_LANGUAGE_H_
