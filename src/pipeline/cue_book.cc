// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/cue_book.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "text/reading_time.h"

namespace waveshift::pipeline {

void CueBook::Add(const LineState& line) {
  const text::Cue whole{.start_ms = static_cast<int64_t>(std::llround(MsFromSamples(line.start))),
                        .end_ms = static_cast<int64_t>(std::llround(MsFromSamples(line.end()))),
                        .speaker = line.line.speaker,
                        .text = line.request.text};
  const auto cues = text::CuesOfLine(whole, language_);
  const std::lock_guard lock(mutex_);
  for (const text::Cue& cue : cues) {
    const auto at =
        std::upper_bound(spoken_.begin(), spoken_.end(), cue,
                         [](const text::Cue& a, const text::Cue& b) { return a.start_ms < b.start_ms; });
    spoken_.insert(at, cue);
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

}  // namespace waveshift::pipeline
