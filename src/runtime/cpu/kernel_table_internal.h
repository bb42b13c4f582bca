// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What one variant of the kernels offers. The templates behind it (*_kernel_internal.h) are instantiated in
// kernels_*.cc, which are compiled with the flags of their instruction set and therefore include nothing
// whose functions could leak into other object files.
//
// Convention: rows of activations are [row, channel], channel fastest, and a row's channels are padded to a
// multiple of 8 (PaddedChannels), so that kernels need no masks. Lengths and strides count floats.
#ifndef WAVESHIFT_RUNTIME_CPU_KERNEL_TABLE_INTERNAL_H_
#define WAVESHIFT_RUNTIME_CPU_KERNEL_TABLE_INTERNAL_H_

#include <cstdint>

#include "runtime/cpu/isa.h"

namespace waveshift::cpu {

// c[r, 0..width) (+)= bias + sum over segments s and depth k of a[r * a_row + s * a_segment + k] b[s, k, :].
struct PanelArgs {
  const float* a;
  int64_t a_row;
  int64_t a_segment;
  int64_t segments;
  int64_t depth;
  const void* b;      // [segments, depth, width] of float or, for half_panel, 16-bit floats
  const float* bias;  // width values, or nullptr
  float* c;
  int64_t c_row;
  int64_t rows;
  bool accumulate;  // add to c; else c is only written
};
using PanelFunction = void (*)(const PanelArgs&);

// Anti-aliased SnakeBeta (snake.h).
struct SnakeArgs {
  const float* in;   // row in_first
  int64_t in_first;  // absolute number of that row
  int64_t in_row;
  int64_t begin;  // absolute numbers of the rows to make
  int64_t end;
  int64_t last;  // last row of the sequence; kOpenEnd while more will follow
  const float* rate_high;
  const float* rate_low;
  const float* gain;
  const float* half_filter;  // taps 0 to 5 of 12; the others mirror them
  float* out;                // row `begin`
  int64_t out_row;
  int64_t channels;  // multiple of 8
};
inline constexpr int64_t kOpenEnd = int64_t{1} << 62;

// Fast convolution (fast_convolution_internal.h): from a tile's input rows to its points.
struct ForwardArgs {
  const float* const* rows;
  float* points;
  int64_t point_stride;
  int64_t channels;
};
// And from products of points to output rows.
struct InverseArgs {
  const float* points;
  int64_t point_stride;
  const float* bias;             // of each channel
  float scale;                   // of the points' inverse, before the bias
  const float* const* residual;  // rows to add, or nullptr
  float* const* rows;
  int64_t outputs;  // how many rows; the algorithm's most, or fewer
  int64_t channels;
};
struct TransformFunctions {
  void (*forward)(const ForwardArgs&);
  void (*inverse)(const InverseArgs&);
};

struct KernelTable {
  // How wide the next panel should be when this many padded columns are left.
  int64_t (*next_panel)(int64_t columns);
  PanelFunction (*panel)(int64_t width);
  // For weights in 16 bits, and how those are made (count a multiple of 8); nullptr where the processor
  // cannot.
  PanelFunction (*half_panel)(int64_t width);
  void (*narrow)(const float* values, uint16_t* halves, int64_t count);
  void (*snake)(const SnakeArgs&);
  TransformFunctions toom;        // seven points
  TransformFunctions toom_short;  // without the point at infinity
  TransformFunctions fourier16;
  TransformFunctions fourier32;
  int64_t (*fma_loop)(int64_t rounds);  // number of operations
};

const KernelTable& Kernels(Isa isa);
const KernelTable& BaselineKernels();
const KernelTable& Avx2Kernels();
const KernelTable& Avx512Kernels();

}  // namespace waveshift::cpu

#endif  // WAVESHIFT_RUNTIME_CPU_KERNEL_TABLE_INTERNAL_H_
