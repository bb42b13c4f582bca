// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "audio/loudness_frames.h"

#include <ebur128.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

namespace waveshift::audio {
namespace {

constexpr auto kValues = static_cast<size_t>(2 * kLoudnessFrame);
constexpr unsigned long kFrameMs = kLoudnessFrame * 1000 / kTimelineRateHz;
// BS.1770: blocks of 400 ms every 100 ms; LUFS of a power, and the gates.
constexpr size_t kBlock = 40;
constexpr size_t kHop = 10;
constexpr double kOffsetDb = -0.691;
constexpr double kAbsoluteGateLufs = -70;
constexpr double kRelativeGate = 0.1;
constexpr double kSilence = -std::numeric_limits<double>::infinity();

double Lufs(double power) { return power > 0 ? kOffsetDb + 10 * std::log10(power) : kSilence; }

double Mean(std::span<const float> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double MeanAbove(const std::vector<double>& values, double gate) {
  double sum = 0;
  size_t count = 0;
  for (const double v : values) {
    if (v <= gate) continue;
    sum += v;
    ++count;
  }
  return count == 0 ? 0 : sum / static_cast<double>(count);
}

}  // namespace

struct LoudnessFrames::Impl {
  ebur128_state* state = ebur128_init(2, kTimelineRateHz, EBUR128_MODE_M);
  ~Impl() {
    if (state != nullptr) ebur128_destroy(&state);
  }
};

LoudnessFrames::LoudnessFrames() : impl_(std::make_unique<Impl>()) {}
LoudnessFrames::~LoudnessFrames() = default;

void LoudnessFrames::Add(std::span<const float> interleaved, std::vector<float>& powers) {
  std::array<float, kValues> frame;
  for (size_t at = 0; at + kValues <= interleaved.size(); at += kValues) {
    for (size_t i = 0; i < kValues; ++i)
      frame[i] = std::isfinite(interleaved[at + i]) ? interleaved[at + i] : 0.0F;
    double lufs = kSilence;
    if (impl_->state != nullptr) {
      ebur128_add_frames_float(impl_->state, frame.data(), static_cast<size_t>(kLoudnessFrame));
      ebur128_loudness_window(impl_->state, kFrameMs, &lufs);
    }
    powers.push_back(static_cast<float>(std::pow(10.0, (lufs - kOffsetDb) / 10)));
  }
}

double GatedLoudness(std::span<const float> powers) {
  if (powers.empty()) return kSilence;
  if (powers.size() < kBlock) {
    const double lufs = Lufs(Mean(powers));
    return lufs >= kAbsoluteGateLufs ? lufs : kSilence;
  }
  std::vector<double> blocks;
  for (size_t at = 0; at + kBlock <= powers.size(); at += kHop) {
    blocks.push_back(Mean(powers.subspan(at, kBlock)));
  }
  const double absolute = std::pow(10.0, (kAbsoluteGateLufs - kOffsetDb) / 10);
  const double relative = kRelativeGate * MeanAbove(blocks, absolute);
  return Lufs(MeanAbove(blocks, std::max(absolute, relative)));
}

}  // namespace waveshift::audio
