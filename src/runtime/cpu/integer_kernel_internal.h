// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Panels of quantised matrices and the kernels that multiply them. One table a variant.
//
// A panel has so many rows of the matrix (here: columns, as they lie beside each other), two vectors' worth.
// It is a sequence of blocks of 32 values of each column:
//   q8_0: [8][columns][4] bytes, then [columns] scales in 16 bits.
//   q4_k: before each 8 blocks [columns] scales and [columns] offsets in 16 bits; a block is [4][columns][4]
//         bytes, whose low halves are values 0 to 15 and whose high halves are values 16 to 31, then
//         [columns] bytes that multiply the scales, and as many that multiply the offsets.
#ifndef WAVESHIFT_RUNTIME_CPU_INTEGER_KERNEL_INTERNAL_H_
#define WAVESHIFT_RUNTIME_CPU_INTEGER_KERNEL_INTERNAL_H_

#include <cstdint>

#include "runtime/cpu/isa.h"

namespace waveshift::cpu {

// Values that share a scale in q8_0, in rows of activations and, with a common scale of 256, in q4_k.
constexpr int64_t kBlock = 32;
constexpr int64_t kBlocksOfQ4 = 8;

// ggml's formats. q4_k: value = d * scale * q - least * offset, q from 0 to 15, for each 32 values a scale
// and an offset of 6 bits.
struct BlockQ8 {
  uint16_t d;
  int8_t q[kBlock];
};
static_assert(sizeof(BlockQ8) == 34);
struct BlockQ4K {
  uint16_t d;
  uint16_t least;
  uint8_t scales[12];
  uint8_t q[128];
};
static_assert(sizeof(BlockQ4K) == 144);

constexpr int64_t BlockBytesQ8(int64_t columns) { return columns * (kBlock + 2); }
constexpr int64_t HeadBytesQ4(int64_t columns) { return columns * 4; }
constexpr int64_t BlockBytesQ4(int64_t columns) { return columns * (kBlock / 2 + 2); }
constexpr int64_t GroupBytesQ4(int64_t columns) {
  return HeadBytesQ4(columns) + kBlocksOfQ4 * BlockBytesQ4(columns);
}

// Rows of activations in 8 bits: x = scale * q.
struct QuantizedRows {
  const int8_t* q;        // [rows, 32 blocks]
  const float* scales;    // [rows, blocks]
  const float* sums;      // [rows, blocks], scale times the sum of the block
  const int32_t* totals;  // [rows, blocks], -128 times the sum of the block
};

// y[n, c] (+)= bias[c] + the sum over blocks of column c times row n, for one panel.
struct PanelProductArgs {
  const char* panel;
  int64_t blocks;
  int64_t columns;  // that are there; the others get nothing
  QuantizedRows x;
  int64_t rows;
  const float* bias;  // or nullptr
  float* y;
  int64_t y_row;
  bool accumulate;
  int64_t ahead_bytes;  // behind the panel, that will be wanted next
};
using PanelProduct = void (*)(const PanelProductArgs&);

struct IntegerKernels {
  int64_t columns;          // of a panel
  uint8_t flip;             // what q8_0's bytes are changed by: 0x80 where they must not be negative
  PanelProduct product_q8;  // expects them 128 too large then
  PanelProduct product_q4;
};

// Of a variant that this machine has.
const IntegerKernels& KernelsOf(IntegerIsa isa);
const IntegerKernels& BaselineIntegerKernels();
const IntegerKernels& Avx2IntegerKernels();
// The same, encoded for processors without AVX-512 and for those with it.
const IntegerKernels& AvxVnniIntegerKernels();
const IntegerKernels& Avx512Vnni8IntegerKernels();
const IntegerKernels& Avx512IntegerKernels();  // with VNNI

}  // namespace waveshift::cpu

#endif  // WAVESHIFT_RUNTIME_CPU_INTEGER_KERNEL_INTERNAL_H_
