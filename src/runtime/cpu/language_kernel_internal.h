// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Kernels of a language model's step: few rows of activations times matrices that are read from memory once,
// attention over scattered cells, and what lies between. One table a variant; the templates are instantiated
// in language_kernels_*.cc, which are compiled with the flags of their instructions.
//
// What comes out of a row does not depend on how many rows are computed together, bit for bit: every sum over
// the depth runs in the same lanes in the same order whatever the tile.
#ifndef WAVESHIFT_RUNTIME_CPU_LANGUAGE_KERNEL_INTERNAL_H_
#define WAVESHIFT_RUNTIME_CPU_LANGUAGE_KERNEL_INTERNAL_H_

#include <cstdint>

namespace waveshift::cpu {

// Values that share a scale in quantised rows of activations and in q8_0.
constexpr int64_t kBlock = 32;

// Rows of activations in 8 bits: x = scale * q, a scale for each block. What products need is spread over the
// 8 lanes of a block: scale8 has each scale 8 times, offset8 has -128 times the sums of 4 values each (for
// products with bytes that are 128 too large), sums has scale * sum of the block; totals (not here) have -128
// times the sum of the block.
struct QuantizedRows {
  const int8_t* q;         // [rows, depth]
  const float* scale8;     // [rows, depth / 4]
  const int32_t* offset8;  // [rows, depth / 4]
  const float* sums;       // [rows, depth / 32]
};

// y[n * y_row + i] = bias[i] + sum over k of w[i, k] x[n, k], for count weights rows and rows of x.
struct DotArgs {
  const void* weights;
  int64_t weight_bytes;     // from one row of weights to the next
  int64_t depth;            // multiple of 32; of 256 with q4_k
  const float* bias;        // or nullptr
  const float* x;           // [rows, depth], for f32 and f16
  QuantizedRows quantized;  // for q8_0 and q4_k
  int64_t rows;
  float* y;
  int64_t y_row;
  int64_t count;
};
using DotFunction = void (*)(const DotArgs&);

// Softmax(scale q k) v of one head and one row, over cells in the order of the list.
struct AttentionArgs {
  const float* q;  // [width]
  const void* keys;
  const void* values;  // cell c's head begins at values + c * cell_step values
  int64_t cell_step;   // in values
  const int32_t* cells;
  int64_t count;  // >= 1
  int64_t width;  // multiple of 16
  float scale;
  float* scratch;  // [count + 16]
  float* out;      // [width]
};
using AttentionFunction = void (*)(const AttentionArgs&);

// Columns of a panel of bytes.
constexpr int64_t kIntegerColumns = 32;

// kIntegerColumns rows of a quantised matrix laid out for many rows of activations: for each block of 32
// values [8][columns][4] unsigned bytes (q8_0's are 128 too large), [columns] scales and, for q4_k, what is
// added to the block's values.
struct PackIntegersArgs {
  const void* weights;
  int64_t weight_bytes;  // from one row of the matrix to the next
  int64_t blocks;        // of each row
  uint8_t* q;            // [blocks, 32 columns]
  float* scales;         // [blocks, columns]
  float* least;          // [blocks, columns], for q4_k
};

// y[n, c] (+)= bias[c] + sum over blocks of scale * x scale * dot, of rows of activations and one panel.
struct WideIntegersArgs {
  const uint8_t* q;
  const float* scales;
  const float* least;  // nullptr for q8_0
  int64_t blocks;
  QuantizedRows x;
  const int32_t* x_totals;  // [rows, blocks]
  int64_t rows;
  const float* bias;  // or nullptr
  float* y;
  int64_t y_row;
  bool accumulate;
  const char* ahead;  // bytes that will be wanted soon
  int64_t ahead_bytes;
};

struct LanguageKernels {
  DotFunction dot_f32;
  DotFunction dot_f16;
  DotFunction dot_q8_0;
  DotFunction dot_q4_k;
  AttentionFunction attention_f32;  // keys and values in f32
  AttentionFunction attention_f16;
  // One row [depth] into place `row` of rows that have depth values each.
  void (*quantize)(const float* x, int64_t depth, int8_t* q, float* scale8, int32_t* offset8, float* sums,
                   int32_t* totals);
  // (x - mean) / sqrt(variance + eps) * weight + bias.
  void (*layer_norm)(const float* x, int64_t width, const float* weight, const float* bias, float eps,
                     float* y);
  // x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))), in place.
  void (*gelu)(float* x, int64_t count);
  void (*to_half)(const float* x, int64_t count, uint16_t* y);
  double (*sum_exp)(const float* x, int64_t count, float most);
  // For many rows; nullptr where the processor has no products of bytes.
  void (*pack_q8_0)(const PackIntegersArgs&) = nullptr;
  void (*pack_q4_k)(const PackIntegersArgs&) = nullptr;
  void (*wide_integers)(const WideIntegersArgs&) = nullptr;
};

const LanguageKernels& BaselineLanguageKernels();
const LanguageKernels& Avx2LanguageKernels();
const LanguageKernels& Avx512LanguageKernels();

// A block of 256 values in q4_k, ggml's format: value = d * scale * q - least * offset, q from 0 to 15, for
// each 32 values a scale and an offset of 6 bits.
struct BlockQ4K {
  uint16_t d;
  uint16_t least;
  uint8_t scales[12];
  uint8_t q[128];
};
static_assert(sizeof(BlockQ4K) == 144);
struct BlockQ8 {
  uint16_t d;
  int8_t q[kBlock];
};
static_assert(sizeof(BlockQ8) == 34);

}  // namespace waveshift::cpu

#endif  // WAVESHIFT_RUNTIME_CPU_LANGUAGE_KERNEL_INTERNAL_H_
