// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "voices/reference_clip.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "audio/edges.h"
#include "base/media_time.h"
#include "voices/speech_extent.h"

namespace waveshift::voices {
namespace {

constexpr double kShortestPartSeconds = 0.5;
constexpr float kClipped = 0.999F;
constexpr double kMostClippedShare = 1e-3;
constexpr float kQuietestPeak = 0.005F;
constexpr double kFadeSeconds = 0.01;
constexpr double kGapSeconds = 0.1;
constexpr double kLoudShare = 0.8;
constexpr double kQuietShare = 0.1;

double Seconds(size_t samples) { return static_cast<double>(samples) / kTimelineRateHz; }

float Percentile(std::vector<float>& levels, double share) {
  const auto at = levels.begin() + static_cast<ptrdiff_t>(share * static_cast<double>(levels.size() - 1));
  std::nth_element(levels.begin(), at, levels.end());
  return *at;
}

// 0: not to be used.
double Contrast(std::span<const float> interleaved) {
  std::vector<float> levels;
  AppendLevels(interleaved, levels);
  if (levels.empty()) return 0;
  return Percentile(levels, kLoudShare) - Percentile(levels, kQuietShare);
}

bool IsUsable(const std::vector<float>& samples) {
  const auto clipped =
      std::count_if(samples.begin(), samples.end(), [](float s) { return std::abs(s) >= kClipped; });
  const bool loud =
      std::any_of(samples.begin(), samples.end(), [](float s) { return std::abs(s) > kQuietestPeak; });
  return loud && static_cast<double>(clipped) <= kMostClippedShare * static_cast<double>(samples.size());
}

}  // namespace

double ReferenceClip::seconds() const {
  size_t samples = 0;
  for (const Part& part : parts_) samples += part.samples.size();
  return Seconds(samples);
}

void ReferenceClip::Add(std::span<const float> interleaved) {
  Part part{.order = added_++, .contrast_db = Contrast(interleaved), .samples = {}};
  audio::MonoBuffer mono{static_cast<int>(kTimelineRateHz), std::vector<float>(interleaved.size() / 2)};
  for (size_t i = 0; i < mono.samples.size(); ++i) {
    mono.samples[i] = (interleaved[2 * i] + interleaved[2 * i + 1]) / 2;
  }
  audio::TrimSilence(mono, {.keep_ms = 50, .relative_db = -40});
  const auto longest = static_cast<size_t>(kLongestSeconds * kTimelineRateHz);
  mono.samples.resize(std::min(mono.samples.size(), longest));
  if (mono.seconds() < kShortestPartSeconds || !IsUsable(mono.samples)) return;
  part.samples = std::move(mono.samples);
  const auto worse = [&](const Part& other) { return other.contrast_db < part.contrast_db; };
  parts_.insert(std::find_if(parts_.begin(), parts_.end(), worse), std::move(part));
  while (parts_.size() > 1 && seconds() > kLongestSeconds) parts_.pop_back();
}

std::optional<audio::MonoBuffer> ReferenceClip::Make() const {
  if (!is_enough()) return std::nullopt;
  std::vector<const Part*> chosen;
  size_t samples = 0;
  for (const Part& part : parts_) {
    if (Seconds(samples) >= kWantedSeconds) break;
    chosen.push_back(&part);
    samples += part.samples.size();
  }
  std::sort(chosen.begin(), chosen.end(), [](const Part* a, const Part* b) { return a->order < b->order; });
  audio::MonoBuffer clip{static_cast<int>(kTimelineRateHz), {}};
  const auto fade = static_cast<size_t>(kFadeSeconds * kTimelineRateHz);
  for (const Part* part : chosen) {
    if (!clip.samples.empty()) {
      clip.samples.resize(clip.samples.size() + static_cast<size_t>(kGapSeconds * kTimelineRateHz));
    }
    const size_t at = clip.samples.size();
    clip.samples.insert(clip.samples.end(), part->samples.begin(), part->samples.end());
    audio::ApplyFades(std::span(clip.samples).subspan(at), fade, fade);
  }
  return clip;
}

}  // namespace waveshift::voices
