// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "alignment/phrase_solver.h"

#include <algorithm>

#include "alignment/difference_qp.h"

namespace waveshift::alignment {
namespace {

constexpr size_t kNone = Difference::kNone;

// Writes a phrase as a quadratic problem. A line's further unknowns come before its start and end, so that
// they lie inside the chain.
class QpWriter {
 public:
  explicit QpWriter(const PhraseProblem& problem) : problem_(problem) {
    const size_t n = problem.lines.size();
    x_.resize(n);
    y_.resize(n);
    qp_.begin.reserve(8 * n);
    qp_.terms.reserve(8 * n);
    qp_.bounds.reserve(problem.bounds.size() + 9 * n);
    own_bounds_.reserve(9 * n);
  }

  DifferenceQp Write() {
    for (size_t i = 0; i < problem_.lines.size(); ++i) AddLine(i);
    for (const SmoothTerm& term : problem_.smooth) AddSmooth(term);
    for (const Difference& bound : problem_.bounds) {
      qp_.bounds.push_back({Unknown(bound.plus), Unknown(bound.minus), bound.bound});
    }
    qp_.bounds.insert(qp_.bounds.end(), own_bounds_.begin(), own_bounds_.end());
    return std::move(qp_);
  }

  size_t Unknown(size_t of_phrase) const {
    if (of_phrase == kNone) return kNone;
    return of_phrase % 2 == 0 ? x_[of_phrase / 2] : y_[of_phrase / 2];
  }

 private:
  size_t NewUnknown(double begin) {
    qp_.begin.push_back(begin);
    return qp_.begin.size() - 1;
  }
  void AddTerm(size_t plus, size_t minus, double centre, double half_weight, double slope = 0) {
    qp_.terms.push_back({plus, minus, centre, 2 * half_weight, slope});
  }
  void AddBound(size_t plus, size_t minus, double bound) { own_bounds_.push_back({plus, minus, bound}); }

  // half_weight * max(0, z[of] - from)^2; the new unknown has been made already.
  void AddRise(size_t unknown, size_t of, double from, double half_weight) {
    AddTerm(unknown, kNone, 0, half_weight);
    AddBound(unknown, of, -from);
  }

  void AddLine(size_t i) {
    const LineTerms& line = problem_.lines[i];
    const double begin = std::max(line.onset, line.earliest);
    const double end = begin + std::clamp(line.natural, line.shortest, line.longest);
    const bool may_be_early = line.earliest < line.onset - kOnsetTolerance;
    const bool may_be_silent = line.covered > line.shortest;
    const size_t late = NewUnknown(0);
    const size_t early = may_be_early ? NewUnknown(0) : kNone;
    const size_t over = line.quiet_until < kNoLimit ? NewUnknown(0) : kNone;
    const size_t near = line.free_until < kNoLimit ? NewUnknown(0) : kNone;
    const size_t far = line.free_until < kNoLimit ? NewUnknown(0) : kNone;
    const size_t filled = may_be_silent ? NewUnknown(end) : kNone;
    const size_t knee = may_be_silent ? NewUnknown(end) : kNone;
    const size_t unhurried = NewUnknown(end);
    const size_t x = x_[i] = NewUnknown(begin);
    const size_t y = y_[i] = NewUnknown(end);

    AddTerm(x, kNone, line.onset, kNearOnset);
    AddRise(late, x, line.onset + kOnsetTolerance, kFarOnset);
    if (may_be_early) {
      AddTerm(early, kNone, 0, kFarOnset);
      AddBound(x, early, line.onset - kOnsetTolerance);
    }
    AddTerm(y, x, line.natural, kSlow / line.natural);
    AddTerm(unhurried, y, 0, (kFast - kSlow) / line.natural);
    AddBound(unhurried, x, line.natural);
    if (may_be_silent) {
      AddTerm(knee, y, 0, kSilence);
      AddTerm(filled, knee, 0, 0, 2 * kSilence * kSilenceKnee);
      AddBound(filled, knee, 0);
      AddBound(filled, x, line.covered);
    }
    if (over != kNone) AddRise(over, y, line.quiet_until, kOverSound);
    if (near != kNone) AddRise(near, y, line.free_until, kNearOnset);
    if (far != kNone) AddRise(far, y, line.free_until + kOnsetTolerance, kFarOnset);
  }

  void AddSmooth(const SmoothTerm& term) {
    const double scale = 1 / problem_.lines[term.line].natural;
    FourTerm wide{.at = {x_[term.line], y_[term.line]},
                  .factor = {-scale, scale},
                  .count = 2,
                  .centre = term.pace,
                  .weight = 2 * term.weight};
    if (term.before != SmoothTerm::kFixed) {
      const double other = 1 / problem_.lines[term.before].natural;
      wide.at[2] = x_[term.before];
      wide.at[3] = y_[term.before];
      wide.factor[2] = other;
      wide.factor[3] = -other;
      wide.count = 4;
      wide.centre = 0;
    }
    qp_.wide_terms.push_back(wide);
  }

  const PhraseProblem& problem_;
  DifferenceQp qp_;
  std::vector<Difference> own_bounds_;
  std::vector<size_t> x_;
  std::vector<size_t> y_;
};

}  // namespace

PhraseSolution SolvePhrase(const PhraseProblem& problem) {
  QpWriter writer(problem);
  const QpSolution qp = SolveQp(writer.Write());
  PhraseSolution solution;
  for (size_t i = 0; i < 2 * problem.lines.size(); ++i) solution.z.push_back(qp.z[writer.Unknown(i)]);
  solution.multipliers.assign(qp.multipliers.begin(),
                              qp.multipliers.begin() + static_cast<ptrdiff_t>(problem.bounds.size()));
  solution.converged = qp.converged;
  solution.iterations = qp.iterations;
  return solution;
}

}  // namespace waveshift::alignment
