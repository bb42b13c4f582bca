// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "separation/mdx/spectrogram.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace waveshift::separation::mdx {

Spectrogram::Spectrogram(const Parameters& parameters)
    : parameters_(parameters),
      fft_(parameters.n_fft),
      window_(parameters.n_fft),
      weights_(parameters.chunk()),
      frame_(parameters.n_fft),
      bins_(parameters.bins()) {
  const auto size = static_cast<double>(parameters.n_fft);
  for (size_t n = 0; n < window_.size(); ++n) {
    window_[n] = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(n) / size);
  }
  const auto half = static_cast<ptrdiff_t>(parameters.trim());
  for (size_t t = 0; t < parameters.dim_t; ++t) {
    const ptrdiff_t begin = static_cast<ptrdiff_t>(t * parameters.hop) - half;
    for (size_t n = 0; n < window_.size(); ++n) {
      const ptrdiff_t at = begin + static_cast<ptrdiff_t>(n);
      if (at < 0 || at >= static_cast<ptrdiff_t>(weights_.size())) continue;
      weights_[static_cast<size_t>(at)] += window_[n] * window_[n];
    }
  }
}

size_t Spectrogram::Mirrored(ptrdiff_t position) const {
  const auto last = static_cast<ptrdiff_t>(parameters_.chunk()) - 1;
  if (position < 0) position = -position;
  if (position > last) position = 2 * last - position;
  return static_cast<size_t>(position);
}

void Spectrogram::Analyse(std::span<const float> interleaved, std::span<float> values) {
  const auto half = static_cast<ptrdiff_t>(parameters_.trim());
  const size_t plane = parameters_.dim_f * parameters_.dim_t;
  for (size_t side = 0; side < 2; ++side) {
    float* const real = values.data() + 2 * side * plane;
    float* const imaginary = real + plane;
    for (size_t t = 0; t < parameters_.dim_t; ++t) {
      const ptrdiff_t begin = static_cast<ptrdiff_t>(t * parameters_.hop) - half;
      for (size_t n = 0; n < frame_.size(); ++n) {
        frame_[n] = window_[n] * interleaved[2 * Mirrored(begin + static_cast<ptrdiff_t>(n)) + side];
      }
      fft_.Forward(frame_, bins_);
      for (size_t f = 0; f < parameters_.dim_f; ++f) {
        real[f * parameters_.dim_t + t] = static_cast<float>(bins_[f].re);
        imaginary[f * parameters_.dim_t + t] = static_cast<float>(bins_[f].im);
      }
    }
  }
}

void Spectrogram::Synthesise(std::span<const float> values, std::span<float> interleaved) {
  const auto half = static_cast<ptrdiff_t>(parameters_.trim());
  const auto chunk = static_cast<ptrdiff_t>(parameters_.chunk());
  const size_t plane = parameters_.dim_f * parameters_.dim_t;
  std::vector<double> sum(parameters_.chunk());
  for (size_t side = 0; side < 2; ++side) {
    const float* const real = values.data() + 2 * side * plane;
    const float* const imaginary = real + plane;
    std::fill(sum.begin(), sum.end(), 0.0);
    for (size_t t = 0; t < parameters_.dim_t; ++t) {
      std::fill(bins_.begin(), bins_.end(), audio::Complex{});
      for (size_t f = 0; f < parameters_.dim_f; ++f) {
        bins_[f] = {real[f * parameters_.dim_t + t], imaginary[f * parameters_.dim_t + t]};
      }
      fft_.Inverse(bins_, frame_);
      const ptrdiff_t begin = static_cast<ptrdiff_t>(t * parameters_.hop) - half;
      const ptrdiff_t from = std::max<ptrdiff_t>(0, -begin);
      const ptrdiff_t to = std::min<ptrdiff_t>(static_cast<ptrdiff_t>(frame_.size()), chunk - begin);
      for (ptrdiff_t n = from; n < to; ++n) {
        const auto at = static_cast<size_t>(n);
        sum[static_cast<size_t>(begin + n)] += window_[at] * frame_[at];
      }
    }
    const auto size = static_cast<double>(parameters_.n_fft);
    for (size_t n = 0; n < sum.size(); ++n) {
      interleaved[2 * n + side] = static_cast<float>(sum[n] / (size * std::max(weights_[n], 1e-11)));
    }
  }
}

}  // namespace waveshift::separation::mdx
