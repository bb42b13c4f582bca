// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cpu/fast_convolution_internal.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace waveshift::cpu {
namespace {

constexpr int64_t kToomTile = 4;
// As ToomTransform has them; infinity follows. Of the small rationals these rounded least.
constexpr std::array<double, 6> kToomPoints = {0, 1, -1, 0.5, -0.5, -2};

FastAlgorithm Toom(const KernelTable& kernels, int64_t kernel) {
  FastAlgorithm a;
  const bool is_short = kernel < kToomTile;
  a.functions = is_short ? kernels.toom_short : kernels.toom;
  a.outputs = kToomTile;
  a.taps = kToomTile;
  for (size_t k = 0; k < kToomPoints.size(); ++k) {
    double norm = 1;
    for (size_t other = 0; other < kToomPoints.size(); ++other) {
      if (other != k) norm *= kToomPoints[k] - kToomPoints[other];
    }
    std::vector<double> row;
    for (int64_t tap = 0; tap < a.taps; ++tap) {
      row.push_back(std::pow(kToomPoints[k], static_cast<double>(tap)) / norm);
    }
    a.factors.push_back(std::move(row));
    a.segments.push_back((kernel + kToomTile - 1) / kToomTile);
  }
  if (!is_short) {
    a.factors.push_back({0, 0, 0, 1});
    a.segments.push_back(kernel / kToomTile);
  }
  a.inputs = a.points();
  return a;
}

// One point's factors: (cosine * cos + sine * sin)(2 pi bin tap / size) / size.
std::vector<double> Wave(int64_t size, int64_t taps, int64_t bin, double cosine, double sine) {
  std::vector<double> row;
  for (int64_t tap = 0; tap < taps; ++tap) {
    const double angle = 2 * std::numbers::pi * static_cast<double>(bin * tap) / static_cast<double>(size);
    row.push_back((cosine * std::cos(angle) + sine * std::sin(angle)) / static_cast<double>(size));
  }
  return row;
}

FastAlgorithm Fourier(const TransformFunctions& functions, int64_t size, int64_t kernel) {
  FastAlgorithm a;
  a.functions = functions;
  a.inputs = size;
  a.outputs = size - kernel + 1;
  a.taps = kernel;
  a.factors.push_back(Wave(size, kernel, 0, 1, 0));
  a.factors.push_back(Wave(size, kernel, size / 2, 1, 0));
  // With h = conj(W) and x: (hr)(xr + xi), (hi - hr) xr, (hr + hi) xi make both parts of h x.
  for (int64_t bin = 1; bin < size / 2; ++bin) {
    a.factors.push_back(Wave(size, kernel, bin, 1, 0));
    a.factors.push_back(Wave(size, kernel, bin, -1, 1));
    a.factors.push_back(Wave(size, kernel, bin, 1, 1));
  }
  a.segments.assign(a.factors.size(), 1);
  return a;
}

}  // namespace

bool CanDo(ConvolutionMethod method, int64_t kernel) {
  switch (method) {
    case ConvolutionMethod::kToom:
      return kernel >= 3;
    case ConvolutionMethod::kFourier16:
      return kernel >= 2 && kernel <= 12;
    case ConvolutionMethod::kFourier32:
      return kernel >= 2 && kernel <= 24;
    default:
      return true;
  }
}

FastAlgorithm MakeAlgorithm(Isa isa, ConvolutionMethod method, int64_t kernel) {
  const KernelTable& kernels = Kernels(isa);
  if (method == ConvolutionMethod::kFourier16) return Fourier(kernels.fourier16, 16, kernel);
  if (method == ConvolutionMethod::kFourier32) return Fourier(kernels.fourier32, 32, kernel);
  return Toom(kernels, kernel);
}

// By measurement on a Zen 4 with AVX-512 (waveshift_vocoder_bench). Of very wide layers the weights fill the
// memory, and there are too few rows for long tiles.
ConvolutionMethod ChooseMethod(const ConvolutionShape& shape) {
  if (shape.in != shape.out || shape.kernel < 3 || shape.kernel > 24) return ConvolutionMethod::kDirect;
  if (shape.kernel < 6) return ConvolutionMethod::kToom;
  if (shape.in >= 512) {
    return shape.kernel <= 12 ? ConvolutionMethod::kFourier16 : ConvolutionMethod::kToom;
  }
  return shape.in >= 192 && shape.kernel < 9 ? ConvolutionMethod::kFourier16 : ConvolutionMethod::kFourier32;
}

}  // namespace waveshift::cpu
