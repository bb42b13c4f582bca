// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "separation/deepfilter/deepfilter.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "separation/deepfilter/channel.h"
#include "separation/deepfilter/networks.h"

namespace waveshift::separation {
namespace {

using deepfilter::Channel;
using deepfilter::Networks;

// Raised whenever this code would split the same programme otherwise.
constexpr int kAlgorithm = 1;
constexpr float kLoudest = 100;
// Long inputs are taken in parts, so that memory is bounded by what a block needs.
constexpr size_t kMostValues = size_t{2} * 48000;

class Stream : public SeparationStream {
 public:
  Stream(const std::shared_ptr<const Networks>& networks, const DeepFilterOptions& options)
      : side_by_side_(options.threads != 1),
        mid_side_(options.stereo == StereoMode::kMidSide),
        channels_{Channel(networks), Channel(networks)} {}

  StatusOr<Separated> Add(std::span<const float> interleaved, const std::stop_token& stop) override;
  StatusOr<Separated> Finish(const std::stop_token& stop) override;

 private:
  using ChannelCall = Status (*)(Channel& channel, std::span<const float> input, std::vector<float>& speech,
                                 const std::stop_token& stop);
  Status OnBoth(ChannelCall call, const std::stop_token& stop);
  void Take(std::span<const float> interleaved);
  void Give(Separated& result);

  const bool side_by_side_;
  const bool mid_side_;
  std::array<Channel, 2> channels_;
  std::array<std::vector<float>, 2> inputs_;
  std::array<std::vector<float>, 2> speech_;  // not given yet
  std::vector<float> mixture_;                // interleaved, not given yet
};

Status Stream::OnBoth(ChannelCall call, const std::stop_token& stop) {
  std::array<Status, 2> statuses;
  const auto run = [&](size_t i) { statuses[i] = call(channels_[i], inputs_[i], speech_[i], stop); };
  if (side_by_side_) {
    const std::jthread other([&] { run(1); });
    run(0);
  } else {
    run(0);
    run(1);
  }
  WS_RETURN_IF_ERROR(statuses[0]);
  return statuses[1];
}

void Stream::Take(std::span<const float> interleaved) {
  for (auto& input : inputs_) input.clear();
  for (size_t i = 0; i + 1 < interleaved.size(); i += 2) {
    std::array<float, 2> sides{};
    for (size_t c = 0; c < 2; ++c) {
      const float value = interleaved[i + c];
      sides[c] = std::isnan(value) ? 0 : std::clamp(value, -kLoudest, kLoudest);
      mixture_.push_back(sides[c]);
    }
    inputs_[0].push_back(mid_side_ ? (sides[0] + sides[1]) / 2 : sides[0]);
    inputs_[1].push_back(mid_side_ ? (sides[0] - sides[1]) / 2 : sides[1]);
  }
}

void Stream::Give(Separated& result) {
  const size_t frames = std::min(speech_[0].size(), speech_[1].size());
  for (size_t i = 0; i < frames; ++i) {
    const float a = speech_[0][i];
    const float b = speech_[1][i];
    const std::array<float, 2> sides = mid_side_ ? std::array{a + b, a - b} : std::array{a, b};
    for (size_t c = 0; c < 2; ++c) {
      result.speech.interleaved.push_back(sides[c]);
      result.background.interleaved.push_back(mixture_[2 * i + c] - sides[c]);
    }
  }
  for (auto& speech : speech_) speech.erase(speech.begin(), speech.begin() + static_cast<ptrdiff_t>(frames));
  mixture_.erase(mixture_.begin(), mixture_.begin() + static_cast<ptrdiff_t>(2 * frames));
}

StatusOr<Separated> Stream::Add(std::span<const float> interleaved, const std::stop_token& stop) {
  Separated result;
  while (!interleaved.empty()) {
    const auto part = interleaved.first(std::min(interleaved.size(), kMostValues));
    interleaved = interleaved.subspan(part.size());
    Take(part);
    WS_RETURN_IF_ERROR(OnBoth([](Channel& channel, std::span<const float> input, std::vector<float>& speech,
                                 const std::stop_token& ended) { return channel.Add(input, speech, ended); },
                              stop));
    Give(result);
  }
  return result;
}

StatusOr<Separated> Stream::Finish(const std::stop_token& stop) {
  Separated result;
  WS_RETURN_IF_ERROR(OnBoth([](Channel& channel, std::span<const float>, std::vector<float>& speech,
                               const std::stop_token& ended) { return channel.Finish(speech, ended); },
                            stop));
  Give(result);
  return result;
}

class DeepFilter : public Separator {
 public:
  explicit DeepFilter(DeepFilterOptions options) : options_(std::move(options)) {}

  std::string_view name() const override { return "deepfilter"; }
  std::string version() const override {
    const auto networks = Get();
    return "algorithm " + std::to_string(kAlgorithm) + ", ONNX Runtime " + onnx::RuntimeVersion() +
           ", model " + (networks.ok() ? (*networks)->fingerprint().substr(0, 12) : "missing");
  }
  Status CheckReady() const override { return Get().status(); }
  StatusOr<std::unique_ptr<SeparationStream>> Start() const override {
    WS_ASSIGN_OR_RETURN(const std::shared_ptr<const Networks> networks, Get());
    return std::unique_ptr<SeparationStream>(std::make_unique<Stream>(networks, options_));
  }

 private:
  StatusOr<std::shared_ptr<const Networks>> Get() const {
    const std::lock_guard lock(mutex_);
    if (networks_ == nullptr) {
      WS_ASSIGN_OR_RETURN(networks_, Networks::Load(options_.folder, options_.device));
    }
    return networks_;
  }

  const DeepFilterOptions options_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const Networks> networks_;  // guarded by mutex_; set once
};

}  // namespace

std::unique_ptr<Separator> MakeDeepFilter(const DeepFilterOptions& options) {
  return std::make_unique<DeepFilter>(options);
}

}  // namespace waveshift::separation
