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

double Onset(double d) { return 16 * std::abs(d) + d * d; }

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
    const double delay = std::max(0.0, z[2 * i + 1] - line.free_until);
    cost += 32 * delay + delay * delay;
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
    placed = {{last.slot_end, last.slot_start,
               last.slot_end + Ms(i % 7 == 0 ? 30000 : static_cast<int64_t>(i % 5) * 100)}};
    i = end;
  }
  return problems;
}

// Slopes that a convex function of one argument may have at a place: one, or all between two at a bend.
struct Slopes {
  double least = 0;
  double most = 0;
};
Slopes operator+(const Slopes& a, const Slopes& b) { return {a.least + b.least, a.most + b.most}; }
Slopes Bend(double v, double below, double above) {
  constexpr double kAtTheBend = 1e-5;
  return {v > kAtTheBend ? above : below, v < -kAtTheBend ? below : above};
}
Slopes One(double slope) { return {slope, slope}; }

// By hand from the header's formulas: the slopes of what hangs on start, end and length.
struct LineSlopes {
  Slopes start;
  Slopes end;
  Slopes length;
};
std::vector<LineSlopes> SlopesOf(const PhraseProblem& problem, const std::vector<double>& z) {
  std::vector<LineSlopes> slopes;
  std::vector<double> pace;
  for (size_t i = 0; i < problem.lines.size(); ++i) {
    const LineTerms& line = problem.lines[i];
    const double length = z[2 * i + 1] - z[2 * i];
    const double late = z[2 * i] - line.onset;
    const double delay = z[2 * i + 1] - line.free_until;
    pace.push_back(length / line.natural);
    LineSlopes of;
    of.start = Bend(late, -16, 16) + One(2 * late);
    of.end = Bend(delay, 0, 32) + One(2 * std::max(0.0, delay)) +
             One(100 * std::max(0.0, z[2 * i + 1] - line.quiet_until));
    of.length = Bend(length - line.covered, -2, 0) + One((pace[i] > 1 ? 20 : 40) * (pace[i] - 1));
    slopes.push_back(of);
  }
  for (const SmoothTerm& term : problem.smooth) {
    const double before = term.before == SmoothTerm::kFixed ? term.pace : pace[term.before];
    const double slope = 2 * term.weight * (pace[term.line] - before);
    slopes[term.line].length = slopes[term.line].length + One(slope / problem.lines[term.line].natural);
    if (term.before == SmoothTerm::kFixed) continue;
    slopes[term.before].length =
        slopes[term.before].length + One(-slope / problem.lines[term.before].natural);
  }
  return slopes;
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
    std::vector<double> pull(z.size());
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
      bounds_that_bind += multiplier > 1e-3;
    }
    // Some slope of the cost is what the bounds pull: by start and end, with the length's slope l in both.
    const auto slopes = SlopesOf(problem, z);
    for (size_t i = 0; i < slopes.size(); ++i) {
      const auto& [start, end, length] = slopes[i];
      const double by_start_least = start.least - pull[2 * i];
      const double by_start_most = start.most - pull[2 * i];
      const double by_end_least = pull[2 * i + 1] - end.most;
      const double by_end_most = pull[2 * i + 1] - end.least;
      const double off = 1e-4 + 2e-4 / problem.lines[i].natural;  // 1e-5 s away from a bend is at it
      EXPECT_LE(std::max({by_start_least, by_end_least, length.least}),
                std::min({by_start_most, by_end_most, length.most}) + off)
          << i;
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
      EXPECT_GE(CostByFormula(problem, other), least - 1e-4);
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
