// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "audio/shelf.h"

#include <cmath>
#include <complex>
#include <numbers>

namespace waveshift::audio {
namespace {

// The cookbook's slope S: 1 is the steepest without a bump.
constexpr double kSlope = 0.7;

}  // namespace

HighShelf::HighShelf(double corner_hz, double gain_db, int sample_rate_hz)
    : rate_hz_(sample_rate_hz), flat_(gain_db == 0) {
  const double amp = std::pow(10.0, gain_db / 40);
  const double w = 2 * std::numbers::pi * corner_hz / sample_rate_hz;
  const double cosine = std::cos(w);
  const double alpha = std::sin(w) / 2 * std::sqrt((amp + 1 / amp) * (1 / kSlope - 1) + 2);
  const double root = 2 * std::sqrt(amp) * alpha;
  const double scale = (amp + 1) - (amp - 1) * cosine + root;
  b_[0] = amp * ((amp + 1) + (amp - 1) * cosine + root) / scale;
  b_[1] = -2 * amp * ((amp - 1) + (amp + 1) * cosine) / scale;
  b_[2] = amp * ((amp + 1) + (amp - 1) * cosine - root) / scale;
  a_[0] = 1;
  a_[1] = 2 * ((amp - 1) - (amp + 1) * cosine) / scale;
  a_[2] = ((amp + 1) - (amp - 1) * cosine - root) / scale;
}

void HighShelf::Process(std::span<float> samples) const {
  if (flat_) return;
  double first = 0;
  double second = 0;
  for (float& sample : samples) {  // transposed direct form II
    const double x = sample;
    const double y = b_[0] * x + first;
    first = b_[1] * x - a_[1] * y + second;
    second = b_[2] * x - a_[2] * y;
    sample = static_cast<float>(y);
  }
}

double HighShelf::ResponseDb(double hz) const {
  const auto z = std::polar(1.0, -2 * std::numbers::pi * hz / rate_hz_);
  const auto response = (b_[0] + b_[1] * z + b_[2] * z * z) / (a_[0] + a_[1] * z + a_[2] * z * z);
  return 20 * std::log10(std::abs(response));
}

}  // namespace waveshift::audio
