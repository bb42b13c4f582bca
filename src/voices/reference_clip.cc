// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "voices/reference_clip.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "audio/edges.h"

namespace waveshift::voices {
namespace {

constexpr auto kSearch = static_cast<ptrdiff_t>(SamplesFromMs(int64_t{5}));
constexpr auto kFade = static_cast<size_t>(SamplesFromMs(int64_t{10}));

bool IsNearerZero(float a, float b) { return std::abs(a) < std::abs(b); }

}  // namespace

void AppendToClip(std::span<const float> piece, audio::MonoBuffer& clip) {
  clip.sample_rate_hz = kTimelineRateHz;
  const ptrdiff_t search = std::min(kSearch, static_cast<ptrdiff_t>(piece.size() / 2));
  const auto first = std::min_element(piece.begin(), piece.begin() + search, IsNearerZero);
  const auto last = std::min_element(piece.end() - search, piece.end(), IsNearerZero);
  const size_t at = clip.samples.size();
  clip.samples.insert(clip.samples.end(), first, last);
  const auto added = std::span(clip.samples).subspan(at);
  std::replace_if(
      added.begin(), added.end(), [](float sample) { return !std::isfinite(sample); }, 0.0F);
  audio::ApplyFades(added, kFade, kFade);
}

void RepeatUntil(Samples least, Samples pause, audio::MonoBuffer& clip) {
  const std::vector<float> once = clip.samples;
  while (!once.empty() && static_cast<Samples>(clip.samples.size()) < least) {
    clip.samples.resize(clip.samples.size() + static_cast<size_t>(pause));
    clip.samples.insert(clip.samples.end(), once.begin(), once.end());
  }
}

}  // namespace waveshift::voices
