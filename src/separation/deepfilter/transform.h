// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_SEPARATION_DEEPFILTER_TRANSFORM_H_
#define WAVESHIFT_SEPARATION_DEEPFILTER_TRANSFORM_H_

#include <array>
#include <span>

#include "audio/real_fft.h"
#include "separation/deepfilter/layout.h"

namespace waveshift::separation::deepfilter {

// Fourier transform of a frame.
class FrameTransform : public audio::RealFft {
 public:
  FrameTransform() : audio::RealFft(kFrame) {}
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
