// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/line_room.h"

#include <gtest/gtest.h>

#include <vector>

namespace waveshift::pipeline {
namespace {

constexpr Samples kGap = 100;

LineState Slot(Samples start, Samples end, LineStatus status = LineStatus::kToSpeak) {
  return {.status = status, .slot_start = start, .slot_end = end};
}

TEST(RoomOf, BorrowsTheSilenceUpToTheNextSlot) {
  const std::vector<LineState> lines = {Slot(0, 1000), Slot(3000, 4000), Slot(4050, 5000), Slot(6000, 7000)};
  EXPECT_EQ(RoomOf(lines, 0, 9000, kGap), 2900);
  EXPECT_EQ(RoomOf(lines, 1, 9000, kGap), 1000);  // never less than its slot
  EXPECT_EQ(RoomOf(lines, 2, 9000, kGap), 1850);
  EXPECT_EQ(RoomOf(lines, 3, 9000, kGap), 3000);  // the programme's end wants no gap
}

TEST(RoomOf, AKeptSlotIsNoSilence) {
  const std::vector<LineState> lines = {Slot(0, 1000), Slot(2000, 3000, LineStatus::kKept)};
  EXPECT_EQ(RoomOf(lines, 0, 9000, kGap), 1900);
}

TEST(RoomOf, AnOverlappedLineBorrowsNothing) {
  const std::vector<LineState> lines = {Slot(0, 2000), Slot(1500, 3000), Slot(8000, 9000)};
  EXPECT_EQ(RoomOf(lines, 0, 9000, kGap), 2000);
  EXPECT_EQ(RoomOf(lines, 1, 9000, kGap), 6400);
  const std::vector<LineState> kept = {Slot(0, 2000), Slot(1500, 3000, LineStatus::kKept), Slot(8000, 9000)};
  EXPECT_EQ(RoomOf(kept, 0, 9000, kGap), 7900);  // what is kept inside it sounds anyhow
}

TEST(IsHopeless, CountsTheSpeedThatIsLeft) {
  EXPECT_DOUBLE_EQ(SpeedLeft(1.2, 1.0), 1.2);
  EXPECT_DOUBLE_EQ(SpeedLeft(1.2, 1.2), 1.0);
  EXPECT_DOUBLE_EQ(SpeedLeft(1.2, 1.5), 1.0);
  EXPECT_DOUBLE_EQ(SpeedLeft(1.2, 0.8), 1.5);
  EXPECT_FALSE(IsHopeless(1000, 1000, 1.0));
  EXPECT_FALSE(IsHopeless(1200, 1000, 1.2));
  EXPECT_FALSE(IsHopeless(1220, 1000, 1.2));
  EXPECT_TRUE(IsHopeless(1250, 1000, 1.2));
  EXPECT_TRUE(IsHopeless(1, 0, 1.2));
}

TEST(ComfortableLength, IsWithinWhatFits) {
  EXPECT_EQ(ComfortableLength(1000, 1.2), 1080);
  EXPECT_EQ(ComfortableLength(1000, 1.05), 1050);
  EXPECT_EQ(ComfortableLength(1000, 1.0), 1000);
  for (const double left : {1.0, 1.04, 1.2, 1.5})
    EXPECT_FALSE(IsHopeless(ComfortableLength(5000, left), 5000, left));
}

TEST(IsFarTooShort, WantsHalfASlotAndASecondOfSilence) {
  constexpr Samples kSecond = kTimelineRateHz;
  EXPECT_TRUE(IsFarTooShort(kSecond, 3 * kSecond));
  EXPECT_FALSE(IsFarTooShort(2 * kSecond, 3 * kSecond));
  EXPECT_FALSE(IsFarTooShort(kSecond / 10, kSecond));
}

}  // namespace
}  // namespace waveshift::pipeline
