// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "separation/deepfilter/transform.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <utility>

namespace waveshift::separation::deepfilter {
namespace {

using audio::Complex;

constexpr std::array<size_t, 5> kFactors = {4, 4, 2, 3, 5};
constexpr size_t kMostFactor = 5;

Complex Product(const Complex& a, const Complex& b) {
  return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

}  // namespace

FrameTransform::FrameTransform() : data_(kHop), scratch_(kHop) {
  for (size_t k = 0; k < kFrame; ++k) {
    const double angle = -2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(kFrame);
    roots_[k] = {std::cos(angle), std::sin(angle)};
  }
}

// The transform of kHop complex values: each factor takes the sums over values that lie `part` apart, and
// writes them where the next factor finds them in order.
void FrameTransform::Halves() {
  size_t stride = 1;
  for (const size_t factor : kFactors) {
    const size_t part = kHop / (stride * factor);
    for (size_t q = 0; q < part; ++q) {
      for (size_t r = 0; r < factor; ++r) {
        std::array<Complex, kMostFactor> weights;
        for (size_t j = 0; j < factor; ++j) {
          weights[j] = roots_[(2 * stride * q * r + kFrame / factor * j * r) % kFrame];
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

void FrameTransform::Forward(std::span<const double, kFrame> samples, std::span<Complex, kBins> bins) {
  for (size_t n = 0; n < kHop; ++n) data_[n] = {samples[2 * n], samples[2 * n + 1]};
  Halves();
  for (size_t k = 0; k < kBins; ++k) {
    const Complex& a = data_[k % kHop];
    const Complex& b = data_[(kHop - k) % kHop];
    // Spectra of the samples at even and at odd places.
    const Complex even{(a.re + b.re) / 2, (a.im - b.im) / 2};
    const Complex odd = Product({(a.im + b.im) / 2, (b.re - a.re) / 2}, roots_[k]);
    bins[k] = {even.re + odd.re, even.im + odd.im};
  }
}

void FrameTransform::Inverse(std::span<const Complex, kBins> bins, std::span<double, kFrame> samples) {
  for (size_t k = 0; k < kHop; ++k) {
    Complex a = bins[k];
    Complex b = bins[kHop - k];
    if (k == 0) a.im = b.im = 0;
    const Complex even{a.re + b.re, a.im - b.im};
    const Complex odd = Product({a.re - b.re, a.im + b.im}, {roots_[k].re, -roots_[k].im});
    // Conjugated: then the forward transform is the inverse one, conjugated.
    data_[k] = {even.re - odd.im, -(even.im + odd.re)};
  }
  Halves();
  for (size_t n = 0; n < kHop; ++n) {
    samples[2 * n] = data_[n].re;
    samples[2 * n + 1] = -data_[n].im;
  }
}

const std::array<double, kFrame>& VorbisWindow() {
  static const std::array<double, kFrame> window = [] {
    std::array<double, kFrame> made{};
    for (size_t n = 0; n < kFrame; ++n) {
      const double sine = std::sin(std::numbers::pi * (static_cast<double>(n) + 0.5) / kFrame);
      made[n] = std::sin(std::numbers::pi / 2 * sine * sine);
    }
    return made;
  }();
  return window;
}

void Analysis::Next(std::span<const float, kHop> samples, Spectrum& spectrum) {
  const auto& window = VorbisWindow();
  std::array<double, kFrame> frame{};
  for (size_t n = 0; n < kHop; ++n) {
    frame[n] = before_[n] * window[n];
    before_[n] = samples[n];
    frame[kHop + n] = before_[n] * window[kHop + n];
  }
  std::array<Complex, kBins> bins;
  transform_.Forward(frame, bins);
  for (size_t k = 0; k < kBins; ++k) {
    spectrum[k] = {static_cast<float>(bins[k].re / kFrame), static_cast<float>(bins[k].im / kFrame)};
  }
}

void Synthesis::Next(const Spectrum& spectrum, std::span<float, kHop> samples) {
  const auto& window = VorbisWindow();
  std::array<Complex, kBins> bins;
  for (size_t k = 0; k < kBins; ++k) bins[k] = {spectrum[k].real(), spectrum[k].imag()};
  std::array<double, kFrame> frame{};
  transform_.Inverse(bins, frame);
  for (size_t n = 0; n < kHop; ++n) {
    samples[n] = static_cast<float>(rest_[n] + frame[n] * window[n]);
    rest_[n] = frame[kHop + n] * window[kHop + n];
  }
}

}  // namespace waveshift::separation::deepfilter
