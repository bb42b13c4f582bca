// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "alignment/planner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "alignment/test_scripts.h"

namespace waveshift::alignment {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Samples kTolerance = Ms(60);

Samples EndOf(const Placement& placement) { return placement.start + placement.length; }

LineToPlace Line(int64_t start_ms, int64_t end_ms, int64_t natural_ms) {
  LineToPlace line;
  line.slot_start = Ms(start_ms);
  line.slot_end = Ms(end_ms);
  line.natural_length = Ms(natural_ms);
  line.speaker = "A";
  return line;
}

std::vector<Placement> Plan(std::vector<LineToPlace> lines, int64_t programme_ms = 60000,
                            const PlannerOptions& options = {}) {
  Script script{std::move(lines), Ms(programme_ms)};
  Link(script);
  return PlanOf(script, options);
}

TEST(Planner, SpeaksAtItsNaturalRateWhenItFits) {
  const Placement p = Plan({Line(1000, 3000, 1900), Line(5000, 7000, 2000)})[0];
  EXPECT_EQ(p.start, Ms(1000));
  EXPECT_EQ(p.length, Ms(1900));
  EXPECT_EQ(p.speed, 1.0);
  EXPECT_TRUE(p.fits);
  EXPECT_THAT(p.warnings, IsEmpty());
}

TEST(Planner, BorrowsTheSilenceBeforeTheNextOnset) {
  const auto plan = Plan({Line(1000, 3000, 2400), Line(5000, 7000, 3000), Line(9000, 11000, 2000)});
  EXPECT_EQ(plan[0].length, Ms(2400));
  EXPECT_THAT(plan[0].warnings, IsEmpty());
  EXPECT_EQ(plan[1].speed, 1.0);
  EXPECT_THAT(plan[1].warnings, ElementsAre("1.0 s longer than its slot"));
}

TEST(Planner, BorrowsOnlySilenceThatIsReal) {
  LineToPlace line = Line(1000, 3000, 2300);
  line.quiet_until = Ms(3100);
  const Placement p = Plan({line, Line(6000, 7000, 1000)})[0];
  EXPECT_GT(p.speed, 1.05);
  EXPECT_LT(p.start + p.length, Ms(3100) + kTolerance);
}

TEST(Planner, HurriesWhatDoesNotFitAndKeepsOnsets) {
  const auto plan = Plan({Line(1000, 3000, 2200), Line(3000, 5000, 1900), Line(8000, 9000, 1000)});
  EXPECT_GT(plan[0].speed, 1.05);
  EXPECT_LT(plan[0].speed, 1.15);
  EXPECT_LE(std::abs(plan[0].start - Ms(1000)), kTolerance);
  EXPECT_LE(std::abs(plan[1].start - Ms(3000)), kTolerance);
  EXPECT_GE(plan[1].start, plan[0].start + plan[0].length + Ms(80));
  EXPECT_THAT(plan[0].warnings, testing::Not(Contains(HasSubstr("late"))));
}

TEST(Planner, SharesTheHurryWithItsNeighbours) {
  const auto step = [](const char* others) {
    LineToPlace first = Line(0, 2000, 1850);
    LineToPlace last = Line(4000, 6000, 1850);
    first.speaker = last.speaker = others;
    const auto plan = Plan({first, Line(2000, 4000, 2200), last, Line(6000, 8000, 1900)});
    return plan[1].speed - plan[0].speed;
  };
  EXPECT_GT(step("B"), 0.1);
  EXPECT_LT(step("A"), 0.8 * step("B"));
  EXPECT_GT(step("A"), 0);
}

TEST(Planner, PushesWhatDoesNotFitAndCatchesUp) {
  const auto plan = Plan({Line(0, 2000, 3600), Line(2100, 4000, 1000), Line(10000, 11000, 1000)});
  EXPECT_EQ(plan[0].start, 0);
  EXPECT_NEAR(plan[0].speed, 1.2, 1e-6);
  EXPECT_LE(plan[0].speed, 1.2);
  EXPECT_THAT(plan[0].warnings, ElementsAre("1.0 s longer than its slot"));
  EXPECT_EQ(plan[1].start, plan[0].start + plan[0].length + Ms(80));
  EXPECT_THAT(plan[1].warnings, ElementsAre("starts 1.0 s late"));
  EXPECT_EQ(plan[2].start, Ms(10000));
}

TEST(Planner, OverlapsAgainOnlyAsMuchAsTheOriginal) {
  const auto plan = Plan({Line(0, 2000, 1950), Line(1500, 4000, 2500)});
  EXPECT_LE(std::abs(plan[1].start - Ms(1500)), kTolerance);
  // Twice too long: what comes in half a second before its end still does.
  const auto longer = Plan({Line(0, 2000, 4000), Line(1500, 4000, 2500), Line(4500, 5500, 1000)});
  const Samples end = longer[0].start + longer[0].length;
  EXPECT_GT(end, Ms(3000));
  EXPECT_EQ(longer[1].start, end - Ms(500));
  EXPECT_GE(longer[2].start, longer[1].start + longer[1].length + Ms(80));
}

TEST(Planner, SlowsAShortLine) {
  const Placement p = Plan({Line(0, 4000, 1500)})[0];
  EXPECT_EQ(p.start, 0);
  EXPECT_LT(p.speed, 0.95);
  EXPECT_GE(p.speed, 0.85);
  // Where the original falls silent too, there is nothing to fill.
  LineToPlace silent = Line(0, 4000, 1500);
  silent.spoken_length = Ms(1500);
  EXPECT_EQ(Plan({silent})[0].speed, 1.0);
}

TEST(Planner, TheTakesOwnTempoCountsTowardsTheCaps) {
  LineToPlace line = Line(0, 2000, 4000);
  line.take_speed = 1.1;
  LineToPlace fast = Line(10000, 12000, 4000);
  fast.take_speed = 1.5;
  const auto plan = Plan({line, Line(2000, 3000, 1000), fast, Line(12000, 13000, 1000)});
  EXPECT_LE(plan[0].speed * 1.1, 1.2 + 1e-9);
  EXPECT_GT(plan[0].speed * 1.1, 1.19);
  EXPECT_EQ(plan[2].speed, 1.0);
}

TEST(Planner, HurriesMoreBeforeAKeptSlot) {
  LineToPlace line = Line(0, 2000, 2500);
  line.next_kept = Ms(2000);
  LineToPlace longer = Line(10000, 12000, 3900);
  longer.next_kept = Ms(12000);
  longer.kept_until = Ms(10000);
  const auto plan = Plan({line, longer});
  EXPECT_EQ(plan[0].length, Ms(2000));
  EXPECT_THAT(plan[0].warnings, Contains("spoken 1.25 times as fast to end in time"));
  EXPECT_EQ(plan[1].start, Ms(10000));
  EXPECT_NEAR(plan[1].speed, 1.3, 1e-4);
  EXPECT_THAT(plan[1].warnings, Contains("runs 1.0 s into a slot that keeps its sound"));
}

TEST(Planner, AKeptSlotHurriesTheLinesBeforeItEvenly) {
  LineToPlace last = Line(2000, 4000, 2500);
  last.next_kept = Ms(4000);
  LineToPlace first = Line(0, 2000, 2500);
  first.next_kept = Ms(4000);
  const auto plan = Plan({first, last});
  EXPECT_EQ(plan[1].start + plan[1].length, Ms(4000));
  EXPECT_GT(plan[0].speed, 1.2);
  EXPECT_NEAR(plan[0].speed, plan[1].speed, 0.01);
}

TEST(Planner, BeginsEarlyOnlyWhenTheProgrammeWouldEndFirst) {
  const Placement p = Plan({Line(8000, 9000, 3900)}, 10000)[0];
  EXPECT_EQ(p.length, Ms(3000));
  EXPECT_EQ(p.start, Ms(7000));
  EXPECT_TRUE(p.fits);
  EXPECT_THAT(p.warnings, Contains("starts 1.0 s early to end with the video"));
}

TEST(Planner, AKeptSlotIsEnteredOnlyForALineThatWouldBeLeftOut) {
  LineToPlace line = Line(8000, 9000, 3900);
  line.kept_until = Ms(6500);
  EXPECT_EQ(Plan({line}, 10000)[0].start, Ms(7000));
  line.kept_until = Ms(7500);
  const Placement p = Plan({line}, 10000)[0];
  EXPECT_EQ(p.start, Ms(7000));
  EXPECT_TRUE(p.fits);
  // Without the gap behind it the first line fits where the kept slot ends.
  LineToPlace first = Line(8000, 8900, 1300);
  first.kept_until = Ms(7960);
  const auto plan = Plan({first, Line(8960, 9960, 1300)}, 9960);
  EXPECT_EQ(plan[0].start, Ms(7960));
  EXPECT_EQ(plan[1].start, Ms(8960));
  EXPECT_EQ(EndOf(plan[1]), Ms(9960));
}

// Two lines at the hard cap fill the programme to the sample.
TEST(Planner, TheGapIsGivenUpBeforeALineIsLeftOut) {
  const auto plan = Plan({Line(0, 1000, 1300), Line(1000, 2000, 1300)}, 2000);
  ASSERT_TRUE(plan[1].fits);
  EXPECT_EQ(plan[0].start, 0);
  EXPECT_EQ(EndOf(plan[0]), Ms(1000));
  EXPECT_EQ(plan[1].start, Ms(1000));
  EXPECT_EQ(EndOf(plan[1]), Ms(2000));
}

// The gap lies between two phrases: the first one is as if the programme were longer.
TEST(Planner, TheGapToAnEarlierPhraseIsGivenUpToo) {
  PlannerOptions options;
  options.most_lines = 1;
  Script script{{Line(0, 1000, 1400), Line(1000, 2000, 1300)}, Ms(60000)};
  Link(script);
  const Samples end = EndOf(PlanOf(script, options)[0]);
  script.length = end + Ms(1000);
  const auto plan = PlanOf(script, options);
  EXPECT_EQ(EndOf(plan[0]), end);
  ASSERT_TRUE(plan[1].fits);
  EXPECT_EQ(plan[1].start, end);
  EXPECT_EQ(EndOf(plan[1]), script.length);
}

TEST(Planner, EarlierLinesMakeRoomAtTheEnd) {
  const auto plan = Plan({Line(5000, 7500, 2500), Line(8000, 9000, 3600)}, 10000);
  ASSERT_TRUE(plan[1].fits);
  EXPECT_EQ(plan[1].start + plan[1].length, Ms(10000));
  EXPECT_GE(plan[1].start, plan[0].start + plan[0].length);
}

TEST(Planner, WhatDoesNotFitTakesNoRoom) {
  const auto without = Plan({Line(5000, 7500, 2500), Line(8000, 9000, 0), Line(9000, 10000, 900)}, 10000);
  const auto plan = Plan({Line(5000, 7500, 2500), Line(8000, 9000, 8000), Line(9000, 10000, 900)}, 10000);
  EXPECT_FALSE(plan[1].fits);
  EXPECT_THAT(plan[1].warnings, ElementsAre(HasSubstr("too long to be spoken before the video ends")));
  EXPECT_EQ(plan[0].start, without[0].start);
  EXPECT_EQ(plan[0].length, without[0].length);
  EXPECT_EQ(plan[2].start, without[2].start);
  EXPECT_EQ(plan[2].length, without[2].length);
}

TEST(Planner, ALineWithoutSoundDoesNotFit) {
  const Placement p = Plan({Line(0, 1000, 0)}, 10000)[0];
  EXPECT_FALSE(p.fits);
  EXPECT_THAT(p.warnings, ElementsAre("has no sound to place"));
  EXPECT_FALSE(Plan({Line(0, 1000, 500)}, 0)[0].fits);
}

TEST(Planner, WarnsOfNothingWhenAllIsWell) {
  for (const Placement& p : Plan({Line(0, 2000, 1900), Line(2500, 4000, 1450), Line(4200, 6000, 1750)})) {
    EXPECT_THAT(p.warnings, IsEmpty());
  }
}

}  // namespace
}  // namespace waveshift::alignment
