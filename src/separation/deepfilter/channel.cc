// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "separation/deepfilter/channel.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "separation/deepfilter/filter.h"

namespace waveshift::separation::deepfilter {

Channel::Channel(std::shared_ptr<const Networks> networks)
    : networks_(std::move(networks)), spectra_(kOrder - 1) {}

void Channel::AddHop(std::span<const float, kHop> samples) {
  analysis_.Next(samples, spectra_.emplace_back());
  tracker_.Next(spectra_.back(), features_.emplace_back());
}

Status Channel::Add(std::span<const float> samples, std::vector<float>& speech, const std::stop_token& stop) {
  added_ += static_cast<int64_t>(samples.size());
  while (!samples.empty()) {
    const size_t part = std::min(samples.size(), kHop - pending_.size());
    pending_.insert(pending_.end(), samples.begin(), samples.begin() + static_cast<ptrdiff_t>(part));
    samples = samples.subspan(part);
    if (pending_.size() < kHop) break;
    AddHop(std::span<const float, kHop>(pending_));
    pending_.clear();
    if (features_.size() == kBlock) WS_RETURN_IF_ERROR(RunBlock(speech, stop));
  }
  return OkStatus();
}

Status Channel::Finish(std::vector<float>& speech, const std::stop_token& stop) {
  const int64_t wanted = added_;
  if (wanted == 0) return OkStatus();
  // The last hop is finished by the next spectrum, which is known kLookahead steps later.
  const size_t silence = (kHop - pending_.size()) % kHop + (1 + kLookahead) * kHop;
  const size_t begin = speech.size();
  const int64_t missing = wanted - emitted_;
  WS_RETURN_IF_ERROR(Add(std::vector<float>(silence), speech, stop));
  if (!features_.empty()) WS_RETURN_IF_ERROR(RunBlock(speech, stop));
  speech.resize(begin + static_cast<size_t>(missing));
  return OkStatus();
}

bool Channel::Silent() const {
  return std::all_of(spectra_.begin(), spectra_.end(), [](const Spectrum& spectrum) {
    return std::all_of(spectrum.begin(), spectrum.end(), [](const auto& bin) { return bin == 0.0F; });
  });
}

Status Channel::RunBlock(std::vector<float>& speech, const std::stop_token& stop) {
  if (stop.stop_requested()) return Cancelled("deepfilter: stopped");
  Steps steps{.masks = std::vector<float>(features_.size() * kBands),
              .coefficients = std::vector<float>(features_.size() * kCoefficients)};
  // Whatever the networks say, nothing comes of spectra that are exactly 0. They need not run until a channel
  // is heard; afterwards they do, so that they remember its pauses.
  heard_ = heard_ || !Silent();
  if (heard_) {
    WS_ASSIGN_OR_RETURN(steps, networks_->Run(features_, memory_, stop));
  }
  Emit(steps, speech);
  features_.clear();
  spectra_.erase(spectra_.begin(), spectra_.end() - static_cast<ptrdiff_t>(kOrder - 1));
  return OkStatus();
}

void Channel::Emit(const Steps& steps, std::vector<float>& speech) {
  Spectrum filtered;
  std::array<float, kHop> hop{};
  for (size_t i = 0; i < features_.size(); ++i) {
    const int64_t step = next_step_++;
    if (step < static_cast<int64_t>(kLookahead)) continue;
    std::array<const Spectrum*, kOrder> noisy{};
    for (size_t j = 0; j < kOrder; ++j) noisy[j] = &spectra_[i + j];
    FilterSpectrum(noisy, std::span(steps.masks).subspan(i * kBands).first<kBands>(),
                   std::span(steps.coefficients).subspan(i * kCoefficients).first<kCoefficients>(), filtered);
    synthesis_.Next(filtered, hop);
    if (step == static_cast<int64_t>(kLookahead)) continue;  // the hop before the signal
    speech.insert(speech.end(), hop.begin(), hop.end());
    emitted_ += static_cast<int64_t>(kHop);
  }
}

}  // namespace waveshift::separation::deepfilter
