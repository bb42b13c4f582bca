// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "audio/true_peak_internal.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace waveshift::audio::internal {
namespace {

constexpr double kHalf = kPeakTaps / 2.0;
constexpr double kKaiserBeta = 5.0;
constexpr size_t kBlock = 64;

// Modified Bessel function of the first kind, order zero, by its series.
double BesselI0(double x) {
  double sum = 1;
  double term = 1;
  for (int k = 1; k < 40; ++k) {
    term *= (x / (2 * k)) * (x / (2 * k));
    sum += term;
  }
  return sum;
}

double Sinc(double x) {
  return std::abs(x) < 1e-12 ? 1.0 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x);
}

double Kaiser(double distance) {
  const double r = distance / kHalf;
  return std::abs(r) >= 1 ? 0.0 : BesselI0(kKaiserBeta * std::sqrt(1 - r * r)) / BesselI0(kKaiserBeta);
}

}  // namespace

PeakInterpolator::PeakInterpolator() {
  for (size_t p = 0; p < phases_.size(); ++p) {
    const double fraction = static_cast<double>(p + 1) / 4;
    double sum = 0;
    std::array<double, kPeakTaps> taps{};
    for (size_t t = 0; t < kPeakTaps; ++t) {
      const double distance = fraction + (kHalf - 1) - static_cast<double>(t);
      taps[t] = Sinc(distance) * Kaiser(distance);
      sum += taps[t];
    }
    float absolute = 0;
    for (size_t t = 0; t < kPeakTaps; ++t) {
      phases_[p][t] = static_cast<float>(taps[t] / sum);
      absolute += std::abs(phases_[p][t]);
    }
    bound_ = std::max(bound_, absolute * 1.001F);
  }
}

void PeakInterpolator::Raise(const float* x, size_t n, float* peaks) const {
  std::array<float, kBlock> sums;
  for (size_t done = 0; done < n; done += kBlock) {
    const size_t count = std::min(kBlock, n - done);
    const float* in = x + done;
    float* out = peaks + done;
    for (size_t i = 0; i < count; ++i) out[i] = std::max(out[i], std::abs(in[i + kPeakAhead - 1]));
    for (const auto& phase : phases_) {
      // The inner loop runs over frames, so each frame's sum is made in the same order however the input is
      // cut.
      sums.fill(0);
      for (size_t t = 0; t < kPeakTaps; ++t) {
        const float h = phase[t];
        for (size_t i = 0; i < count; ++i) sums[i] += h * in[i + t];
      }
      for (size_t i = 0; i < count; ++i) out[i] = std::max(out[i], std::abs(sums[i]));
    }
  }
}

}  // namespace waveshift::audio::internal
