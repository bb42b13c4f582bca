// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// How well a dub lies on its original: figures for the report.
#ifndef WAVESHIFT_PIPELINE_TIMING_STATS_H_
#define WAVESHIFT_PIPELINE_TIMING_STATS_H_

#include <array>
#include <cstdint>
#include <vector>

#include "base/media_time.h"
#include "pipeline/line_state.h"

namespace waveshift::pipeline {

// Upper bounds of the speed histogram's bins but the last, which is open.
inline constexpr std::array<double, 8> kSpeedBinEnds = {0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.2, 1.3};

// "Speech" is what a line's slot or its place in the dub says, not what a detector hears. Only lines that are
// dubbed count, on both sides. Shares are 0 when nothing is dubbed.
struct TimingStats {
  Samples original_speech = 0;  // union of the slots
  Samples dubbed_speech = 0;    // union of the dubbed lines
  Samples covered = 0;          // of original_speech, where the dub speaks too
  Samples dubbed_overlap = 0;   // where two or more dubbed lines sound at once
  Samples original_overlap = 0;
  // Speech length compliance: share of lines whose length is within 20 % (40 %) of their slot's.
  double slc_20 = 0;
  double slc_40 = 0;
  double mean_start_shift_ms = 0;  // of |start - slot's start|
  double max_start_shift_ms = 0;
  double speed_change_mean = 0;  // of |speed - that of the same speaker's line before|
  std::array<int64_t, kSpeedBinEnds.size() + 1>
      speed_bins{};  // lines by speed; bin i ends at kSpeedBinEnds[i]

  double covered_share() const {
    return original_speech > 0 ? static_cast<double>(covered) / static_cast<double>(original_speech) : 0;
  }
};

// O(n log n) in lines.
TimingStats MeasureTiming(const std::vector<LineState>& lines);

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_TIMING_STATS_H_
