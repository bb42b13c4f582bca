// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What holds for every plan, over random transcripts and those that are hardest.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "alignment/phrase_cutter.h"
#include "alignment/planner.h"
#include "alignment/test_scripts.h"

namespace waveshift::alignment {
namespace {

Samples EndOf(const Placement& p) { return p.start + p.length; }

void CheckLine(const LineToPlace& line, const Placement& p, Samples programme,
               const PlannerOptions& options) {
  ASSERT_GT(p.length, 0);
  EXPECT_GE(p.start, 0);
  EXPECT_LE(EndOf(p), programme);
  EXPECT_DOUBLE_EQ(p.speed * static_cast<double>(p.length), static_cast<double>(line.natural_length));
  EXPECT_GE(p.speed, std::min(1.0, options.min_speed / line.take_speed) - 1e-12);
  EXPECT_LE(p.speed, std::max(1.0, options.hard_max_speed / line.take_speed) + 1e-12);
  EXPECT_GE(p.start, line.slot_start - options.max_early);
}

// Pairs of all lines: order, gaps, and overlaps that are not longer than the original's.
void CheckPairs(const Script& script, const std::vector<Placement>& plan, const PlannerOptions& options) {
  for (size_t i = 0; i < plan.size(); ++i) {
    if (!plan[i].fits) continue;
    for (size_t j = i + 1; j < plan.size(); ++j) {
      if (!plan[j].fits) continue;
      const Samples slots_apart = script.lines[j].slot_start - script.lines[i].slot_end;
      const Samples apart = plan[j].start - EndOf(plan[i]);
      ASSERT_GE(plan[j].start, plan[i].start) << i << " " << j;
      if (slots_apart < 0) {
        ASSERT_GE(apart, slots_apart) << i << " " << j;
      } else {
        // The gap is given up at the programme's end only.
        const bool near_end = EndOf(plan[j]) > script.length - Ms(30000);
        ASSERT_GE(apart, near_end ? 0 : options.min_gap) << i << " " << j;
      }
    }
  }
}

void CheckPlan(const Script& script, const std::vector<Placement>& plan, const PlannerOptions& options = {}) {
  ASSERT_EQ(plan.size(), script.lines.size());
  for (size_t i = 0; i < plan.size(); ++i) {
    SCOPED_TRACE(i);
    if (plan[i].fits) {
      CheckLine(script.lines[i], plan[i], script.length, options);
    } else {
      EXPECT_FALSE(plan[i].warnings.empty());
    }
  }
  CheckPairs(script, plan, options);
}

bool Same(const Placement& a, const Placement& b) {
  return a.start == b.start && a.length == b.length && a.fits == b.fits && a.warnings == b.warnings;
}

class PlannerProperties : public testing::TestWithParam<unsigned> {};
INSTANTIATE_TEST_SUITE_P(Seeds, PlannerProperties, testing::Range(0U, 40U));

TEST_P(PlannerProperties, Hold) {
  const Script script = RandomScript(GetParam(), 400);
  CheckPlan(script, PlanOf(script));
}

TEST_P(PlannerProperties, HoldWithOtherOptions) {
  const Script script = RandomScript(GetParam() + 100, 200);
  PlannerOptions options;
  options.max_speed = GetParam() % 2 == 0 ? 1.0 : 1.6;
  options.hard_max_speed = std::max(options.hard_max_speed, options.max_speed);
  options.min_gap = Ms(GetParam() % 3 == 0 ? 0 : 200);
  options.most_lines = 1 + GetParam() % 7;
  CheckPlan(script, PlanOf(script, options), options);
}

TEST_P(PlannerProperties, TheUsualCapHoldsAwayFromWalls) {
  Script script = RandomScript(GetParam() + 200, 300);
  for (LineToPlace& line : script.lines) line.next_kept = kNever;
  script.length += Ms(1000000);
  const PlannerOptions options;
  const auto plan = PlanOf(script);
  for (size_t i = 0; i < plan.size(); ++i) {
    EXPECT_LE(plan[i].speed, std::max(1.0, options.max_speed / script.lines[i].take_speed) + 1e-12);
    EXPECT_GE(plan[i].start, script.lines[i].slot_start - options.usual_early);
  }
}

// What is returned hangs on the lines so far only: another future changes nothing.
TEST_P(PlannerProperties, WhatIsFinalDoesNotHangOnTheFuture) {
  const Script script = RandomScript(GetParam() + 300, 120);
  const auto whole = PlanOf(script);
  const auto planner = MakePlanner({}, script.length);
  size_t final = 0;
  std::set<size_t> moments;
  for (size_t i = 0; i < script.lines.size(); ++i) {
    for (const Placement& p : planner->Add(script.lines[i])) EXPECT_TRUE(Same(p, whole[final++])) << final;
    moments.insert(final);
    if (i % 17 != 0) continue;
    Script other = script;
    for (size_t j = i + 1; j < other.lines.size(); ++j) {
      other.lines[j].natural_length = 1 + (other.lines[j].natural_length * 7919) % Ms(9000);
    }
    const auto changed = PlanOf(other);
    for (size_t j = 0; j < final; ++j) EXPECT_TRUE(Same(changed[j], whole[j])) << j;
  }
  for (const Placement& p : planner->Finish()) EXPECT_TRUE(Same(p, whole[final++])) << final;
  EXPECT_EQ(final, script.lines.size());
  // It is a window: lines become final a few at a time, not all at the end.
  EXPECT_GT(moments.size(), script.lines.size() / 12);
}

// Phrases that cannot reach each other: their optima together are the optimum of the whole.
TEST_P(PlannerProperties, WherePhrasesAreApartThePlanIsTheOptimumOfTheWhole) {
  std::mt19937 random(GetParam());
  Script script;
  Samples at = Ms(1000);
  for (int i = 0; i < 60; ++i) {
    LineToPlace line;
    line.slot_start = at;
    line.slot_end = at + Ms(800 + static_cast<int64_t>(random() % 1500));
    line.natural_length = (line.slot_end - at) * static_cast<int64_t>(75 + random() % 40) / 100;
    line.speaker = random() % 2 == 0 ? "A" : "B";
    script.lines.push_back(line);
    at = line.slot_end + (i % 4 == 3 ? Ms(2500) : Ms(static_cast<int64_t>(random() % 300)));
  }
  script.length = at + Ms(10000);
  Link(script);
  PlannerOptions at_once;
  at_once.phrase_pause = at_once.longest_phrase = kNever;
  at_once.most_lines = script.lines.size();
  const auto windowed = PlanOf(script);
  const auto whole = PlanOf(script, at_once);
  for (size_t i = 0; i < whole.size(); ++i) {
    // The solver's tolerance is a tenth of a sample.
    EXPECT_NEAR(static_cast<double>(windowed[i].start), static_cast<double>(whole[i].start), 1) << i;
    EXPECT_NEAR(static_cast<double>(windowed[i].length), static_cast<double>(whole[i].length), 1) << i;
  }
}

// No optimum hangs on where the timeline's zero lies: nothing is rounded twice, nothing drifts.
TEST_P(PlannerProperties, ALaterProgrammeIsTheSamePlanLater) {
  const Script script = RandomScript(GetParam() + 400, 100);
  Script later = script;
  const Samples by = Ms(3600000) * 10 + 7;
  later.length += by;
  for (LineToPlace& line : later.lines) {
    line.slot_start += by;
    line.slot_end += by;
    line.kept_until += by;
    if (line.quiet_until < kNever) line.quiet_until += by;
    if (line.next_kept < kNever) line.next_kept += by;
  }
  Link(later);
  const auto plan = PlanOf(script);
  const auto moved = PlanOf(later);
  // The first lines may begin early only when there is something before them.
  for (size_t i = 10; i < plan.size(); ++i) {
    if (!plan[i].fits) continue;
    EXPECT_EQ(moved[i].start - by, plan[i].start) << i;
    EXPECT_EQ(moved[i].length, plan[i].length) << i;
  }
}

Script Same(size_t count, Samples start, Samples end, Samples natural, Samples step) {
  Script script;
  for (size_t i = 0; i < count; ++i) {
    LineToPlace line;
    const Samples shift = static_cast<Samples>(i) * step;
    line.slot_start = start + shift;
    line.slot_end = end + shift;
    line.natural_length = natural;
    line.speaker = i % 2 == 0 ? "A" : "B";
    script.lines.push_back(line);
  }
  script.length = script.lines.back().slot_end;
  Link(script);
  return script;
}

TEST(PlannerExtremes, OneLine) {
  const Script script = Same(1, Ms(10), Ms(20), Ms(10), 0);
  CheckPlan(script, PlanOf(script));
}

TEST(PlannerExtremes, NoLines) { EXPECT_TRUE(PlanOf(Script{{}, Ms(1000)}).empty()); }

TEST(PlannerExtremes, NoPauses) {
  const Script script = Same(500, 0, Ms(2000), Ms(2100), Ms(2000));
  const auto plan = PlanOf(script);
  CheckPlan(script, plan);
  for (const Placement& p : plan) EXPECT_LT(p.speed, 1.2);
}

TEST(PlannerExtremes, TooLongThroughout) {
  const Script script = Same(300, 0, Ms(2000), Ms(2600), Ms(2000));
  CheckPlan(script, PlanOf(script));
}

TEST(PlannerExtremes, AllOverlap) {
  const Script script = Same(300, 0, Ms(5000), Ms(5000), 0);
  CheckPlan(script, PlanOf(script));
}

TEST(PlannerExtremes, ALineLongerThanTheProgramme) {
  Script script = Same(3, 0, Ms(1000), Ms(900), Ms(1100));
  script.lines[1].natural_length = Ms(100000);
  const auto plan = PlanOf(script);
  EXPECT_TRUE(plan[0].fits);
  EXPECT_FALSE(plan[1].fits);
  EXPECT_TRUE(plan[2].fits);
}

TEST(PlannerExtremes, EmptySlotsAndSingleSamples) {
  Script script = Same(50, 0, 0, 1, 1);
  script.length = Ms(60000);
  CheckPlan(script, PlanOf(script));
}

TEST(PlannerExtremes, TenThousandLinesKeepTheirOnsets) {
  const Script script = Same(10000, 0, Ms(2000), Ms(1850), Ms(2100));
  const auto plan = PlanOf(script);
  for (size_t i = 0; i < plan.size(); ++i) {
    ASSERT_EQ(plan[i].start, script.lines[i].slot_start);
    ASSERT_LE(EndOf(plan[i]), script.lines[i].slot_end);
  }
}

}  // namespace
}  // namespace waveshift::alignment
