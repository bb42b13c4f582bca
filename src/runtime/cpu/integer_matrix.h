// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Products with quantised matrices, in integers.
#ifndef WAVESHIFT_RUNTIME_CPU_INTEGER_MATRIX_H_
#define WAVESHIFT_RUNTIME_CPU_INTEGER_MATRIX_H_

#include <cstdint>
#include <functional>

#include "runtime/cpu/isa.h"
#include "runtime/cpu/language.h"
#include "runtime/cpu/workers.h"

namespace waveshift::cpu {

struct IntegerKernels;

// A quantised matrix laid out anew, once: rows of the matrix lie beside each other in the lanes of a vector,
// so that the sum over a block of 32 values stays in integers and is scaled once, and a product reads its
// memory from one end to the other. As large as the matrix was (4.625 bits a value for 4.5 of q4_k). A view:
// the memory and the bias are the caller's. Immutable; any thread.
class IntegerMatrix {
 public:
  // What the memory must begin at a multiple of.
  static constexpr int64_t kAlignment = 64;
  // Memory that a matrix takes, a multiple of kAlignment. Pre: it is quantised.
  static int64_t Bytes(const Matrix& matrix, IntegerIsa isa = BestIntegerIsa());

  IntegerMatrix() = default;
  // Lays the matrix out in memory that has Bytes(matrix, isa). Its own bytes are not needed any more.
  IntegerMatrix(const Matrix& matrix, char* memory, Workers* workers, IntegerIsa isa = BestIntegerIsa());

  int64_t rows() const { return rows_; }
  int64_t depth() const { return depth_; }

  // y[n * y_row + i] (+)= bias[i] + matrix row i times row n of x, on all workers. What comes out of a row
  // of x depends neither on the other rows nor on how many threads there are, bit for bit. `finish` gets
  // values [begin, end) of all rows when they are final, on the worker that made them. Pre: x is quantised
  // and has the depth.
  struct Result {
    float* y = nullptr;
    int64_t y_row = 0;
    bool accumulate = false;
    std::function<void(int64_t begin, int64_t end)> finish;
  };
  void Multiply(const Activations& x, const Result& result, Workers* workers) const;

 private:
  void MultiplyPanels(const Activations& x, const Result& result, int64_t first, int64_t last) const;
  int64_t PanelBytes() const;
  int64_t Panels() const;

  const IntegerKernels* kernels_ = nullptr;
  const char* memory_ = nullptr;
  const float* bias_ = nullptr;
  Storage storage_ = Storage::kQ8_0;
  int64_t rows_ = 0;
  int64_t depth_ = 0;
};

}  // namespace waveshift::cpu

#endif  // WAVESHIFT_RUNTIME_CPU_INTEGER_MATRIX_H_
