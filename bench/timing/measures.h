// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_BENCH_TIMING_MEASURES_H_
#define WAVESHIFT_BENCH_TIMING_MEASURES_H_

#include "timing/strategies.h"

namespace waveshift::bench {

struct Measures {
  // A line: alignment/phrase_problem.h over the whole transcript as one phrase. Without end when a hard bound
  // is broken (speed outside 0.85 to 1.3, overlap, words cut).
  double cost = 0;
  double broken = 0;     // share of lines that break one
  double too_fast = 0;   // share of lines spoken above 1.2 times
  double cut = 0;        // share of the natural speech that is not heard
  double drift_ms = 0;   // mean of what a start is off beyond what is not noticed (60 ms late, 40 early)
  double worst_ms = 0;   // the most that a start is off
  double jumpiness = 0;  // root mean square change of log speed between neighbouring lines of a speaker
  double coverage = 0;   // share of the original's speech time in which the dub speaks
  double slc_2 = 0;      // share of lines whose length is within 20 % of their slot's
  double slc_4 = 0;      // 40 %
  double overlap_s = 0;  // seconds in which lines overlap that did not in the original, or longer than there
};

Measures Measure(const Case& given, const Plan& plan);

}  // namespace waveshift::bench

#endif  // WAVESHIFT_BENCH_TIMING_MEASURES_H_
