// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "audio/ducker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace waveshift::audio {
namespace {

constexpr Samples Ms(int64_t ms) { return SamplesFromMs(ms); }
const float kLow = static_cast<float>(std::pow(10.0, -18.0 / 20));

std::vector<float> Whole(DuckCurve& curve, Samples length) {
  std::vector<float> out(static_cast<size_t>(length));
  curve.Gains(0, out);
  return out;
}

float At(const std::vector<float>& gains, int64_t ms) { return gains[static_cast<size_t>(Ms(ms))]; }

TEST(DuckCurve, IsLowAtTheStartAndComesBackAfterTheEnd) {
  DuckCurve curve;
  curve.AddDucked(Ms(1000), Ms(2000));
  const auto gains = Whole(curve, Ms(4000));
  EXPECT_TRUE(std::all_of(gains.begin(), gains.begin() + Ms(920), [](float g) { return g == 1.0F; }));
  EXPECT_NEAR(At(gains, 960), std::sqrt(kLow), 1e-4);  // half way in decibels
  EXPECT_FLOAT_EQ(At(gains, 1000), kLow);
  EXPECT_FLOAT_EQ(gains[static_cast<size_t>(Ms(2000) - 1)], kLow);
  EXPECT_NEAR(At(gains, 2150), std::sqrt(kLow), 1e-4);
  EXPECT_EQ(At(gains, 2300), 1.0F);
  for (size_t i = 1; i < gains.size(); ++i) ASSERT_LT(std::abs(gains[i] - gains[i - 1]), 0.002F) << i;
}

TEST(DuckCurve, FadesToNothingAndBack) {
  DuckCurve curve({.mode = DuckMode::kFade});
  curve.AddDucked(Ms(1000), Ms(2000));
  curve.AddProtected(Ms(2000), Ms(2500));
  const auto gains = Whole(curve, Ms(4000));
  EXPECT_TRUE(std::all_of(gains.begin(), gains.begin() + Ms(920), [](float g) { return g == 1.0F; }));
  EXPECT_NEAR(At(gains, 960), 0.5, 1e-4);  // half way in amplitude
  EXPECT_TRUE(
      std::all_of(gains.begin() + Ms(1000), gains.begin() + Ms(2000), [](float g) { return g == 0.0F; }));
  EXPECT_EQ(At(gains, 2020), 1.0F);
  for (size_t i = 1; i < gains.size(); ++i) ASSERT_LT(std::abs(gains[i] - gains[i - 1]), 0.002F) << i;
}

TEST(DuckCurve, StaysLowInAShortPauseOnly) {
  DuckCurve curve;
  curve.AddDucked(Ms(1000), Ms(2000));
  curve.AddDucked(Ms(2599), Ms(3000));
  curve.AddDucked(Ms(3600), Ms(4000));
  const auto gains = Whole(curve, Ms(5000));
  EXPECT_TRUE(
      std::all_of(gains.begin() + Ms(1000), gains.begin() + Ms(3000), [](float g) { return g == kLow; }));
  EXPECT_EQ(At(gains, 3400), 1.0F);
}

TEST(DuckCurve, OverlappingIntervalsAreOne) {
  DuckCurve curve;
  curve.AddDucked(Ms(1000), Ms(5000));
  curve.AddDucked(Ms(2000), Ms(3000));
  curve.AddDucked(Ms(4500), Ms(6000));
  const auto gains = Whole(curve, Ms(7000));
  EXPECT_TRUE(
      std::all_of(gains.begin() + Ms(1000), gains.begin() + Ms(6000), [](float g) { return g == kLow; }));
  EXPECT_EQ(At(gains, 6300), 1.0F);
}

TEST(DuckCurve, AProtectedSlotIsNotLowered) {
  DuckCurve curve;
  curve.AddDucked(Ms(1000), Ms(2000));
  curve.AddProtected(Ms(2050), Ms(2450));
  curve.AddDucked(Ms(2500), Ms(3000));
  const auto gains = Whole(curve, Ms(4000));
  EXPECT_FLOAT_EQ(gains[static_cast<size_t>(Ms(2000) - 1)], kLow);
  EXPECT_TRUE(
      std::all_of(gains.begin() + Ms(2050), gains.begin() + Ms(2450), [](float g) { return g == 1.0F; }));
  EXPECT_FLOAT_EQ(At(gains, 2500), kLow);
}

TEST(DuckCurve, ATouchingProtectedSlotLosesNoMoreThanAnEdge) {
  DuckCurve curve;
  curve.AddDucked(Ms(1000), Ms(2000));
  curve.AddProtected(Ms(2000), Ms(2450));
  curve.AddDucked(Ms(2450), Ms(3000));
  const auto gains = Whole(curve, Ms(4000));
  EXPECT_TRUE(
      std::all_of(gains.begin() + Ms(2020), gains.begin() + Ms(2430), [](float g) { return g == 1.0F; }));
  EXPECT_FLOAT_EQ(At(gains, 2450), kLow);
  EXPECT_FLOAT_EQ(gains[static_cast<size_t>(Ms(2000) - 1)], kLow);
  // The edges are ramps: a jump would click.
  for (size_t i = 1; i < gains.size(); ++i) ASSERT_LT(std::abs(gains[i] - gains[i - 1]), 0.01F) << i;
}

TEST(DuckCurve, MuteOpensForProtectedSlotsOnly) {
  DuckCurve curve({.mode = DuckMode::kMute});
  curve.AddDucked(Ms(0), Ms(500));
  curve.AddProtected(Ms(1000), Ms(2000));
  curve.AddProtected(Ms(2010), Ms(3000));
  const auto gains = Whole(curve, Ms(4000));
  EXPECT_EQ(At(gains, 979), 0.0F);
  EXPECT_NEAR(At(gains, 990), 0.5F, 1e-4);
  EXPECT_TRUE(
      std::all_of(gains.begin() + Ms(1000), gains.begin() + Ms(2000), [](float g) { return g == 1.0F; }));
  EXPECT_GE(At(gains, 2005), 0.8F);
  EXPECT_EQ(At(gains, 3020), 0.0F);
}

// Intervals that are added no sooner than they must be, in chunks of any size, give the same curve as all at
// once.
TEST(DuckCurve, StreamsWithoutATrace) {
  struct Interval {
    Samples start, end;
    bool is_protected;
  };
  std::vector<Interval> intervals;
  Samples at = Ms(50);
  for (int i = 0; i < 300; ++i) {
    const Samples length = 1 + (i * 7919) % Ms(900);
    intervals.push_back({at, at + length, i % 5 == 3});
    at += (i * 104729) % Ms(1500);
  }
  for (const DuckMode mode : {DuckMode::kDuck, DuckMode::kMute}) {
    DuckCurve all({.mode = mode});
    for (const Interval& i : intervals)
      i.is_protected ? all.AddProtected(i.start, i.end) : all.AddDucked(i.start, i.end);
    const auto expected = Whole(all, at);
    for (const Samples chunk : {Samples{997}, Samples{48000}}) {
      DuckCurve curve({.mode = mode});
      std::vector<float> gains(expected.size());
      size_t next = 0;
      for (Samples from = 0; from < at; from += chunk) {
        const Samples n = std::min(chunk, at - from);
        for (; next < intervals.size() && intervals[next].start < from + n + curve.lookahead(); ++next) {
          const Interval& i = intervals[next];
          i.is_protected ? curve.AddProtected(i.start, i.end) : curve.AddDucked(i.start, i.end);
        }
        curve.Gains(from, std::span(gains).subspan(static_cast<size_t>(from), static_cast<size_t>(n)));
      }
      EXPECT_TRUE(gains == expected);
    }
  }
}

TEST(DuckCurve, EmptyIntervalsDoNothing) {
  DuckCurve curve;
  curve.AddDucked(Ms(100), Ms(100));
  curve.AddDucked(Ms(300), Ms(200));
  const auto gains = Whole(curve, Ms(1000));
  EXPECT_TRUE(std::all_of(gains.begin(), gains.end(), [](float g) { return g == 1.0F; }));
}

}  // namespace
}  // namespace waveshift::audio
