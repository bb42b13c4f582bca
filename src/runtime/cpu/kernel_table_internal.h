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
  // Bytes that will be wanted soon: so many lines of so many bytes, which begin a step apart, are asked for
  // on the way.
  const char* ahead = nullptr;
  int64_t ahead_step = 0;
  int64_t ahead_bytes = 0;
  int64_t ahead_lines = 0;
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

// Lays out columns of a matrix for a panel: value m of each goes to row m of `to` or, with more taps than
// one, to row m % taps * depth + m / taps (weights [column, depth, tap] become rows [tap, depth]).
struct PackArgs {
  const void* from;  // column 0's value 0; float, or 16-bit floats
  bool half;
  int64_t step;     // values from one column to the next
  int64_t columns;  // that there are; the rest of the panel is 0
  int64_t width;    // of the panel
  int64_t begin;    // values [begin, end) of each
  int64_t end;
  int64_t taps;
  int64_t depth;
  float* to;  // [values, width]
};

// One point of a fast convolution's algorithm, of one segment of taps: row r of `to` becomes the sum over its
// taps j of factors[j] times tap first + j of row r, in the order of the taps and in 64 bits.
struct CombineTerm {
  const double* factors;
  int64_t first;  // tap
  int64_t taps;
  void* to;  // [rows, width] of float or, for half_combine, 16-bit floats
};
struct CombineArgs {
  const float* values;  // [rows, taps, width]
  double* wide;         // memory for as many
  int64_t rows;
  int64_t taps;
  int64_t width;  // a panel's
  const CombineTerm* terms;
  int64_t count;
};

// y[t, c] = bias[c] + sum over j of weights[j, c] x[t + j, c], for one row t; taps that fall outside of the
// sequence are left out by the caller.
struct DepthwiseArgs {
  const float* x;  // row of the first tap
  int64_t x_row;
  const float* weights;  // [taps, channels]
  int64_t taps;
  const float* bias;
  int64_t channels;  // multiple of 8
  float* y;
};

// A 3x3 convolution with stride 2 of a picture with one channel, one row of results, rectified:
// y[c, f] = max(0, bias[c] + sum over i, j of weights[c, i, j] x[i][2 f + j]).
struct PictureArgs {
  const float* even[3];  // x[i][2 f], bands + 1 values
  const float* odd[3];   // x[i][2 f + 1], bands values
  const float* weights;  // [channels, 3, 3]
  const float* bias;
  int64_t channels;
  int64_t bands;
  float* y;  // [channels, bands]
};

// Mean and deviation sqrt(max(mean of (x - mean)^2, floor)) over rows, of each channel: all rows alike, or
// weighted by the softmax over rows of `scores`, which are overwritten.
struct ColumnArgs {
  const float* x;
  int64_t x_row;
  int64_t rows;
  int64_t channels;
  float* scores;  // or nullptr
  int64_t scores_row;
  float floor;
  float* mean;
  float* deviation;  // or nullptr: only the mean is wanted
};

// Operations on rows of activations (row_operations.h).
struct RowFunctions {
  void (*layer_norm)(const float* x, int64_t width, const float* weight, const float* bias, float eps,
                     float* y);
  void (*silu)(float* x, int64_t count);
  void (*tanh)(float* x, int64_t count);
  void (*sigmoid)(float* x, int64_t count);
  void (*gate_sigmoid)(const float* x, const float* gate, int64_t count, float* y);
  void (*gate_gelu)(const float* x, const float* gate, int64_t count, float* y);
  void (*rectify)(float* x, int64_t count, const float* factor, const float* offset);
  float (*exp_row)(float* x, int64_t count, float scale);
  float (*dot)(const float* x, const float* y, int64_t count);
  void (*columns)(const ColumnArgs&);
  void (*depthwise)(const DepthwiseArgs&);
  void (*picture)(const PictureArgs&);
  void (*widen)(const uint16_t* halves, int64_t count, float* values);
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
  void (*pack)(const PackArgs&);
  void (*combine)(const CombineArgs&);
  void (*half_combine)(const CombineArgs&);  // nullptr as half_panel
  // The largest magnitude of floats or 16-bit floats; not finite when one of them is not.
  float (*largest)(const void* values, bool half, int64_t count);
  RowFunctions rows;
};

const KernelTable& Kernels(Isa isa);
const KernelTable& BaselineKernels();
const KernelTable& Avx2Kernels();
const KernelTable& Avx512Kernels();

}  // namespace waveshift::cpu

#endif  // WAVESHIFT_RUNTIME_CPU_KERNEL_TABLE_INTERNAL_H_
