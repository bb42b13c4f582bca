// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Fast convolution: a tile of outputs of one channel is a bilinear function of its inputs and the kernel. It
// is computed as C [(G w) o (B x)], where "o" multiplies point by point and, between channels, is a matrix
// product; G w is done when weights are packed, B x and C are additions mostly. A kernel longer than an
// algorithm's taps is cut in segments, whose products meet at the points.
//
// Toom-Cook: interpolation of polynomials at small rationals, transposed (S. Winograd, Arithmetic Complexity
// of Computations, 1980). With segments as long as a tile has outputs, a tile's points serve its neighbours.
// Fourier: cyclic correlation of `inputs` values, of which the first inputs - kernel + 1 do not wrap.
#ifndef WAVESHIFT_RUNTIME_CPU_FAST_CONVOLUTION_INTERNAL_H_
#define WAVESHIFT_RUNTIME_CPU_FAST_CONVOLUTION_INTERNAL_H_

#include <cstdint>
#include <vector>

#include "runtime/cpu/convolution.h"
#include "runtime/cpu/kernel_table_internal.h"

namespace waveshift::cpu {

struct FastAlgorithm {
  TransformFunctions functions;
  int64_t inputs = 0;   // rows of a tile that are read
  int64_t outputs = 0;  // rows of a tile that are made
  int64_t taps = 0;     // of a segment
  // G: of each point the factors of a segment's taps.
  std::vector<std::vector<double>> factors;
  // How many segments each point has: the point at infinity sees only whole ones.
  std::vector<int64_t> segments;

  int64_t points() const { return static_cast<int64_t>(factors.size()); }
};

// kToom, kFourier16 or kFourier32; `kernel` as the method can do it (CanDo).
FastAlgorithm MakeAlgorithm(Isa isa, ConvolutionMethod method, int64_t kernel);
bool CanDo(ConvolutionMethod method, int64_t kernel);
ConvolutionMethod ChooseMethod(const ConvolutionShape& shape);

}  // namespace waveshift::cpu

#endif  // WAVESHIFT_RUNTIME_CPU_FAST_CONVOLUTION_INTERNAL_H_
