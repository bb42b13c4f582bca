// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_SEPARATION_DEEPFILTER_TRANSFORM_H_
#define WAVESHIFT_SEPARATION_DEEPFILTER_TRANSFORM_H_

#include <array>
#include <span>
#include <vector>

#include "audio/fft.h"
#include "separation/deepfilter/layout.h"

namespace waveshift::separation::deepfilter {

// Fourier transform of kFrame real samples by one of half as many complex ones (Stockham's order, factors 4,
// 4, 2, 3, 5); computed in double. Has scratch room of its own: one thread at a time.
class FrameTransform {
 public:
  FrameTransform();
  // X[k] = sum of x[n] e^(-2 pi i k n / kFrame), k < kBins.
  void Forward(std::span<const double, kFrame> samples, std::span<audio::Complex, kBins> bins);
  // x[n] = sum of X[k] e^(2 pi i k n / kFrame) over all k, those above the middle being mirrored: kFrame
  // times what Forward was given. The imaginary parts of the first and last bin do not count.
  void Inverse(std::span<const audio::Complex, kBins> bins, std::span<double, kFrame> samples);

 private:
  void Halves();

  std::array<audio::Complex, kFrame> roots_;  // e^(-2 pi i k / kFrame)
  std::vector<audio::Complex> data_;          // kHop values, transformed in place by Halves
  std::vector<audio::Complex> scratch_;
};

// The window of Vorbis I, 4.3.1: its square and that of the next frame add up to 1.
const std::array<double, kFrame>& VorbisWindow();

// Spectra of a signal that begins after silence, each divided by kFrame. Spectrum t sees the samples of hops
// t - 1 and t. One thread at a time.
class Analysis {
 public:
  void Next(std::span<const float, kHop> samples, Spectrum& spectrum);

 private:
  FrameTransform transform_;
  std::array<double, kHop> before_{};
};

// The signal back by overlap and addition: spectrum t completes hop t - 1 (the first one's is silence before
// the signal). One thread at a time.
class Synthesis {
 public:
  void Next(const Spectrum& spectrum, std::span<float, kHop> samples);

 private:
  FrameTransform transform_;
  std::array<double, kHop> rest_{};
};

}  // namespace waveshift::separation::deepfilter

#endif  // WAVESHIFT_SEPARATION_DEEPFILTER_TRANSFORM_H_
