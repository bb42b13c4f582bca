// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "audio/limiter.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <deque>

#include "audio/true_peak_internal.h"
#include "base/media_time.h"

namespace waveshift::audio {
namespace {

using internal::kPeakAhead;
using internal::kPeakTaps;

constexpr size_t kBlock = 256;
// Gains are whole numbers in steps of 2^-30: sums of them are exact in any order and never drift.
constexpr int kGainBits = 30;
constexpr int64_t kOne = int64_t{1} << kGainBits;
// The gain is already down this many frames beside a peak: a peak between samples is made of its neighbours.
constexpr int64_t kBeside = 12;
// What is limited at all is brought this far under the ceiling: meters' filters differ near the band's edge.
constexpr double kMargin = 0.983;  // -0.15 dB

// Mean of the last `length` values, rounded down.
class Box {
 public:
  explicit Box(size_t length) : ring_(length, kOne), sum_(static_cast<int64_t>(length) * kOne) {}
  int64_t Next(int64_t value) {
    sum_ += value - ring_[at_];
    ring_[at_] = value;
    at_ = at_ + 1 == ring_.size() ? 0 : at_ + 1;
    return sum_ / static_cast<int64_t>(ring_.size());
  }

 private:
  std::vector<int64_t> ring_;
  int64_t sum_;
  size_t at_ = 0;
};

// Lowest of the last `window` values. Values of kOne are never kept.
class SlidingMinimum {
 public:
  explicit SlidingMinimum(int64_t window) : window_(window) {}
  int64_t Next(int64_t value) {
    ++now_;
    if (!kept_.empty() && kept_.front().first <= now_ - window_) kept_.pop_front();
    if (value < kOne) {
      while (!kept_.empty() && kept_.back().second >= value) kept_.pop_back();
      kept_.emplace_back(now_, value);
    }
    return kept_.empty() ? kOne : kept_.front().second;
  }
  bool empty() const { return kept_.empty(); }

 private:
  int64_t window_;
  int64_t now_ = 0;
  std::deque<std::pair<int64_t, int64_t>> kept_;
};

// From the gain that each frame needs to the gain that is applied.
class GainPath {
 public:
  GainPath(int64_t smoothing, int64_t release_step)
      : minimum_(smoothing + 2 * kBeside),
        first_(static_cast<size_t>((smoothing + 2) / 2)),
        second_(static_cast<size_t>((smoothing + 1) / 2)),
        settled_after_(smoothing + 2),
        release_step_(release_step) {}

  int64_t Next(int64_t needed) {
    const int64_t floor = minimum_.Next(needed);
    const int64_t risen = gain_ + std::max<int64_t>(1, ((kOne - gain_) * release_step_) >> kGainBits);
    gain_ = std::min(floor, risen);
    settled_ = gain_ == kOne ? settled_ + 1 : 0;
    return second_.Next(first_.Next(gain_));
  }
  // True when the gain is 1 and stays there as long as no frame needs less.
  bool idle() const { return settled_ >= settled_after_ && minimum_.empty(); }

 private:
  SlidingMinimum minimum_;
  Box first_;
  Box second_;
  int64_t settled_after_;
  int64_t settled_ = 1 << 20;  // everything starts at 1
  int64_t release_step_;
  int64_t gain_ = kOne;
};

double Limited(double value, double low, double high) {
  return std::isfinite(value) ? std::clamp(value, low, high) : low;
}

}  // namespace

struct TruePeakLimiter::Impl {
  explicit Impl(const LimiterOptions& options);
  void Block(const float* in, const float* share_of, float* out, size_t frames);
  void Peaks(size_t frames);
  float Gain(size_t i);
  int64_t Needed(float peak) const;

  float ceiling;
  int64_t smoothing;
  int64_t release_step;
  size_t latency;
  internal::PeakInterpolator interpolator;
  GainPath path;
  // Per channel: the last `latency` frames, then the block.
  std::array<std::vector<float>, 2> sound;
  std::vector<float> shares;
  std::array<float, kBlock> peaks{};
};

TruePeakLimiter::Impl::Impl(const LimiterOptions& options)
    : ceiling(static_cast<float>(std::pow(10.0, Limited(options.ceiling_dbtp, -60, 0) / 20))),
      smoothing(std::llround(Limited(options.lookahead_ms, 0.1, 100) * kTimelineRateHz / 1000)),
      release_step(
          std::llround(static_cast<double>(kOne) *
                       (1 - std::exp(-1000.0 / (Limited(options.release_ms, 1, 10000) * kTimelineRateHz))))),
      latency(static_cast<size_t>(smoothing - 1 + kBeside) + kPeakAhead),
      path(smoothing, release_step) {
  for (auto& channel : sound) channel.resize(latency + kBlock, 0.0F);
  shares.resize(latency + kBlock, 1.0F);
}

// The gain that brings `peak` under the ceiling, rounded down.
int64_t TruePeakLimiter::Impl::Needed(float peak) const {
  if (peak <= ceiling) return kOne;
  return static_cast<int64_t>(kMargin * static_cast<double>(ceiling) / static_cast<double>(peak) *
                              static_cast<double>(kOne));
}

void TruePeakLimiter::Impl::Peaks(size_t frames) {
  std::fill_n(peaks.begin(), frames, 0.0F);
  for (const auto& channel : sound) {
    const float* x = channel.data() + latency - (kPeakTaps - 1);
    float loudest = 0;
    for (size_t i = 0; i < frames + kPeakTaps - 1; ++i) loudest = std::max(loudest, std::abs(x[i]));
    // Most of a programme is too quiet for any peak between its samples to matter.
    if (loudest * interpolator.bound() <= ceiling) continue;
    interpolator.Raise(x, frames, peaks.data());
  }
  // A peak lies at or between two frames.
  const float* share = shares.data() + latency - kPeakAhead;
  for (size_t i = 0; i < frames; ++i) {
    if (share[i] <= 0 && share[i + 1] <= 0) peaks[i] = 0;
  }
}

// Of the frame that leaves now, `i` frames into the block.
float TruePeakLimiter::Impl::Gain(size_t i) {
  const auto gain =
      static_cast<float>(static_cast<double>(path.Next(Needed(peaks[i]))) / static_cast<double>(kOne));
  return shares[i] >= 1 ? gain : 1.0F - (1.0F - gain) * std::max(0.0F, shares[i]);
}

// `share_of` may be null: every frame has all of the gain.
void TruePeakLimiter::Impl::Block(const float* in, const float* share_of, float* out, size_t frames) {
  for (size_t i = 0; i < frames; ++i) shares[latency + i] = share_of == nullptr ? 1.0F : share_of[i];
  for (size_t c = 0; c < 2; ++c) {
    float* x = sound[c].data() + latency;
    for (size_t i = 0; i < frames; ++i) {
      const float v = in[2 * i + c];
      x[i] = std::isfinite(v) ? v : 0.0F;
    }
  }
  Peaks(frames);
  const float* left = sound[0].data();
  const float* right = sound[1].data();
  const float highest = *std::max_element(peaks.begin(), peaks.begin() + static_cast<ptrdiff_t>(frames));
  const bool untouched = path.idle() && highest <= ceiling;
  for (size_t i = 0; i < frames; ++i) {
    const float gain = untouched ? 1.0F : Gain(i);
    out[2 * i] = left[i] * gain;
    out[2 * i + 1] = right[i] * gain;
  }
  for (auto& channel : sound) {
    std::copy(channel.begin() + static_cast<ptrdiff_t>(frames),
              channel.begin() + static_cast<ptrdiff_t>(frames + latency), channel.begin());
  }
  std::copy(shares.begin() + static_cast<ptrdiff_t>(frames),
            shares.begin() + static_cast<ptrdiff_t>(frames + latency), shares.begin());
}

TruePeakLimiter::TruePeakLimiter(const LimiterOptions& options) : impl_(std::make_unique<Impl>(options)) {}
TruePeakLimiter::~TruePeakLimiter() = default;

int TruePeakLimiter::latency_samples() const { return static_cast<int>(impl_->latency); }

void TruePeakLimiter::Process(std::span<const float> in, std::span<float> out) {
  const size_t frames = std::min(in.size(), out.size()) / 2;
  for (size_t done = 0; done < frames; done += kBlock) {
    impl_->Block(in.data() + 2 * done, nullptr, out.data() + 2 * done, std::min(kBlock, frames - done));
  }
}

void TruePeakLimiter::Process(std::span<const float> in, std::span<const float> shares,
                              std::span<float> out) {
  const size_t frames = std::min({in.size() / 2, out.size() / 2, shares.size()});
  for (size_t done = 0; done < frames; done += kBlock) {
    impl_->Block(in.data() + 2 * done, shares.data() + done, out.data() + 2 * done,
                 std::min(kBlock, frames - done));
  }
}

void TruePeakLimiter::Flush(std::vector<float>& out) {
  const std::vector<float> silence(2 * impl_->latency, 0.0F);
  const size_t old = out.size();
  out.resize(old + silence.size());
  Process(silence, std::span<float>(out).subspan(old));
  impl_->path = GainPath(impl_->smoothing, impl_->release_step);
  for (auto& channel : impl_->sound) std::fill(channel.begin(), channel.end(), 0.0F);
  std::fill(impl_->shares.begin(), impl_->shares.end(), 1.0F);
}

}  // namespace waveshift::audio
