// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Convex quadratic problems over differences of unknowns: a primal-dual interior-point method with Mehrotra's
// predictor and corrector (J. Nocedal and S. Wright, Numerical Optimization, 2nd ed., ch. 16.6). Unknowns
// form a chain; leaves hang on it. Leaves are eliminated one by one, the chain by a skyline Cholesky factor,
// whose row r reaches back to the first unknown that it shares a term or bound with. Where that is a near
// one, time is linear in the number of unknowns.
#ifndef WAVESHIFT_ALIGNMENT_DIFFERENCE_QP_H_
#define WAVESHIFT_ALIGNMENT_DIFFERENCE_QP_H_

#include <array>
#include <cstddef>
#include <vector>

#include "alignment/phrase_problem.h"

namespace waveshift::alignment {

// weight / 2 * (z[plus] - z[minus] - centre)^2 + slope * (z[plus] - z[minus]); kNone as in Difference.
struct DifferenceTerm {
  size_t plus = Difference::kNone;
  size_t minus = Difference::kNone;
  double centre = 0;
  double weight = 0;
  double slope = 0;
};

// weight / 2 * (sum of factor * z[at] - centre)^2; of chain unknowns.
struct FourTerm {
  std::array<size_t, 4> at{};
  std::array<double, 4> factor{};
  size_t count = 4;
  double centre = 0;
  double weight = 0;
};

// An unknown that shares terms and bounds with at most two of the chain.
struct Leaf {
  std::array<size_t, 2> with{};  // one of them twice is one
};

struct DifferenceQp {
  size_t chain = 0;           // unknowns 0 to chain - 1
  std::vector<Leaf> leaves;   // unknowns chain, chain + 1, ...
  std::vector<double> begin;  // of all unknowns, where to begin: any place
  std::vector<DifferenceTerm> terms;
  std::vector<FourTerm> wide_terms;
  std::vector<Difference> bounds;
};

struct QpSolution {
  std::vector<double> z;
  std::vector<double> multipliers;  // of the bounds, >= 0
  bool converged = false;           // if not, z is the best that was found
  int iterations = 0;
};

// Pre: strictly convex; some z keeps all bounds with room to spare.
// Converged: bounds hold to 1e-9, slack times multiplier is below 5e-11, the Lagrangian's slope below 1e-6
// plus 1e-11 times the largest multiplier.
QpSolution SolveQp(const DifferenceQp& qp);

}  // namespace waveshift::alignment

#endif  // WAVESHIFT_ALIGNMENT_DIFFERENCE_QP_H_
