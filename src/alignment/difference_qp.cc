// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "alignment/difference_qp.h"

#include <algorithm>
#include <cmath>

namespace waveshift::alignment {
namespace {

constexpr int kMostIterations = 100;
constexpr double kFirstSlack = 0.1;
constexpr double kFirstMultiplier = 1.0;
constexpr double kToTheBoundary = 0.995;
constexpr double kBoundTolerance = 1e-9;
// Relative to the largest multiplier.
constexpr double kSlopeTolerance = 1e-7;
// Of slack times multiplier. A bound that only just binds has a slack of its square root over that of the
// curvature: with the phrases' curvatures (12 and more) below 1e-6 seconds, a twentieth of a sample.
constexpr double kGapTolerance = 1e-11;
constexpr double kShortStep = 0.7;
constexpr double kEvenOut = 0.3;
constexpr double kLeastPivot = 1e-14;
constexpr size_t kNone = Difference::kNone;

// A symmetric positive definite matrix; row r holds its columns from first[r] to r.
class Skyline {
 public:
  void Shape(std::vector<size_t> first) {
    first_ = std::move(first);
    size_t size = 0;
    for (size_t r = 0; r < first_.size(); ++r) {
      offset_.push_back(size);
      size += r - first_[r] + 1;
    }
    cells_.resize(size);
  }
  void Clear() { std::fill(cells_.begin(), cells_.end(), 0.0); }
  void Add(size_t a, size_t b, double value) {
    const size_t r = std::max(a, b);
    cells_[offset_[r] + std::min(a, b) - first_[r]] += value;
  }
  // value * (e_plus - e_minus) (e_plus - e_minus)^T.
  void AddDifference(size_t plus, size_t minus, double value) {
    if (plus != kNone) Add(plus, plus, value);
    if (minus != kNone) Add(minus, minus, value);
    if (plus != kNone && minus != kNone) Add(plus, minus, -value);
  }
  void AddAll(const Skyline& other) {
    for (size_t k = 0; k < cells_.size(); ++k) cells_[k] += other.cells_[k];
  }

  // Cholesky, in place.
  void Factor() {
    for (size_t r = 0; r < first_.size(); ++r) {
      double* row = &cells_[offset_[r]] - first_[r];
      for (size_t c = first_[r]; c < r; ++c) {
        const double* other = &cells_[offset_[c]] - first_[c];
        double sum = row[c];
        for (size_t k = std::max(first_[r], first_[c]); k < c; ++k) sum -= row[k] * other[k];
        row[c] = sum / other[c];
      }
      double pivot = row[r];
      for (size_t k = first_[r]; k < r; ++k) pivot -= row[k] * row[k];
      row[r] = std::sqrt(std::max(pivot, kLeastPivot));
    }
  }

  void Solve(std::vector<double>& b) const {
    for (size_t r = 0; r < first_.size(); ++r) {
      const double* row = &cells_[offset_[r]] - first_[r];
      double sum = b[r];
      for (size_t k = first_[r]; k < r; ++k) sum -= row[k] * b[k];
      b[r] = sum / row[r];
    }
    for (size_t r = first_.size(); r-- > 0;) {
      const double* row = &cells_[offset_[r]] - first_[r];
      b[r] /= row[r];
      for (size_t k = first_[r]; k < r; ++k) b[k] -= row[k] * b[r];
    }
  }

 private:
  std::vector<size_t> first_;
  std::vector<size_t> offset_;
  std::vector<double> cells_;
};

double DifferenceOf(const std::vector<double>& v, size_t plus, size_t minus) {
  return (plus == kNone ? 0 : v[plus]) - (minus == kNone ? 0 : v[minus]);
}

void AddAt(std::vector<double>& v, size_t plus, size_t minus, double value) {
  if (plus != kNone) v[plus] += value;
  if (minus != kNone) v[minus] -= value;
}

class Solver {
 public:
  explicit Solver(const DifferenceQp& qp)
      : qp_(qp), z_(qp.begin), multiplier_(qp.bounds.size(), kFirstMultiplier) {
    const size_t m = qp.bounds.size();
    for (auto* v : {&slack_, &primal_residual_, &slack_step_, &multiplier_step_, &complement_}) v->resize(m);
    for (auto* v : {&dual_residual_, &step_}) v->resize(z_.size());
    for (size_t k = 0; k < m; ++k) slack_[k] = std::max(Slack(k), kFirstSlack);
    Shape();
  }

  QpSolution Solve() {
    QpSolution solution;
    double best = 0;
    for (int i = 0; i < kMostIterations; ++i) {
      const double error = Residuals();
      if (!std::isfinite(error)) break;
      if (i == 0 || error < best) {
        best = error;
        solution = {z_, multiplier_, error < 1, i};
      }
      if (solution.converged) break;
      Iterate();
    }
    return solution;
  }

 private:
  double Slack(size_t k) const {
    const auto& [plus, minus, bound] = qp_.bounds[k];
    return DifferenceOf(z_, plus, minus) - bound;
  }

  // The cost's curvature never changes.
  void Shape() {
    std::vector<size_t> first(z_.size());
    for (size_t r = 0; r < first.size(); ++r) first[r] = r;
    const auto couple = [&first](size_t a, size_t b) {
      if (a == kNone || b == kNone) return;
      size_t& row = first[std::max(a, b)];
      row = std::min({row, a, b});
    };
    for (const DifferenceTerm& term : qp_.terms) couple(term.plus, term.minus);
    for (const Difference& bound : qp_.bounds) couple(bound.plus, bound.minus);
    for (const FourTerm& term : qp_.wide_terms) {
      for (size_t a = 1; a < term.count; ++a) {
        for (size_t b = 0; b < a; ++b) couple(term.at[a], term.at[b]);
      }
    }
    curvature_.Shape(first);
    matrix_.Shape(std::move(first));
    for (const DifferenceTerm& term : qp_.terms) {
      curvature_.AddDifference(term.plus, term.minus, term.weight);
    }
    for (const FourTerm& term : qp_.wide_terms) {
      for (size_t a = 0; a < term.count; ++a) {
        for (size_t b = 0; b <= a; ++b) {
          curvature_.Add(term.at[a], term.at[b], term.weight * term.factor[a] * term.factor[b]);
        }
      }
    }
  }

  void CostSlope() {
    std::fill(dual_residual_.begin(), dual_residual_.end(), 0.0);
    for (const auto& [plus, minus, centre, weight, slope] : qp_.terms) {
      AddAt(dual_residual_, plus, minus, weight * (DifferenceOf(z_, plus, minus) - centre) + slope);
    }
    for (const FourTerm& term : qp_.wide_terms) {
      double sum = -term.centre;
      for (size_t a = 0; a < term.count; ++a) sum += term.factor[a] * z_[term.at[a]];
      for (size_t a = 0; a < term.count; ++a) {
        dual_residual_[term.at[a]] += term.weight * sum * term.factor[a];
      }
    }
  }

  // Largest error of the KKT conditions, each in its tolerance: below 1 is good enough.
  double Residuals() {
    CostSlope();
    double worst = 0;
    double largest = 1;
    gap_ = 0;
    for (size_t k = 0; k < slack_.size(); ++k) {
      AddAt(dual_residual_, qp_.bounds[k].plus, qp_.bounds[k].minus, -multiplier_[k]);
      primal_residual_[k] = Slack(k) - slack_[k];
      const double product = slack_[k] * multiplier_[k];
      worst = std::max({worst, std::abs(primal_residual_[k]) / kBoundTolerance, product / kGapTolerance});
      gap_ += product;
      largest = std::max(largest, multiplier_[k]);
    }
    gap_ /= static_cast<double>(std::max<size_t>(1, slack_.size()));
    for (const double r : dual_residual_) {
      if (!std::isfinite(r)) return r;
      worst = std::max(worst, std::abs(r) / (largest * kSlopeTolerance));
    }
    return worst;
  }

  void Iterate() {
    matrix_ = curvature_;
    for (size_t k = 0; k < slack_.size(); ++k) {
      matrix_.AddDifference(qp_.bounds[k].plus, qp_.bounds[k].minus, multiplier_[k] / slack_[k]);
      complement_[k] = slack_[k] * multiplier_[k];
    }
    matrix_.Factor();
    Direction();
    const double far = LongestStep(1.0);
    double after = 0;
    for (size_t k = 0; k < slack_.size(); ++k) {
      after += (slack_[k] + far * slack_step_[k]) * (multiplier_[k] + far * multiplier_step_[k]);
    }
    after /= static_cast<double>(std::max<size_t>(1, slack_.size()));
    const double share = gap_ > 0 ? after / gap_ : 0;
    // After a short step the products are far apart, and the second-order part could throw them from one side
    // to the other for ever: they are evened out first.
    const bool bold = last_step_ > kShortStep;
    const double target = bold ? share * share * share * gap_ : kEvenOut * gap_;
    for (size_t k = 0; k < slack_.size(); ++k) {
      complement_[k] += (bold ? slack_step_[k] * multiplier_step_[k] : 0) - target;
    }
    Direction();
    Move(kToTheBoundary * LongestStep(1 / kToTheBoundary));
  }

  // Newton's direction towards the complement that is aimed at.
  void Direction() {
    for (size_t i = 0; i < step_.size(); ++i) step_[i] = -dual_residual_[i];
    for (size_t k = 0; k < slack_.size(); ++k) {
      AddAt(step_, qp_.bounds[k].plus, qp_.bounds[k].minus,
            -(complement_[k] + multiplier_[k] * primal_residual_[k]) / slack_[k]);
    }
    matrix_.Solve(step_);
    for (size_t k = 0; k < slack_.size(); ++k) {
      slack_step_[k] = DifferenceOf(step_, qp_.bounds[k].plus, qp_.bounds[k].minus) + primal_residual_[k];
      multiplier_step_[k] = -(complement_[k] + multiplier_[k] * slack_step_[k]) / slack_[k];
    }
  }

  double LongestStep(double longest) const {
    for (size_t k = 0; k < slack_.size(); ++k) {
      if (slack_[k] + longest * slack_step_[k] < 0) longest = -slack_[k] / slack_step_[k];
      if (multiplier_[k] + longest * multiplier_step_[k] < 0) longest = -multiplier_[k] / multiplier_step_[k];
    }
    return longest;
  }

  void Move(double by) {
    last_step_ = by;
    for (size_t i = 0; i < z_.size(); ++i) z_[i] += by * step_[i];
    for (size_t k = 0; k < slack_.size(); ++k) {
      slack_[k] += by * slack_step_[k];
      multiplier_[k] += by * multiplier_step_[k];
    }
  }

  const DifferenceQp& qp_;
  Skyline curvature_;
  Skyline matrix_;  // with the bounds' part
  std::vector<double> z_;
  std::vector<double> multiplier_;
  std::vector<double> slack_;
  std::vector<double> dual_residual_;
  std::vector<double> primal_residual_;
  std::vector<double> complement_;
  std::vector<double> step_;
  std::vector<double> slack_step_;
  std::vector<double> multiplier_step_;
  double gap_ = 0;        // mean of slack times multiplier
  double last_step_ = 1;  // share of Newton's step that was taken
};

}  // namespace

QpSolution SolveQp(const DifferenceQp& qp) { return Solver(qp).Solve(); }

}  // namespace waveshift::alignment
