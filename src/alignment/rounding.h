// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// From the optimum in seconds to whole samples. Every bound is a difference of positions with a whole number
// on the other side, so rounding all positions alike keeps it; what the solver's tolerance leaves is put
// right against the earliest and latest plan. The result keeps every bound, whatever was given.
#ifndef WAVESHIFT_ALIGNMENT_ROUNDING_H_
#define WAVESHIFT_ALIGNMENT_ROUNDING_H_

#include <span>
#include <vector>

#include "alignment/rooms.h"

namespace waveshift::alignment {

struct SamplePlan {
  std::vector<Samples> start;  // one a line; of lines that do not fit without meaning
  std::vector<Samples> end;
};

// `z`: starts and ends of the lines that fit, in seconds from `origin`.
SamplePlan RoundPlan(const PhraseRooms& phrase, std::span<const double> z, Samples origin);

}  // namespace waveshift::alignment

#endif  // WAVESHIFT_ALIGNMENT_ROUNDING_H_
