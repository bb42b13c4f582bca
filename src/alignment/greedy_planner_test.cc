// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "alignment/planner.h"

namespace waveshift::alignment {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Samples Ms(int64_t ms) { return SamplesFromMs(ms); }

LineToPlace Line(int64_t start_ms, int64_t end_ms, int64_t natural_ms, int64_t next_ms) {
  LineToPlace line;
  line.slot_start = Ms(start_ms);
  line.slot_end = Ms(end_ms);
  line.natural_length = Ms(natural_ms);
  line.speaker = "A";
  line.next_onset = Ms(next_ms);
  return line;
}

TEST(GreedyPlanner, SpeaksAtItsNaturalRateWhenItFits) {
  const auto planner = MakeGreedyPlanner({}, Ms(60000));
  const Placement p = planner->Place(Line(1000, 3000, 1900, 5000));
  EXPECT_EQ(p.start, Ms(1000));
  EXPECT_EQ(p.length, Ms(1900));
  EXPECT_EQ(p.speed, 1.0);
  EXPECT_TRUE(p.fits);
  EXPECT_THAT(p.warnings, IsEmpty());
}

TEST(GreedyPlanner, BorrowsTheSilenceBeforeTheNextOnset) {
  const auto planner = MakeGreedyPlanner({}, Ms(60000));
  const Placement p = planner->Place(Line(1000, 3000, 2400, 5000));
  EXPECT_EQ(p.length, Ms(2400));
  EXPECT_THAT(p.warnings, IsEmpty());
  const Placement longer = planner->Place(Line(5000, 7000, 3000, 9000));
  EXPECT_EQ(longer.speed, 1.0);
  EXPECT_THAT(longer.warnings, ElementsAre("1.0 s longer than its slot"));
}

TEST(GreedyPlanner, HurriesJustAsMuchAsIsNeeded) {
  const auto planner = MakeGreedyPlanner({}, Ms(60000));
  const Placement p = planner->Place(Line(1000, 3000, 2112, 3000));
  EXPECT_EQ(p.length, Ms(1920));
  EXPECT_DOUBLE_EQ(p.speed, 1.1);
  EXPECT_EQ(planner->Place(Line(3000, 5000, 1900, 60000)).start, Ms(3000));
}

TEST(GreedyPlanner, PushesWhatDoesNotFitAndCatchesUp) {
  const auto planner = MakeGreedyPlanner({}, Ms(60000));
  const Placement first = planner->Place(Line(0, 2000, 3600, 2100));
  EXPECT_EQ(first.length, Ms(3000));
  EXPECT_THAT(first.warnings, ElementsAre("1.0 s longer than its slot"));
  const Placement second = planner->Place(Line(2100, 4000, 1000, 10000));
  EXPECT_EQ(second.start, Ms(3080));
  EXPECT_EQ(second.speed, 1.0);
  EXPECT_THAT(second.warnings, ElementsAre("starts 1.0 s late"));
  EXPECT_EQ(planner->Place(Line(10000, 11000, 1000, 60000)).start, Ms(10000));
}

TEST(GreedyPlanner, OverlapsAgainOnlyWhatOverlapped) {
  const auto planner = MakeGreedyPlanner({}, Ms(60000));
  LineToPlace first = Line(0, 2000, 1900, 4000);
  first.overlaps_next = true;
  planner->Place(first);
  LineToPlace second = Line(1500, 4000, 2500, 4000);
  second.overlaps_previous = true;
  EXPECT_EQ(planner->Place(second).start, Ms(1500));

  // The third overlaps the second's slot, not the first's, which is pushed over both.
  const auto other = MakeGreedyPlanner({}, Ms(60000));
  first.natural_length = Ms(6000);
  EXPECT_EQ(other->Place(first).length, Ms(5000));
  other->Place(second);
  LineToPlace third = Line(3000, 5000, 1000, 9000);
  third.overlaps_previous = true;
  EXPECT_EQ(other->Place(third).start, Ms(5080));
}

TEST(GreedyPlanner, AnOverlapIsNotMadeLongerThanItWas) {
  const auto planner = MakeGreedyPlanner({}, Ms(60000));
  LineToPlace line = Line(0, 2000, 2200, 8000);
  line.overlaps_next = true;
  EXPECT_EQ(planner->Place(line).length, Ms(2000));
}

TEST(GreedyPlanner, SlowsAShortLineGently) {
  const auto planner = MakeGreedyPlanner({}, Ms(60000));
  const Placement p = planner->Place(Line(0, 4000, 1000, 5000));
  EXPECT_NEAR(p.speed, 0.92, 1e-4);
  EXPECT_GE(p.speed, 0.92);
  EXPECT_EQ(planner->Place(Line(5000, 7000, 1600, 8000)).speed, 1.0);
  const Placement between = planner->Place(Line(8000, 10000, 1400, 12000));
  EXPECT_LT(between.speed, 1.0);
  EXPECT_GT(between.speed, 0.93);
}

TEST(GreedyPlanner, DoesNotSlowASpeakerWhoWasJustHurried) {
  const auto planner = MakeGreedyPlanner({}, Ms(60000));
  EXPECT_GT(planner->Place(Line(0, 2000, 2200, 2000)).speed, 1.1);
  EXPECT_EQ(planner->Place(Line(2000, 6000, 1000, 8000)).speed, 1.0);
}

TEST(GreedyPlanner, TheTakesOwnTempoCountsTowardsTheCaps) {
  const auto planner = MakeGreedyPlanner({}, Ms(60000));
  LineToPlace line = Line(0, 2000, 4000, 2000);
  line.take_speed = 1.1;
  EXPECT_LE(planner->Place(line).speed * 1.1, 1.2 + 1e-9);
  LineToPlace fast = Line(10000, 12000, 4000, 12000);
  fast.take_speed = 1.5;
  EXPECT_EQ(planner->Place(fast).speed, 1.0);
}

TEST(GreedyPlanner, HurriesMoreBeforeAKeptSlot) {
  const auto planner = MakeGreedyPlanner({}, Ms(60000));
  LineToPlace line = Line(0, 2000, 2500, 2000);
  line.next_kept = Ms(2000);
  const Placement p = planner->Place(line);
  EXPECT_EQ(p.length, Ms(2000));
  EXPECT_THAT(p.warnings, Contains(HasSubstr("1.25 times as fast")));
  LineToPlace longer = Line(10000, 12000, 3900, 12000);
  longer.next_kept = Ms(12000);
  const Placement q = planner->Place(longer);
  EXPECT_EQ(q.length, Ms(3000));
  EXPECT_THAT(q.warnings, Contains("runs 1.0 s into a slot that keeps its sound"));
}

TEST(GreedyPlanner, BeginsEarlyOnlyWhenTheProgrammeWouldEndFirst) {
  const auto planner = MakeGreedyPlanner({}, Ms(10000));
  const Placement p = planner->Place(Line(8000, 9000, 3900, 10000));
  EXPECT_EQ(p.length, Ms(3000));
  EXPECT_EQ(p.start, Ms(7000));
  EXPECT_TRUE(p.fits);
  EXPECT_THAT(p.warnings, Contains("starts 1.0 s early to end with the video"));
}

TEST(GreedyPlanner, NeverBeginsOverTheLineBefore) {
  const auto planner = MakeGreedyPlanner({}, Ms(10000));
  planner->Place(Line(5000, 7500, 2500, 8000));
  const Placement p = planner->Place(Line(8000, 9000, 3900, 10000));
  EXPECT_FALSE(p.fits);
  EXPECT_THAT(p.warnings, ElementsAre("0.5 s too long to be spoken before the video ends"));
  // What does not fit takes no room.
  EXPECT_EQ(planner->Place(Line(9000, 10000, 900, 10000)).start, Ms(9000));
}

TEST(GreedyPlanner, ALineWithoutSoundDoesNotFit) {
  const auto planner = MakeGreedyPlanner({}, Ms(10000));
  EXPECT_FALSE(planner->Place(Line(0, 1000, 0, 2000)).fits);
  EXPECT_FALSE(MakeGreedyPlanner({}, 0)->Place(Line(0, 1000, 500, 0)).fits);
}

// --- properties over random transcripts

struct Script {
  std::vector<LineToPlace> lines;
  Samples length = 0;
};

// Lines with touching, overlapping and far slots, too short and far too long takes.
Script RandomScript(unsigned seed, size_t count) {
  std::mt19937 random(seed);
  const auto pick = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  Script script;
  Samples at = pick(0, Ms(2000));
  for (size_t i = 0; i < count; ++i) {
    LineToPlace line;
    line.slot_start = at;
    line.slot_end = at + pick(1, Ms(6000));
    line.natural_length = pick(1, 2 * (line.slot_end - line.slot_start) + Ms(200));
    line.speaker = std::string(1, static_cast<char>('A' + pick(0, 2)));
    line.take_speed = static_cast<double>(pick(85, 125)) / 100;
    script.lines.push_back(line);
    const int64_t kind = pick(0, 9);
    at = kind < 2   ? line.slot_end
         : kind < 4 ? at + pick(0, line.slot_end - at)
                    : line.slot_end + pick(0, Ms(4000));
  }
  for (const LineToPlace& line : script.lines) script.length = std::max(script.length, line.slot_end);
  script.length += pick(0, Ms(500));
  Samples until = 0;
  for (size_t i = 0; i < count; ++i) {
    LineToPlace& line = script.lines[i];
    line.next_onset = script.length;
    line.overlaps_previous = until > line.slot_start;
    until = std::max(until, line.slot_end);
    for (size_t j = i + 1; j < count; ++j) {
      if (script.lines[j].slot_start >= line.slot_end) {
        line.next_onset = script.lines[j].slot_start;
        break;
      }
      line.overlaps_next = true;
    }
    if (pick(0, 9) == 0) line.next_kept = line.next_onset;
  }
  return script;
}

std::vector<Placement> PlaceAll(const Script& script, const PlannerOptions& options) {
  const auto planner = MakeGreedyPlanner(options, script.length);
  std::vector<Placement> out;
  for (const LineToPlace& line : script.lines) out.push_back(planner->Place(line));
  return out;
}

class GreedyPlannerProperties : public testing::TestWithParam<unsigned> {};

TEST_P(GreedyPlannerProperties, Hold) {
  const PlannerOptions options;
  const Script script = RandomScript(GetParam(), 1000);
  const auto plan = PlaceAll(script, options);
  const auto again = PlaceAll(script, options);
  for (size_t i = 0; i < plan.size(); ++i) {
    SCOPED_TRACE(i);
    const LineToPlace& line = script.lines[i];
    const Placement& p = plan[i];
    EXPECT_EQ(p.start, again[i].start);
    EXPECT_EQ(p.length, again[i].length);
    if (!p.fits) {
      EXPECT_FALSE(p.warnings.empty());
      continue;
    }
    ASSERT_GT(p.length, 0);
    EXPECT_GE(p.start, 0);
    EXPECT_LE(p.start + p.length, script.length);
    EXPECT_DOUBLE_EQ(p.speed * static_cast<double>(p.length), static_cast<double>(line.natural_length));
    EXPECT_GE(p.speed, std::min(1.0, options.min_speed / line.take_speed) - 1e-12);
    EXPECT_LE(p.speed, std::max(1.0, options.hard_max_speed / line.take_speed) + 1e-12);
    const bool at_end = p.start + p.length == script.length;
    EXPECT_GE(p.start, line.slot_start - (at_end ? options.max_early : 0));
    const bool walled = at_end || line.next_kept < script.length;
    if (!walled) {
      EXPECT_LE(p.speed, std::max(1.0, options.max_speed / line.take_speed) + 1e-12);
    }
  }
}

TEST_P(GreedyPlannerProperties, OverlapNothingThatDidNotOverlapAndNeverDrift) {
  const PlannerOptions options;
  const Script script = RandomScript(GetParam() + 100, 1000);
  const auto plan = PlaceAll(script, options);
  for (size_t i = 0; i < plan.size(); ++i) {
    if (!plan[i].fits) continue;
    SCOPED_TRACE(i);
    const Samples slot_start = script.lines[i].slot_start;
    const bool at_end = plan[i].start + plan[i].length == script.length;
    Samples free_from = slot_start;
    for (size_t j = 0; j < i; ++j) {
      if (!plan[j].fits || script.lines[j].slot_end > slot_start) continue;
      const Samples end = plan[j].start + plan[j].length;
      EXPECT_GE(plan[i].start, end);
      EXPECT_GE(plan[i].start, plan[j].start);
      free_from = std::max(free_from, end + options.min_gap);
    }
    // Nothing but the lines before it ever delays a line.
    if (!at_end) {
      EXPECT_EQ(plan[i].start, free_from);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, GreedyPlannerProperties, testing::Range(0U, 10U));

}  // namespace
}  // namespace waveshift::alignment
