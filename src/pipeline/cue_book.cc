// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/cue_book.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "text/reading_time.h"

namespace waveshift::pipeline {
namespace {

constexpr auto kByStart = [](const text::Cue& a, const text::Cue& b) { return a.start_ms < b.start_ms; };

}  // namespace

void CueBook::Add(const LineState& line) {
  const text::Cue whole{.start_ms = static_cast<int64_t>(std::llround(MsFromSamples(line.start))),
                        .end_ms = static_cast<int64_t>(std::llround(MsFromSamples(line.end()))),
                        .speaker = line.line.speaker,
                        .text = line.request.text};
  const auto cues = text::CuesOfLine(whole, language_);
  const std::lock_guard lock(mutex_);
  for (const text::Cue& cue : cues) {
    spoken_.insert(std::upper_bound(spoken_.begin(), spoken_.end(), cue, kByStart), cue);
    longest_ms_ = std::max(longest_ms_, cue.end_ms - cue.start_ms);
  }
}

std::vector<text::Cue> CueBook::Cues(const std::vector<int64_t>& borders_ms) const {
  std::vector<text::Cue> cues;
  {
    const std::lock_guard lock(mutex_);
    cues = spoken_;
  }
  return text::GiveReadingTime(std::move(cues), text::ReadingLimitsFor(language_), borders_ms);
}

std::vector<text::Cue> CueBook::CuesIn(int64_t start_ms, int64_t end_ms,
                                       const std::vector<int64_t>& borders_ms) const {
  const text::ReadingLimits limits = text::ReadingLimitsFor(language_);
  std::vector<text::Cue> cues;
  {
    const std::lock_guard lock(mutex_);
    const text::Cue earliest{.start_ms = start_ms - longest_ms_ - limits.longest_linger_ms};
    const auto begin = std::lower_bound(spoken_.begin(), spoken_.end(), earliest, kByStart);
    auto end = std::lower_bound(begin, spoken_.end(), text::Cue{.start_ms = end_ms}, kByStart);
    if (end != spoken_.end()) ++end;  // how long the last one stands depends on the next
    cues.assign(begin, end);
  }
  cues = text::GiveReadingTime(std::move(cues), limits, borders_ms);
  std::erase_if(cues, [&](const text::Cue& cue) { return cue.start_ms >= end_ms || cue.end_ms <= start_ms; });
  return cues;
}

}  // namespace waveshift::pipeline
