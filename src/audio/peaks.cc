// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "audio/peaks.h"

#include <algorithm>
#include <cmath>

namespace waveshift::audio {

PeakReducer::PeakReducer(int64_t bin_samples) : bin_samples_(std::max<int64_t>(1, bin_samples)) {}

int64_t PeakReducer::BinFor(int64_t length, int64_t bins) {
  if (length <= 0 || bins <= 0) return 1;
  return 1 + (length - 1) / bins;
}

void PeakReducer::AddMono(std::span<const float> samples) { AddFrames(samples, 1); }

void PeakReducer::AddStereo(std::span<const float> interleaved) { AddFrames(interleaved, 2); }

void PeakReducer::AddFrames(std::span<const float> values, size_t channels) {
  size_t frames = values.size() / channels;
  const float* at = values.data();
  while (frames > 0) {
    if (in_bin_ == 0) peaks_.emplace_back(HUGE_VALF, -HUGE_VALF);
    const auto n =
        static_cast<size_t>(std::min<int64_t>(static_cast<int64_t>(frames), bin_samples_ - in_bin_));
    auto [low, high] = peaks_.back();
    for (size_t i = 0; i < n * channels; ++i) {
      const float v = at[i];
      if (!std::isfinite(v)) continue;
      low = std::min(low, v);
      high = std::max(high, v);
    }
    peaks_.back() = {low, high};
    at += n * channels;
    frames -= n;
    in_bin_ = (in_bin_ + static_cast<int64_t>(n)) % bin_samples_;
  }
}

std::vector<std::pair<float, float>> PeakReducer::Peaks() const {
  auto out = peaks_;
  for (auto& bin : out) {
    if (bin.first > bin.second) bin = {0.0F, 0.0F};  // nothing but values that are not numbers
  }
  return out;
}

}  // namespace waveshift::audio
