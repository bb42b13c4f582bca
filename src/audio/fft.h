// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_AUDIO_FFT_H_
#define WAVESHIFT_AUDIO_FFT_H_

#include <cstddef>
#include <vector>

namespace waveshift::audio {

struct Complex {
  double re = 0;
  double im = 0;
};

// Discrete Fourier transform in place, radix 2. Const after construction: threads may share it.
class Fft {
 public:
  // Pre: size is a power of two, at least 2.
  explicit Fft(size_t size);
  size_t size() const { return size_; }
  // X[k] = sum of x[n] e^(-2 pi i k n / size). Pre: data.size() == size().
  void Forward(std::vector<Complex>& data) const;

 private:
  size_t size_;
  std::vector<size_t> reversed_;
  std::vector<Complex> roots_;  // e^(-2 pi i k / size), k < size / 2
};

}  // namespace waveshift::audio

#endif  // WAVESHIFT_AUDIO_FFT_H_
