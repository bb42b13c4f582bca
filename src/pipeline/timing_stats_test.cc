// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/timing_stats.h"

#include <gtest/gtest.h>

#include <numeric>

namespace waveshift::pipeline {
namespace {

LineState Dubbed(int64_t slot_ms, int64_t slot_end_ms, int64_t start_ms, int64_t end_ms, double speed = 1,
                 const std::string& speaker = "A") {
  LineState line;
  line.status = LineStatus::kDubbed;
  line.line.speaker = speaker;
  line.slot_start = SamplesFromMs(slot_ms);
  line.slot_end = SamplesFromMs(slot_end_ms);
  line.start = SamplesFromMs(start_ms);
  line.length = SamplesFromMs(end_ms) - line.start;
  line.speed = speed;
  return line;
}

TEST(MeasureTiming, NothingDubbedIsNothing) {
  const TimingStats none = MeasureTiming({});
  EXPECT_EQ(none.original_speech, 0);
  EXPECT_EQ(none.covered_share(), 0);
  EXPECT_EQ(MeasureTiming({LineState{}}).dubbed_speech, 0);
}

TEST(MeasureTiming, CoverageAndOverlap) {
  // Slots 0-2 and 1-3 s (overlap 1 s); dubbed 0.5-2 and 1.5-4 s.
  const TimingStats stats = MeasureTiming({Dubbed(0, 2000, 500, 2000), Dubbed(1000, 3000, 1500, 4000)});
  EXPECT_EQ(stats.original_speech, SamplesFromMs(int64_t{3000}));
  EXPECT_EQ(stats.dubbed_speech, SamplesFromMs(int64_t{3500}));
  EXPECT_EQ(stats.covered, SamplesFromMs(int64_t{2500}));
  EXPECT_EQ(stats.original_overlap, SamplesFromMs(int64_t{1000}));
  EXPECT_EQ(stats.dubbed_overlap, SamplesFromMs(int64_t{500}));
  EXPECT_NEAR(stats.covered_share(), 2.5 / 3, 1e-9);
  EXPECT_NEAR(stats.mean_start_shift_ms, 500, 0.1);
}

TEST(MeasureTiming, LengthComplianceCountsLines) {
  const TimingStats stats = MeasureTiming({Dubbed(0, 1000, 0, 1100), Dubbed(2000, 3000, 2000, 2700),
                                           Dubbed(4000, 5000, 4000, 5390), Dubbed(6000, 7000, 6500, 8500)});
  EXPECT_DOUBLE_EQ(stats.slc_20, 0.25);
  EXPECT_DOUBLE_EQ(stats.slc_40, 0.75);
  EXPECT_NEAR(stats.max_start_shift_ms, 500, 0.1);
}

TEST(MeasureTiming, SpeedsAreBinnedAndComparedBySpeaker) {
  const TimingStats stats =
      MeasureTiming({Dubbed(0, 1000, 0, 1000, 0.84), Dubbed(1000, 2000, 1000, 2000, 1.0, "B"),
                     Dubbed(2000, 3000, 2000, 3000, 1.04), Dubbed(3000, 4000, 3000, 4000, 1.35, "B")});
  EXPECT_EQ(stats.speed_bins.front(), 1);
  EXPECT_EQ(stats.speed_bins[4], 2);  // 1.0 up to 1.05
  EXPECT_EQ(stats.speed_bins.back(), 1);
  EXPECT_EQ(std::accumulate(stats.speed_bins.begin(), stats.speed_bins.end(), int64_t{0}), 4);
  EXPECT_NEAR(stats.speed_change_mean, (0.20 + 0.35) / 2, 1e-9);
}

}  // namespace
}  // namespace waveshift::pipeline
