// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// When each line starts and how fast it is spoken. Pure arithmetic in samples: no I/O, no clock, no
// randomness.
#ifndef WAVESHIFT_ALIGNMENT_PLANNER_H_
#define WAVESHIFT_ALIGNMENT_PLANNER_H_

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "base/media_time.h"

namespace waveshift::alignment {

struct PlannerOptions {
  double max_speed = 1.2;       // usual cap of the tempo factor; speech that still does not fit is pushed
  double hard_max_speed = 1.3;  // cap when pushing alone would run into the end of the video or a kept slot
  double min_speed = 0.85;      // slower than this a line is never made
  Samples min_gap = SamplesFromMs(int64_t{80});  // between two lines that did not overlap in the original
  Samples max_early = SamplesFromMs(
      int64_t{1500});  // a line that would not end before the programme does may begin this much early
  // A line that fills less than `slow_below` of its slot is slowed a little, the more the emptier the slot,
  // to gentle_min_speed at least.
  double slow_below = 0.8;
  double gentle_min_speed = 0.92;
};

// A line to place; lines come in order of slot_start.
struct LineToPlace {
  Samples slot_start = 0;
  Samples slot_end = 0;
  Samples natural_length = 0;  // of the take at the engine's natural rate
  std::string speaker;
  // Tempo that the take has already (the speaker's habitual rate, asked of the engine): the caps and
  // `Placement::speed` count on top of it, so that take_speed * speed <= the caps. A take_speed above a cap
  // leaves speed at 1 at most.
  double take_speed = 1.0;
  // Where something begins that must not be spoken over: the next line's slot that starts at or after
  // slot_end, or a kept slot, or the programme's end. Silence up to there may be borrowed.
  Samples next_onset = 0;
  // True when the next line's slot overlapped this one in the original: then they may overlap again.
  bool overlaps_next = false;
  bool overlaps_previous = false;
  // Start of the first kept slot at or after slot_end: speech is hurried up to hard_max_speed rather than
  // pushed into it.
  Samples next_kept = std::numeric_limits<Samples>::max();
};

struct Placement {
  Samples start = 0;
  Samples length = 0;  // after stretching; 0 < length
  double speed = 1.0;  // natural_length / length
  bool fits = true;  // false: cannot be spoken whole before the programme ends; `warnings` says by how much,
                     // nothing is to be placed
  std::vector<std::string> warnings;  // for people: "1.2 s longer than its slot", "starts 0.4 s late"
};

// Places lines one after another; the plan of a line never changes afterwards, so the mix may follow closely.
class Planner {
 public:
  virtual ~Planner() = default;
  // Pre: line.slot_start >= that of the call before. A line is never cut, never faster than hard_max_speed,
  // never ends after the programme, and begins before slot_start (by at most max_early, never over the line
  // before) only when it would not end in time otherwise.
  virtual Placement Place(const LineToPlace& line) = 0;
};

// Version 1: natural rate; borrow the silence before the next onset; speed up within the cap; push into the
// following pause; flag.
//
//  1. A line starts at its slot_start, or min_gap after the lines before that did not overlap it in the
//  original, whichever is later.
//  2. It may last until min_gap before next_onset (to the very end of the programme; to slot_end when the
//  next line overlaps it: the
//     original's overlap is not made longer). If it fits at its natural rate, that is its rate, or a little
//     slower (slow_below).
//  3. If not, it is hurried by as much as is needed, up to max_speed. What still does not fit is pushed:
//  later lines start later and
//     catch up in their own pauses. hard_max_speed is used where pushing would run into a kept slot or past
//     the programme's end.
//  4. A line that would still end after the programme begins early; where that does not do it either, it does
//  not fit.
// Warnings: a line that is pushed, or more than half a second longer than its slot; starts 50 ms late or
// more; begins early; is hurried beyond max_speed; runs into a kept slot; does not fit.
std::unique_ptr<Planner> MakeGreedyPlanner(const PlannerOptions& options, Samples programme_length);

}  // namespace waveshift::alignment

#endif  // WAVESHIFT_ALIGNMENT_PLANNER_H_
