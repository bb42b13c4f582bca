// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/background.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <utility>

namespace waveshift::pipeline {
namespace {

using nlohmann::json;

// From the separated background to the ducked original.
constexpr Samples kFallbackFade = SamplesFromMs(int64_t{50});

double MachineSeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

SpeechRemoval::Options WithClock(SpeechRemoval::Options options) {
  if (!options.seconds) options.seconds = &MachineSeconds;
  return options;
}

std::string WholeSeconds(double seconds) { return std::to_string(std::llround(seconds)) + " s"; }

}  // namespace

std::string FormatFallback(const Fallback& fallback, const std::string& fingerprint) {
  const json value = {{"fingerprint", fingerprint}, {"from", fallback.from}, {"reason", fallback.reason}};
  return value.dump(1, ' ', false, json::error_handler_t::replace);
}

std::optional<Fallback> ParseFallback(std::string_view note, const std::string& fingerprint) {
  const json value = json::parse(note, nullptr, /*allow_exceptions=*/false);
  if (!value.is_object() || value.value("fingerprint", json()) != fingerprint) return std::nullopt;
  const json from = value.value("from", json());
  const json reason = value.value("reason", json());
  if (!from.is_number_unsigned() || !reason.is_string()) return std::nullopt;
  return Fallback{from.get<Samples>(), reason.get<std::string>()};
}

SpeechRemoval::SpeechRemoval(Options options)
    : options_(WithClock(std::move(options))),
      speech_gain_({.mode = audio::DuckMode::kFade}),
      speech_(options_.open, options_.separator),
      fallback_(options_.fallback) {}

void SpeechRemoval::FallBack(Samples from, std::string reason) {
  fallback_ = {from, std::move(reason)};
  if (options_.on_fallback) options_.on_fallback(*fallback_);
}

Status SpeechRemoval::Separate(Samples start, Samples frames, std::vector<float>& speech,
                               const std::stop_token& stop) {
  const double begin = options_.seconds();
  const Status status = speech_.Read(start, frames, speech, stop);
  seconds_ += options_.seconds() - begin;
  return status;
}

Status SpeechRemoval::ReadSpeech(Samples start, Samples frames, std::vector<float>& interleaved,
                                 const std::stop_token& stop) {
  if (fallback_ && start + frames > fallback_->from) return FailedPrecondition(fallback_->reason);
  return Separate(start, frames, interleaved, stop);
}

// Takes away as much of the speech as kept_share_ says.
Status SpeechRemoval::Remove(Samples start, std::span<float> sound, const std::stop_token& stop) {
  const auto spoken = [](float share) { return share < 1.0F; };
  const auto first = std::find_if(kept_share_.begin(), kept_share_.end(), spoken);
  if (first == kept_share_.end()) return OkStatus();
  const auto last = std::find_if(kept_share_.rbegin(), kept_share_.rend(), spoken).base();
  const auto offset = first - kept_share_.begin();
  speech_in_hand_.clear();
  WS_RETURN_IF_ERROR(Separate(start + offset, last - first, speech_in_hand_, stop));
  float* const frames = sound.data() + 2 * offset;
  for (size_t i = 0; i < speech_in_hand_.size(); ++i) {
    frames[i] -= (1 - first[static_cast<ptrdiff_t>(i / 2)]) * speech_in_hand_[i];
  }
  return OkStatus();
}

Status SpeechRemoval::Apply(Samples start, std::span<float> sound, std::span<float> gains,
                            const std::stop_token& stop) {
  kept_share_.resize(gains.size());
  speech_gain_.Gains(start, kept_share_);
  if (!fallback_ && seconds_ > options_.limit_s) {
    FallBack(start, "separation took longer than " + WholeSeconds(options_.limit_s));
  }
  if (fallback_ && start >= fallback_->from + kFallbackFade) return OkStatus();
  std::vector<float> original;
  if (fallback_) original.assign(sound.begin(), sound.end());
  const Status status = Remove(start, sound, stop);
  if (!status.ok()) {
    if (stop.stop_requested()) return Cancelled("stopped");
    if (!fallback_) FallBack(start, "separation failed: " + Message(status));
    return OkStatus();  // the sound is as it was
  }
  for (size_t i = 0; i < gains.size(); ++i) {
    const Samples behind = fallback_ ? start + static_cast<Samples>(i) - fallback_->from : -1;
    const auto ducked = static_cast<float>(std::clamp(static_cast<double>(behind) / kFallbackFade, 0.0, 1.0));
    const float under = 1 - (1 - kept_share_[i]) * (1 - options_.gain);
    for (const size_t at : {2 * i, 2 * i + 1}) {
      if (ducked > 0) sound[at] = (1 - ducked) * under * sound[at] + ducked * gains[i] * original[at];
    }
    gains[i] = ducked > 0 ? 1 : under;
  }
  return OkStatus();
}

}  // namespace waveshift::pipeline
