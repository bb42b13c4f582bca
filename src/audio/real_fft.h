// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_AUDIO_REAL_FFT_H_
#define WAVESHIFT_AUDIO_REAL_FFT_H_

#include <cstddef>
#include <span>
#include <vector>

#include "audio/fft.h"

namespace waveshift::audio {

// Fourier transform of real samples by one of half as many complex ones (Stockham's order, factors 4, 2, 3
// and 5, in double). Has scratch room of its own: one thread at a time.
class RealFft {
 public:
  // Whether a size is even and has no prime factor above 5.
  static bool Supports(size_t size);
  // Pre: Supports(size).
  explicit RealFft(size_t size);
  size_t size() const { return size_; }
  size_t bins() const { return size_ / 2 + 1; }

  // X[k] = sum of x[n] e^(-2 pi i k n / size). Pre: as many samples as size(), as many bins as bins().
  void Forward(std::span<const double> samples, std::span<Complex> bins);
  // x[n] = sum of X[k] e^(2 pi i k n / size) over all k, those above the middle being mirrored: size() times
  // what Forward was given. The imaginary parts of the first and last bin do not count.
  void Inverse(std::span<const Complex> bins, std::span<double> samples);

 private:
  void Halves();

  const size_t size_;
  std::vector<size_t> factors_;  // of half the size
  std::vector<Complex> roots_;   // e^(-2 pi i k / size)
  std::vector<Complex> data_;    // half as many values as samples, transformed in place by Halves
  std::vector<Complex> scratch_;
};

}  // namespace waveshift::audio

#endif  // WAVESHIFT_AUDIO_REAL_FFT_H_
