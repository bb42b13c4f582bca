// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Products of many rows with matrices as a model file has them. The kernels want a matrix laid out in panels
// (matrix.h); here that is done on the way, piece by piece in memory that the workers keep, so that a network
// that runs seldom needs no second copy of its weights. Laying out costs what 5 to 25 rows cost.
//
// What comes out of a row is the same, bit for bit, on any number of threads and whatever rows stand beside
// it.
#ifndef WAVESHIFT_RUNTIME_CPU_WIDE_PRODUCT_H_
#define WAVESHIFT_RUNTIME_CPU_WIDE_PRODUCT_H_

#include <cstdint>
#include <functional>

#include "runtime/cpu/aligned_floats.h"
#include "runtime/cpu/isa.h"
#include "runtime/cpu/language.h"
#include "runtime/cpu/workers.h"

namespace waveshift::cpu {

// The right side B of C = A B; a view.
struct WideMatrix {
  enum class Order {
    kColumns,  // [columns, depth, taps], as PyTorch's Linear ([out, in]) and Conv1d ([out, in, kernel])
    kRows,     // [depth, columns]; one tap
  };
  Order order = Order::kColumns;
  Storage storage = Storage::kF32;  // or kF16
  const void* values = nullptr;
  int64_t columns = 0;
  int64_t depth = 0;
  int64_t taps = 1;
  int64_t step = 0;  // values from one column (or row) to the next; 0: they lie side by side

  int64_t value_bytes() const { return storage == Storage::kF16 ? 2 : 4; }
  int64_t column_values() const { return depth * taps; }
};

struct WideProduct {
  const float* a = nullptr;  // row r of tap j begins at a + r * a_row + j * a_tap, `depth` values
  int64_t a_row = 0;
  int64_t a_tap = 0;
  int64_t rows = 0;
  float* c = nullptr;  // [rows, PaddedChannels(columns)] with step c_row; not in a. Padding becomes 0
  int64_t c_row = 0;
  const float* bias = nullptr;  // of each column, or nullptr
  bool accumulate = false;      // C += A B + bias
  // Gets each part of C when it is final, [row, row_end) x [column, column_end) with the padding, on the
  // worker that made it; empty for nothing. Parts may come in any order and side by side.
  std::function<void(int64_t row, int64_t row_end, int64_t column, int64_t column_end)> finish;
  // What is multiplied next, if known: its weights are asked from memory meanwhile.
  const WideMatrix* next = nullptr;
};

// On all workers, whose shared scratch memory it uses: at most about 4 MiB, or the matrix itself in 32 bits
// when it has several taps. 2 * rows * taps * depth * columns operations.
void MultiplyWide(Isa isa, const WideMatrix& b, const WideProduct& product, Workers* workers);

}  // namespace waveshift::cpu

#endif  // WAVESHIFT_RUNTIME_CPU_WIDE_PRODUCT_H_
