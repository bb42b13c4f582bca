// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The optimum of one phrase. Every bend in the cost is written as one more unknown that a bound holds up, so
// that the problem becomes a quadratic one over differences (difference_qp.h):
//
//   max(0, y - from)^2      least L^2 with L >= y - from
//   |x - onset|             least 2 * L - (x - onset) with L >= 0, L >= x - onset
//   max(0, 1 - r)^2         least (E - y)^2 / natural^2 with E >= x + natural
//   max(0, covered - l)     least F - y with F >= y, F >= x + covered
#ifndef WAVESHIFT_ALIGNMENT_PHRASE_SOLVER_H_
#define WAVESHIFT_ALIGNMENT_PHRASE_SOLVER_H_

#include <vector>

#include "alignment/phrase_problem.h"

namespace waveshift::alignment {

struct PhraseSolution {
  std::vector<double> z;            // starts and ends in seconds
  std::vector<double> multipliers;  // of problem.bounds, >= 0
  bool converged = false;           // if not, z is the best that was found
  int iterations = 0;
};

PhraseSolution SolvePhrase(const PhraseProblem& problem);

}  // namespace waveshift::alignment

#endif  // WAVESHIFT_ALIGNMENT_PHRASE_SOLVER_H_
