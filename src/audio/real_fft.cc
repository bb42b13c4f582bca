// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "audio/real_fft.h"

#include <array>
#include <cmath>
#include <numbers>
#include <utility>

namespace waveshift::audio {
namespace {

constexpr std::array<size_t, 4> kFactors = {4, 2, 3, 5};
constexpr size_t kMostFactor = 5;

Complex Product(const Complex& a, const Complex& b) {
  return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

// What is left of a number when the known factors have gone, which are appended to `factors`.
size_t TakeFactors(size_t number, std::vector<size_t>& factors) {
  for (const size_t factor : kFactors) {
    for (; number % factor == 0; number /= factor) factors.push_back(factor);
  }
  return number;
}

}  // namespace

bool RealFft::Supports(size_t size) {
  std::vector<size_t> factors;
  return size >= 2 && size % 2 == 0 && TakeFactors(size / 2, factors) == 1;
}

RealFft::RealFft(size_t size) : size_(size), roots_(size), data_(size / 2), scratch_(size / 2) {
  TakeFactors(size / 2, factors_);
  for (size_t k = 0; k < size; ++k) {
    const double angle = -2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(size);
    roots_[k] = {std::cos(angle), std::sin(angle)};
  }
}

// The transform of data_: each factor takes the sums over values that lie `part` apart, and writes them where
// the next factor finds them in order.
void RealFft::Halves() {
  const size_t half = data_.size();
  size_t stride = 1;
  for (const size_t factor : factors_) {
    const size_t part = half / (stride * factor);
    for (size_t q = 0; q < part; ++q) {
      for (size_t r = 0; r < factor; ++r) {
        std::array<Complex, kMostFactor> weights;
        for (size_t j = 0; j < factor; ++j) {
          weights[j] = roots_[(2 * stride * q * r + size_ / factor * j * r) % size_];
        }
        for (size_t k = 0; k < stride; ++k) {
          Complex sum;
          for (size_t j = 0; j < factor; ++j) {
            const Complex term = Product(data_[k + stride * (q + part * j)], weights[j]);
            sum = {sum.re + term.re, sum.im + term.im};
          }
          scratch_[k + stride * (factor * q + r)] = sum;
        }
      }
    }
    std::swap(data_, scratch_);
    stride *= factor;
  }
}

void RealFft::Forward(std::span<const double> samples, std::span<Complex> bins) {
  const size_t half = data_.size();
  for (size_t n = 0; n < half; ++n) data_[n] = {samples[2 * n], samples[2 * n + 1]};
  Halves();
  for (size_t k = 0; k <= half; ++k) {
    const size_t at = k == half ? 0 : k;
    const Complex& a = data_[at];
    const Complex& b = data_[at == 0 ? 0 : half - at];
    // Spectra of the samples at even and at odd places.
    const Complex even{(a.re + b.re) / 2, (a.im - b.im) / 2};
    const Complex odd = Product({(a.im + b.im) / 2, (b.re - a.re) / 2}, roots_[k]);
    bins[k] = {even.re + odd.re, even.im + odd.im};
  }
}

void RealFft::Inverse(std::span<const Complex> bins, std::span<double> samples) {
  const size_t half = data_.size();
  for (size_t k = 0; k < half; ++k) {
    Complex a = bins[k];
    Complex b = bins[half - k];
    if (k == 0) a.im = b.im = 0;
    const Complex even{a.re + b.re, a.im - b.im};
    const Complex odd = Product({a.re - b.re, a.im + b.im}, {roots_[k].re, -roots_[k].im});
    // Conjugated: then the forward transform is the inverse one, conjugated.
    data_[k] = {even.re - odd.im, -(even.im + odd.re)};
  }
  Halves();
  for (size_t n = 0; n < half; ++n) {
    samples[2 * n] = data_[n].re;
    samples[2 * n + 1] = -data_[n].im;
  }
}

}  // namespace waveshift::audio
