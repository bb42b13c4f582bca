// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "alignment/phrase_solver.h"

#include <algorithm>

#include "alignment/difference_qp.h"

namespace waveshift::alignment {
namespace {

constexpr size_t kNone = Difference::kNone;

// Writes a phrase as a quadratic problem. Starts and ends are the chain, numbered as in PhraseProblem.
class QpWriter {
 public:
  explicit QpWriter(const PhraseProblem& problem) : problem_(problem) {
    const size_t n = problem.lines.size();
    qp_.chain = 2 * n;
    qp_.begin.reserve(7 * n);
    qp_.leaves.reserve(5 * n);
    qp_.terms.reserve(7 * n);
    qp_.bounds.reserve(problem.bounds.size() + 6 * n);
  }

  DifferenceQp Write() {
    for (const LineTerms& line : problem_.lines) {
      const double begin = std::max(line.onset, line.earliest);
      qp_.begin.push_back(begin);
      qp_.begin.push_back(begin + std::clamp(line.natural, line.shortest, line.longest));
    }
    qp_.bounds = problem_.bounds;
    for (size_t i = 0; i < problem_.lines.size(); ++i) AddLine(i);
    for (const SmoothTerm& term : problem_.smooth) AddSmooth(term);
    return std::move(qp_);
  }

 private:
  size_t AddLeaf(double begin, size_t a, size_t b) {
    qp_.leaves.push_back({{a, b}});
    qp_.begin.push_back(begin);
    return qp_.begin.size() - 1;
  }
  void AddTerm(size_t plus, size_t minus, double centre, double half_weight, double slope = 0) {
    qp_.terms.push_back({plus, minus, centre, 2 * half_weight, slope});
  }
  void AddBound(size_t plus, size_t minus, double bound) { qp_.bounds.push_back({plus, minus, bound}); }

  // half_weight * max(0, z[of] - from)^2.
  void AddRise(size_t of, double from, double half_weight) {
    const size_t leaf = AddLeaf(0, of, of);
    AddTerm(leaf, kNone, 0, half_weight);
    AddBound(leaf, of, -from);
  }
  // The same of from - z[of].
  void AddFall(size_t of, double from, double half_weight) {
    const size_t leaf = AddLeaf(0, of, of);
    AddTerm(leaf, kNone, 0, half_weight);
    AddBound(of, leaf, from);
  }

  void AddLine(size_t i) {
    const LineTerms& line = problem_.lines[i];
    const size_t x = 2 * i;
    const size_t y = x + 1;
    const double end = qp_.begin[y];
    AddTerm(x, kNone, line.onset, kNearOnset);
    AddRise(x, line.onset + kLateTolerance, kFarOnset);
    if (line.earliest < line.onset - kEarlyTolerance) AddFall(x, line.onset - kEarlyTolerance, kFarOnset);

    AddTerm(y, x, line.natural, kSlow / line.natural);
    const size_t unhurried = AddLeaf(end, x, y);
    AddTerm(unhurried, y, 0, (kFast - kSlow) / line.natural);
    AddBound(unhurried, x, line.natural);
    if (line.covered > line.shortest) {
      const size_t covered = AddLeaf(end, x, y);
      AddTerm(covered, y, 0, 0, kSilence);
      AddBound(covered, y, 0);
      AddBound(covered, x, line.covered);
    }
    if (line.quiet_until < kNoLimit) AddRise(y, line.quiet_until, kOverSound);
    if (line.free_until < kNoLimit) {
      AddRise(y, line.free_until, kNearOnset);
      AddRise(y, line.free_until + kLateTolerance, kFarOnset);
    }
  }

  void AddSmooth(const SmoothTerm& term) {
    const double scale = 1 / problem_.lines[term.line].natural;
    FourTerm wide{.at = {2 * term.line, 2 * term.line + 1},
                  .factor = {-scale, scale},
                  .count = 2,
                  .centre = term.pace,
                  .weight = 2 * term.weight};
    if (term.before != SmoothTerm::kFixed) {
      const double other = 1 / problem_.lines[term.before].natural;
      wide.at[2] = 2 * term.before;
      wide.at[3] = 2 * term.before + 1;
      wide.factor[2] = other;
      wide.factor[3] = -other;
      wide.count = 4;
      wide.centre = 0;
    }
    qp_.wide_terms.push_back(wide);
  }

  const PhraseProblem& problem_;
  DifferenceQp qp_;
};

}  // namespace

PhraseSolution SolvePhrase(const PhraseProblem& problem) {
  QpSolution qp = SolveQp(QpWriter(problem).Write());
  qp.z.resize(2 * problem.lines.size());
  qp.multipliers.resize(problem.bounds.size());
  return {std::move(qp.z), std::move(qp.multipliers), qp.converged, qp.iterations};
}

}  // namespace waveshift::alignment
