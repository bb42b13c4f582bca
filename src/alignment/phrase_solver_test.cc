// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The solver against the KKT conditions, checked with a cost that is written down here once more from the
// header's formulas, and slopes that are taken as differences.
#include "alignment/phrase_solver.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "alignment/phrase_cutter.h"
#include "alignment/test_scripts.h"

namespace waveshift::alignment {
namespace {

double Onset(double d) { return 6 * d * d + 200 * std::pow(std::max({0.0, d - 0.04, -d - 0.02}), 2); }

double CostByFormula(const PhraseProblem& problem, const std::vector<double>& z) {
  double cost = 0;
  std::vector<double> pace;
  for (size_t i = 0; i < problem.lines.size(); ++i) {
    const LineTerms& line = problem.lines[i];
    const double length = z[2 * i + 1] - z[2 * i];
    pace.push_back(length / line.natural);
    cost += Onset(z[2 * i] - line.onset);
    cost += line.natural * (pace[i] > 1 ? 10 : 20) * std::pow(pace[i] - 1, 2);
    cost += 2 * std::max(0.0, line.covered - length);
    cost += 50 * std::pow(std::max(0.0, z[2 * i + 1] - line.quiet_until), 2);
    cost += Onset(std::max(0.0, z[2 * i + 1] - line.free_until));
  }
  for (const SmoothTerm& term : problem.smooth) {
    const double before = term.before == SmoothTerm::kFixed ? term.pace : pace[term.before];
    cost += term.weight * std::pow(pace[term.line] - before, 2);
  }
  return cost;
}

// The phrases of a random script as problems, each after a guess of what the one before became.
std::vector<PhraseProblem> Problems(unsigned seed, size_t lines) {
  const Script script = RandomScript(seed, lines);
  const PlannerOptions options;
  std::vector<Slot> slots;
  for (const LineToPlace& line : script.lines) slots.push_back({line.slot_start, line.slot_end});
  const auto starts = PhraseStarts(slots, options);
  std::vector<PhraseProblem> problems;
  PaceBySpeaker pace;
  std::vector<Placed> placed;
  for (size_t i = 0; i < lines;) {
    size_t end = i;
    while (end < lines && starts[end] == starts[i]) ++end;
    const auto phrase = std::span(script.lines).subspan(i, end - i);
    const PhraseRooms rooms = FindRooms(phrase, placed, options, script.length);
    const LineToPlace& last = phrase.back();
    problems.push_back(MakeProblem(phrase, rooms, pace, options, last.next_start, phrase.front().slot_start));
    pace[last.speaker] = {0.9, 2.0, last.slot_end};
    placed = {{last.slot_end, last.slot_start, last.slot_end + Ms(static_cast<int64_t>(i % 5) * 100)}};
    i = end;
  }
  return problems;
}

class PhraseSolverKkt : public testing::TestWithParam<unsigned> {};

TEST_P(PhraseSolverKkt, Hold) {
  size_t bounds_that_bind = 0;
  for (const PhraseProblem& problem : Problems(GetParam(), 300)) {
    const PhraseSolution solution = SolvePhrase(problem);
    ASSERT_TRUE(solution.converged);
    const std::vector<double>& z = solution.z;
    ASSERT_EQ(z.size(), 2 * problem.lines.size());
    ASSERT_EQ(solution.multipliers.size(), problem.bounds.size());
    // The cost's slope is the sum of the bounds' pulls.
    std::vector<double> pull(z.size());
    double scale = 1;
    for (size_t k = 0; k < problem.bounds.size(); ++k) {
      const Difference& bound = problem.bounds[k];
      const double multiplier = solution.multipliers[k];
      const double slack = (bound.plus == Difference::kNone ? 0 : z[bound.plus]) -
                           (bound.minus == Difference::kNone ? 0 : z[bound.minus]) - bound.bound;
      EXPECT_GE(multiplier, 0);
      EXPECT_GE(slack, -2e-9);
      EXPECT_LE(multiplier * std::abs(slack), 2e-9 * std::max(1.0, multiplier));
      if (bound.plus != Difference::kNone) pull[bound.plus] += multiplier;
      if (bound.minus != Difference::kNone) pull[bound.minus] -= multiplier;
      scale = std::max(scale, multiplier);
      bounds_that_bind += multiplier > 1e-3;
    }
    // Slope on either side along `x` and `y` of line i. Only the silence term has a bend, in y - x: the pull
    // must lie between the slopes of either side there, and be the slope where both move.
    const auto check = [&](size_t i, double x, double y) {
      constexpr double kStep = 1e-7;
      std::vector<double> up = z;
      std::vector<double> down = z;
      up[2 * i] += x * kStep;
      up[2 * i + 1] += y * kStep;
      down[2 * i] -= x * kStep;
      down[2 * i + 1] -= y * kStep;
      const double at = CostByFormula(problem, z);
      const double above = (CostByFormula(problem, up) - at) / kStep;
      const double below = (at - CostByFormula(problem, down)) / kStep;
      const double along = x * pull[2 * i] + y * pull[2 * i + 1];
      const double near = (800 + 80 / problem.lines[i].natural) * 1e-6 + 4e-7 * scale + 1e-7 * at;
      EXPECT_GE(above, along - near) << i;
      EXPECT_LE(below, along + near) << i;
      if (x == y) {
        EXPECT_NEAR(above, below, near) << i;
      }
    };
    for (size_t i = 0; i < problem.lines.size(); ++i) {
      check(i, 1, 0);
      check(i, 0, 1);
      check(i, 1, 1);
    }
  }
  EXPECT_GT(bounds_that_bind, 50U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, PhraseSolverKkt, testing::Range(0U, 40U));

TEST(PhraseSolver, NoOtherPlanWithinTheBoundsCostsLess) {
  std::mt19937 random(5);
  for (const PhraseProblem& problem : Problems(77, 60)) {
    const std::vector<double> z = SolvePhrase(problem).z;
    const double least = CostByFormula(problem, z);
    for (int trial = 0; trial < 200; ++trial) {
      std::vector<double> other = z;
      for (double& v : other) v += (static_cast<double>(random() % 2001) - 1000) * 1e-4;
      // Back towards the optimum until every bound holds: the bounds are convex.
      double share = 1;
      for (const Difference& bound : problem.bounds) {
        const auto slack = [&bound](const std::vector<double>& v) {
          return (bound.plus == Difference::kNone ? 0 : v[bound.plus]) -
                 (bound.minus == Difference::kNone ? 0 : v[bound.minus]) - bound.bound;
        };
        const double at = std::max(0.0, slack(z));
        if (slack(other) < 0) share = std::min(share, at / (at - slack(other)));
      }
      for (size_t i = 0; i < z.size(); ++i) other[i] = z[i] + share * (other[i] - z[i]);
      EXPECT_GE(CostByFormula(problem, other), least - 1e-7);
    }
  }
}

TEST(PhraseSolver, TheCostIsTheHeadersFormula) {
  std::mt19937 random(6);
  for (const PhraseProblem& problem : Problems(3, 60)) {
    std::vector<double> z;
    for (const LineTerms& line : problem.lines) {
      z.push_back(line.onset + (static_cast<double>(random() % 2001) - 1000) * 1e-3);
      z.push_back(z.back() + line.natural * (0.6 + static_cast<double>(random() % 1000) * 1e-3));
    }
    EXPECT_NEAR(Cost(problem, z), CostByFormula(problem, z), 1e-9 * (1 + Cost(problem, z)));
  }
}

}  // namespace
}  // namespace waveshift::alignment
