// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Ways to time a dub: ours, and baselines after what other systems are known to do (written from descriptions
// of their rules; none of their code).
#ifndef WAVESHIFT_BENCH_TIMING_STRATEGIES_H_
#define WAVESHIFT_BENCH_TIMING_STRATEGIES_H_

#include <string>
#include <vector>

#include "timing/transcripts.h"

namespace waveshift::bench {

// Where a line is heard.
struct Heard {
  Samples start = 0;
  Samples length = 0;
  double speed = 1;
  Samples cut = 0;  // of the natural take: words that are not heard
  Samples end() const { return start + length; }
};
using Plan = std::vector<Heard>;

struct Strategy {
  const char* name;
  Plan (*plan)(const Case&);
};

Plan Ours(const Case& given);
// All lines as one phrase: the optimum without a window.
Plan OursAtOnce(const Case& given);
// Natural rate, the silence before the next onset, faster up to 1.2, pushed: line after line, without looking
// ahead. What WaveShift did before.
Plan Greedy(const Case& given);
// Each line fills its slot exactly, at whatever speed.
Plan SlotStretch(const Case& given);
// The same between 0.8 and 1.3, always at its onset: runs over the next line when that is not enough.
Plan SlotStretchCapped(const Case& given);
// Up to five lines with pauses below 1.5 s at one speed up to 1.4, one after the other; what is still over is
// cut where the next chunk begins.
Plan ChunkStretch(const Case& given);
// Batches of three lines whose total is made right, shares in proportion to each line's excess, slower by 12
// % at most; lines are appended to what came before.
Plan BatchProportion(const Case& given);
// The silence before the next onset (50 ms kept), up to 1.8 times as fast, slow lines down to 0.85 until 95 %
// of the slot are filled, the rest cut off.
Plan GapStretchTrim(const Case& given);
// Natural rate, the silence before the next onset, the rest cut off.
Plan GapTrim(const Case& given);

const std::vector<Strategy>& Strategies();

}  // namespace waveshift::bench

#endif  // WAVESHIFT_BENCH_TIMING_STRATEGIES_H_
