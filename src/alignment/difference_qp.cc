// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "alignment/difference_qp.h"

#include <algorithm>
#include <cmath>

#include "alignment/chain_matrix.h"

namespace waveshift::alignment {
namespace {

constexpr int kMostIterations = 100;
constexpr double kFirstSlack = 0.1;
constexpr double kFirstMultiplier = 1.0;
constexpr double kToTheBoundary = 0.995;
constexpr double kNoStep = 1e-7;  // rounding does not let it go on
constexpr double kShortStep = 0.7;
constexpr double kEvenOut = 0.3;
constexpr double kBoundTolerance = 1e-9;
// Absolute, and relative to the largest multiplier: what rounding leaves.
constexpr double kSlopeTolerance = 1e-6;
constexpr double kSlopeRounding = 1e-11;
// Of slack times multiplier. A bound that only just binds has a slack of its square root over that of the
// curvature: with the phrases' curvatures (20 and more) about 1e-6 seconds, a tenth of a sample.
constexpr double kGapTolerance = 5e-11;

class Solver {
 public:
  explicit Solver(const DifferenceQp& qp) : qp_(qp), curvature_(qp), matrix_(qp), z_(qp.begin) {
    z_.push_back(0);  // stands for "none"
    dual_residual_.resize(z_.size());
    step_.resize(z_.size());
    for (const DifferenceTerm& term : qp.terms) {
      terms_.push_back({Index(term.plus), Index(term.minus), term.centre, term.weight, term.slope});
      curvature_.AddDifference(curvature_.PlaceOf(term.plus, term.minus), term.weight);
    }
    for (const FourTerm& term : qp.wide_terms) {
      for (size_t a = 0; a < term.count; ++a) {
        for (size_t b = 0; b <= a; ++b) {
          curvature_.AddChain(term.at[a], term.at[b], term.weight * term.factor[a] * term.factor[b]);
        }
      }
    }
    for (const Difference& given : qp.bounds) {
      Bound bound{Index(given.plus), Index(given.minus), given.bound,
                  curvature_.PlaceOf(given.plus, given.minus)};
      bound.slack = std::max(Along(z_, bound) - bound.bound, kFirstSlack);
      bounds_.push_back(bound);
    }
  }

  QpSolution Solve() {
    QpSolution solution;
    double best = 0;
    for (int i = 0; i < kMostIterations && !solution.converged; ++i) {
      const double error = Residuals();
      if (!std::isfinite(error) || last_step_ < kNoStep) break;
      if (i == 0 || error < best) {
        best = error;
        solution.z = z_;
        solution.iterations = i;
        solution.converged = error < 1;
        solution.multipliers.clear();
        for (const Bound& bound : bounds_) solution.multipliers.push_back(bound.multiplier);
      }
      if (!solution.converged) Iterate();
    }
    solution.z.resize(qp_.begin.size());
    return solution;
  }

 private:
  struct Bound {
    size_t plus;
    size_t minus;
    double bound;
    ChainMatrix::Place place;
    double slack = 0;
    double multiplier = kFirstMultiplier;
    double residual = 0;    // of bound and slack
    double complement = 0;  // slack times multiplier, less what is aimed at
    double per_slack = 0;   // 1 / slack
    double slack_step = 0;
    double multiplier_step = 0;
  };

  size_t Index(size_t unknown) const { return unknown == Difference::kNone ? z_.size() - 1 : unknown; }
  static double Along(const std::vector<double>& v, const Bound& bound) {
    return v[bound.plus] - v[bound.minus];
  }
  static void AddAlong(std::vector<double>& v, const Bound& bound, double value) {
    v[bound.plus] += value;
    v[bound.minus] -= value;
  }

  void CostSlope() {
    std::fill(dual_residual_.begin(), dual_residual_.end(), 0.0);
    for (const auto& [plus, minus, centre, weight, slope] : terms_) {
      const double pull = weight * (z_[plus] - z_[minus] - centre) + slope;
      dual_residual_[plus] += pull;
      dual_residual_[minus] -= pull;
    }
    for (const FourTerm& term : qp_.wide_terms) {
      double sum = -term.centre;
      for (size_t a = 0; a < term.count; ++a) sum += term.factor[a] * z_[term.at[a]];
      for (size_t a = 0; a < term.count; ++a) {
        dual_residual_[term.at[a]] += term.weight * sum * term.factor[a];
      }
    }
  }

  double MeanOf(double sum) const { return sum / static_cast<double>(std::max<size_t>(1, bounds_.size())); }

  // Largest error of the KKT conditions, each in its tolerance: below 1 is good enough.
  double Residuals() {
    CostSlope();
    double off = 0;
    double product = 0;
    double largest = 1;
    double sum = 0;
    for (Bound& bound : bounds_) {
      AddAlong(dual_residual_, bound, -bound.multiplier);
      bound.residual = Along(z_, bound) - bound.bound - bound.slack;
      bound.complement = bound.slack * bound.multiplier;
      off = std::max(off, std::abs(bound.residual));
      product = std::max(product, bound.complement);
      largest = std::max(largest, bound.multiplier);
      sum += bound.complement;
    }
    gap_ = MeanOf(sum);
    double slope = 0;
    double check = gap_;
    dual_residual_.back() = 0;
    for (const double r : dual_residual_) {
      slope = std::max(slope, std::abs(r));
      check += r;
    }
    if (!std::isfinite(check)) return check;
    return std::max({off / kBoundTolerance, product / kGapTolerance,
                     slope / (kSlopeTolerance + largest * kSlopeRounding)});
  }

  void Iterate() {
    matrix_.CopyFrom(curvature_);
    for (Bound& bound : bounds_) {
      bound.per_slack = 1 / bound.slack;
      matrix_.AddDifference(bound.place, bound.multiplier * bound.per_slack);
    }
    matrix_.Factor();
    Direction();
    const double far = std::min(1.0, LongestStep());
    double after = 0;
    for (const Bound& bound : bounds_) {
      after += (bound.slack + far * bound.slack_step) * (bound.multiplier + far * bound.multiplier_step);
    }
    const double share = gap_ > 0 ? MeanOf(after) / gap_ : 0;
    // After a short step the products are far apart, and the second-order part could throw them from one side
    // to the other for ever: they are evened out first.
    const bool bold = last_step_ > kShortStep;
    const double target = bold ? share * share * share * gap_ : kEvenOut * gap_;
    for (Bound& bound : bounds_) {
      bound.complement += (bold ? bound.slack_step * bound.multiplier_step : 0) - target;
    }
    Direction();
    Move(std::min(1.0, kToTheBoundary * LongestStep()));
  }

  // Newton's direction towards the complement that is aimed at.
  void Direction() {
    for (size_t i = 0; i < step_.size(); ++i) step_[i] = -dual_residual_[i];
    for (const Bound& bound : bounds_) {
      AddAlong(step_, bound, -(bound.complement + bound.multiplier * bound.residual) * bound.per_slack);
    }
    step_.back() = 0;
    matrix_.Solve(step_);
    for (Bound& bound : bounds_) {
      bound.slack_step = Along(step_, bound) + bound.residual;
      bound.multiplier_step = -(bound.complement + bound.multiplier * bound.slack_step) * bound.per_slack;
    }
  }

  // Until a slack or a multiplier is 0.
  double LongestStep() const {
    double fastest = 1e-3;
    for (const Bound& bound : bounds_) {
      fastest = std::max(fastest, -bound.slack_step * bound.per_slack);
      fastest = std::max(fastest, -bound.multiplier_step / bound.multiplier);
    }
    return 1 / fastest;
  }

  void Move(double by) {
    last_step_ = by;
    for (size_t i = 0; i < z_.size(); ++i) z_[i] += by * step_[i];
    for (Bound& bound : bounds_) {
      bound.slack += by * bound.slack_step;
      bound.multiplier += by * bound.multiplier_step;
    }
  }

  const DifferenceQp& qp_;
  ChainMatrix curvature_;  // of the cost
  ChainMatrix matrix_;     // with the bounds' part
  std::vector<double> z_;
  std::vector<DifferenceTerm> terms_;
  std::vector<Bound> bounds_;
  std::vector<double> dual_residual_;
  std::vector<double> step_;
  double gap_ = 0;        // mean of slack times multiplier
  double last_step_ = 1;  // share of Newton's step that was taken
};

}  // namespace

QpSolution SolveQp(const DifferenceQp& qp) { return Solver(qp).Solve(); }

}  // namespace waveshift::alignment
