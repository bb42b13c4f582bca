// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "audio/fft.h"

#include <cmath>
#include <numbers>
#include <utility>

namespace waveshift::audio {

Fft::Fft(size_t size) : size_(size), reversed_(size, 0), roots_(size / 2) {
  for (size_t i = 1; i < size; ++i) reversed_[i] = (reversed_[i / 2] / 2) + ((i % 2) * (size / 2));
  for (size_t k = 0; k < roots_.size(); ++k) {
    const double angle = -2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(size);
    roots_[k] = {std::cos(angle), std::sin(angle)};
  }
}

void Fft::Forward(std::vector<Complex>& data) const {
  for (size_t i = 0; i < size_; ++i) {
    if (i < reversed_[i]) std::swap(data[i], data[reversed_[i]]);
  }
  for (size_t half = 1; half < size_; half *= 2) {
    const size_t stride = size_ / (2 * half);
    for (size_t block = 0; block < size_; block += 2 * half) {
      for (size_t k = 0; k < half; ++k) {
        const Complex w = roots_[k * stride];
        Complex& a = data[block + k];
        Complex& b = data[block + k + half];
        const Complex t{w.re * b.re - w.im * b.im, w.re * b.im + w.im * b.re};
        b = {a.re - t.re, a.im - t.im};
        a = {a.re + t.re, a.im + t.im};
      }
    }
  }
}

}  // namespace waveshift::audio
