// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "alignment/plan_warnings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "alignment/test_scripts.h"

namespace waveshift::alignment {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A line whose slot is the second from 10 s on, at its natural rate; 1 s of silence follows.
struct Case {
  Samples start = Ms(10000);
  Samples length = Ms(1000);
  Samples usual_shortest = 1;
  Samples borrow_until = Ms(12000);
  Samples next_kept = kNever;
};

std::vector<std::string> WarningsOf(const Case& c) {
  LineToPlace line;
  line.slot_start = Ms(10000);
  line.slot_end = Ms(11000);
  line.natural_length = Ms(1200);
  line.next_kept = c.next_kept;
  Placement placement;
  placement.start = c.start;
  placement.length = c.length;
  placement.speed = static_cast<double>(line.natural_length) / static_cast<double>(c.length);
  Room room;
  room.usual_shortest = c.usual_shortest;
  Warn(line, room, c.borrow_until, PlannerOptions(), placement);
  return placement.warnings;
}

TEST(PlanWarnings, NothingIsSaidOfALineInItsSlot) { EXPECT_THAT(WarningsOf({}), IsEmpty()); }

TEST(PlanWarnings, MoreThanHalfASecondLongerIsSaid) {
  EXPECT_THAT(WarningsOf({.length = Ms(1500)}), IsEmpty());
  EXPECT_THAT(WarningsOf({.length = Ms(1500) + 1}), ElementsAre("0.5 s longer than its slot"));
}

TEST(PlanWarnings, PastTheSilence50MsLongerIsSaid) {
  EXPECT_THAT(WarningsOf({.length = Ms(1050), .borrow_until = Ms(11050)}), IsEmpty());
  EXPECT_THAT(WarningsOf({.length = Ms(1050) - 1, .borrow_until = Ms(11000)}), IsEmpty());
  EXPECT_THAT(WarningsOf({.length = Ms(1050), .borrow_until = Ms(11050) - 1}),
              ElementsAre("0.1 s longer than its slot"));
}

TEST(PlanWarnings, ALagOf60MsIsSaid) {
  EXPECT_THAT(WarningsOf({.start = Ms(10060) - 1}), IsEmpty());
  EXPECT_THAT(WarningsOf({.start = Ms(10060)}), ElementsAre("starts 0.1 s late"));
}

TEST(PlanWarnings, ALeadOfMoreThanIsUsualIsSaid) {
  const Samples usual = PlannerOptions().usual_early;
  EXPECT_THAT(WarningsOf({.start = Ms(10000) - usual}), IsEmpty());
  EXPECT_THAT(WarningsOf({.start = Ms(10000) - usual - 1}),
              ElementsAre("starts 0.1 s early to end with the video"));
}

TEST(PlanWarnings, MoreThanTheUsualCapIsSaid) {
  EXPECT_THAT(WarningsOf({.length = Ms(1000), .usual_shortest = Ms(1000)}), IsEmpty());
  EXPECT_THAT(WarningsOf({.length = Ms(1000), .usual_shortest = Ms(1000) + 1}),
              ElementsAre("spoken 1.20 times as fast to end in time"));
}

TEST(PlanWarnings, AKeptSlotThatIsRunIntoIsSaid) {
  EXPECT_THAT(WarningsOf({.next_kept = Ms(11000)}), IsEmpty());
  EXPECT_THAT(WarningsOf({.next_kept = Ms(11000) - 1}),
              ElementsAre("runs 0.1 s into a slot that keeps its sound"));
}

}  // namespace
}  // namespace waveshift::alignment
