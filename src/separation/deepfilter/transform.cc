// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "separation/deepfilter/transform.h"

#include <cmath>
#include <cstddef>
#include <numbers>

namespace waveshift::separation::deepfilter {

using audio::Complex;

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
