// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/clip_borrowing.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace waveshift::pipeline {
namespace {

void Borrow(const ReferenceClip& from, ReferenceClip& clip) {
  const std::string speaker = std::move(clip.speaker);
  std::vector<ClipAttempt> tried = std::move(clip.tried);
  clip = from;
  clip.speaker = speaker;
  clip.tried = std::move(tried);
  clip.source = ClipSource::kOtherSpeaker;
}

}  // namespace

void BorrowWhereNone(const std::map<std::string, voices::SpeakerProfile>& profiles, ClipReport& report) {
  const auto pitch = [&](const std::string& name) {
    const auto it = profiles.find(name);
    const double hz = it == profiles.end() ? 0 : it->second.median_pitch_hz;
    return hz > 0 ? std::log2(hz) : 0;
  };
  const auto shown = [](const std::string& name) {
    return name.empty() ? "the speaker without a name" : name;
  };
  std::vector<std::pair<double, const ReferenceClip*>> owners;
  for (const ReferenceClip& clip : report.speakers) {
    if (!clip.path.empty()) owners.emplace_back(pitch(clip.speaker), &clip);
  }
  std::stable_sort(owners.begin(), owners.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (ReferenceClip& clip : report.speakers) {
    if (!clip.path.empty()) continue;
    const std::string problem = shown(clip.speaker) + ": nothing to clone the voice from; ";
    if (owners.empty()) {
      clip.tried.push_back({ClipSource::kOtherSpeaker, "no other speaker has a recording"});
      report.notices.push_back(problem + "a ready voice speaks");
      continue;
    }
    const double wanted = pitch(clip.speaker);
    auto at = std::lower_bound(owners.begin(), owners.end(), wanted,
                               [](const auto& owner, double value) { return owner.first < value; });
    if (at == owners.end() || (at != owners.begin() && wanted - (at - 1)->first <= at->first - wanted)) --at;
    Borrow(*at->second, clip);
    report.notices.push_back(problem + "cloned from " + shown(clip.of));
  }
}

}  // namespace waveshift::pipeline
