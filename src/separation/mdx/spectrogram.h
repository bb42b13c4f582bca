// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_SEPARATION_MDX_SPECTROGRAM_H_
#define WAVESHIFT_SEPARATION_MDX_SPECTROGRAM_H_

#include <cstddef>
#include <span>
#include <vector>

#include "audio/real_fft.h"
#include "separation/mdx/parameters.h"

namespace waveshift::separation::mdx {

// A stretch of stereo sound as the networks see it, and back: values [4, dim_f, dim_t], row-major; the first
// dimension is left real, left imaginary, right real, right imaginary. Spectra are centred on every hop-th
// sample from the first one on, under a periodic Hann window; beyond its ends the stretch is mirrored. Has
// scratch room: one thread at a time.
class Spectrogram {
 public:
  explicit Spectrogram(const Parameters& parameters);
  size_t values() const { return 4 * parameters_.dim_f * parameters_.dim_t; }

  // Pre: `interleaved` holds chunk() frames, `values` values().
  void Analyse(std::span<const float> interleaved, std::span<float> values);
  // Bins that the network does not see are 0. What overlaps is divided by the sum of the squared windows.
  void Synthesise(std::span<const float> values, std::span<float> interleaved);

 private:
  size_t Mirrored(ptrdiff_t position) const;

  const Parameters parameters_;
  audio::RealFft fft_;
  std::vector<double> window_;
  std::vector<double> weights_;  // sum of squared windows at each sample of the stretch
  std::vector<double> frame_;
  std::vector<audio::Complex> bins_;
};

}  // namespace waveshift::separation::mdx

#endif  // WAVESHIFT_SEPARATION_MDX_SPECTROGRAM_H_
