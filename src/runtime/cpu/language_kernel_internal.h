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

// y[n * y_row + i] = bias[i] + sum over k of w[i, k] x[n, k], for count weights rows and rows of x.
struct DotArgs {
  const void* weights;
  int64_t weight_bytes;  // from one row of weights to the next
  int64_t depth;         // multiple of 32
  const float* bias;     // or nullptr
  const float* x;        // [rows, depth]
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

struct LanguageKernels {
  DotFunction dot_f32;
  DotFunction dot_f16;
  AttentionFunction attention_f32;  // keys and values in f32
  AttentionFunction attention_f16;
  // A row in 8 bits, with what belongs to each block of it: see QuantizedRows.
  void (*quantize)(const float* x, int64_t depth, int8_t* q, float* scales, float* sums, int32_t* totals);
  // (x - mean) / sqrt(variance + eps) * weight + bias.
  void (*layer_norm)(const float* x, int64_t width, const float* weight, const float* bias, float eps,
                     float* y);
  // x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))), in place.
  void (*gelu)(float* x, int64_t count);
  void (*to_half)(const float* x, int64_t count, uint16_t* y);
  double (*sum_exp)(const float* x, int64_t count, float most);
};

const LanguageKernels& BaselineLanguageKernels();
const LanguageKernels& Avx2LanguageKernels();
const LanguageKernels& Avx512LanguageKernels();

}  // namespace waveshift::cpu

#endif  // WAVESHIFT_RUNTIME_CPU_LANGUAGE_KERNEL_INTERNAL_H_
