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
    Begin();
    qp_.bounds = problem_.bounds;
    for (size_t i = 0; i < problem_.lines.size(); ++i) AddLine(i);
    for (const SmoothTerm& term : problem_.smooth) AddSmooth(term);
    return std::move(qp_);
  }

 private:
  // Every line at its natural rate where possible, pushed by those before it: most of the bounds hold.
  void Begin() {
    auto bound = problem_.bounds.begin();
    for (size_t i = 0; i < problem_.lines.size(); ++i) {
      const LineTerms& line = problem_.lines[i];
      double begin = std::max(line.onset, line.earliest);
      for (; bound != problem_.bounds.end() && LineOf(*bound) == i; ++bound) {
        if (bound->plus == 2 * i && bound->minus < 2 * i) {
          begin = std::max(begin, qp_.begin[bound->minus] + bound->bound);
        }
      }
      qp_.begin.push_back(begin);
      qp_.begin.push_back(begin + std::clamp(line.natural, line.shortest, line.longest));
    }
  }
  static size_t LineOf(const Difference& bound) {
    return (bound.plus == kNone ? bound.minus : bound.plus) / 2;
  }
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
    const size_t leaf = AddLeaf(std::max(0.0, qp_.begin[of] - from), of, of);
    AddTerm(leaf, kNone, 0, half_weight);
    AddBound(leaf, of, -from);
  }
  // slope * max(0, z[of] - from) + half_weight * max(0, z[of] - from)^2.
  void AddRamp(size_t of, double from, double slope, double half_weight) {
    const size_t leaf = AddLeaf(std::max(0.0, qp_.begin[of] - from), of, of);
    AddTerm(leaf, kNone, 0, half_weight, slope);
    AddBound(leaf, kNone, 0);
    AddBound(leaf, of, -from);
  }

  void AddLine(size_t i) {
    const LineTerms& line = problem_.lines[i];
    const size_t x = 2 * i;
    const size_t y = x + 1;
    const double end = qp_.begin[y];
    // |d| is -d plus twice what d is above 0.
    AddTerm(x, kNone, line.onset, kFarOnset, -kOnset);
    if (line.may_be_late) {
      AddRamp(x, line.onset, 2 * kOnset, 0);
    } else {
      AddBound(kNone, x, -line.onset - kInterior);
    }

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
    if (line.free_until < kNoLimit) AddRamp(y, line.free_until, kDelay, kFarOnset);
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
