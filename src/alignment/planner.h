// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// When each line starts and how fast it is spoken. Pure arithmetic in samples: no I/O, no clock, no
// randomness, and only +, -, *, / and square roots of doubles without contraction, so that machines which
// follow IEEE 754 agree to the sample.
//
// The transcript is cut into phrases (phrase_cutter.h). Each phrase is one convex problem: start and length
// of all its lines at once, by the cost in phrase_problem.h, within the hard bounds of rooms.h. It is solved
// exactly (phrase_solver.h) and rounded to samples without breaking a bound (rounding.h). What earlier
// phrases became is given to it: the ends that it must not run over and the pace of each speaker's last line;
// what it would push into the next phrase is charged to it. The plan is the sequence of the phrases' optima;
// with unlimited look-ahead it would be a little cheaper (docs/adr/0007-alignment.md has the figures).
#ifndef WAVESHIFT_ALIGNMENT_PLANNER_H_
#define WAVESHIFT_ALIGNMENT_PLANNER_H_

#include <cstddef>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "base/media_time.h"

namespace waveshift::alignment {

// "Not on this timeline": behind every programme's end.
inline constexpr Samples kNever = std::numeric_limits<Samples>::max() / 4;

struct PlannerOptions {
  double max_speed = 1.2;       // usual cap of the tempo factor; speech that still does not fit is pushed
  double hard_max_speed = 1.3;  // cap when pushing alone would run into the end of the video or a kept slot
  double min_speed = 0.85;      // slower than this a line is never made
  Samples min_gap = SamplesFromMs(int64_t{80});  // between two lines that did not overlap in the original
  // A line may begin this much before its slot: a lead that is not noticed (EBU R 37-2007).
  Samples usual_early = SamplesFromMs(int64_t{40});
  // A line that would not end before the programme does may begin this much early.
  Samples max_early = SamplesFromMs(int64_t{1500});

  // Where phrases end: at pauses of phrase_pause and more; in longer speech before it has lasted for
  // longest_phrase or counts most_lines, at its longest pause. Together the look-ahead: a line is final as
  // soon as the last line is there whose slot starts less than longest_phrase behind its phrase's first.
  Samples phrase_pause = SamplesFromMs(int64_t{1000});
  Samples longest_phrase = SamplesFromMs(int64_t{12000});
  size_t most_lines = 24;
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
  // The slot_start of the line that is added next; kNever for the last.
  Samples next_start = kNever;
  // How much of the slot the original really speaks in, from slot_start on: as measured; -1 not known, the
  // whole slot.
  Samples spoken_length = -1;
  // End of the real silence behind slot_end, as measured on the original's speech: there begins sound that no
  // slot accounts for. Silence up to there may be borrowed; beyond it is hurried within the usual cap.
  Samples quiet_until = kNever;
  // End of the last kept slot before slot_start: the line does not begin early into it, unless it would be
  // left out otherwise.
  Samples kept_until = 0;
  // Start of the first kept slot at or after slot_end: speech is hurried up to hard_max_speed rather than
  // pushed into it.
  Samples next_kept = kNever;
};

struct Placement {
  Samples start = 0;
  // After stretching; 0 < length. An engine with duration control is asked for exactly this length.
  Samples length = 0;
  double speed = 1.0;  // natural_length / length
  bool fits = true;  // false: cannot be spoken whole before the programme ends; `warnings` says by how much,
                     // nothing is to be placed
  std::vector<std::string> warnings;  // for people: "1.2 s longer than its slot", "starts 0.4 s late"
};

// A sliding window over the lines. What is returned never changes afterwards and does not depend on lines of
// later phrases, so the mix may follow; adding lines one by one or all at once gives the same plan, to the
// sample. Memory: one phrase. Time: linear in the number of lines. One thread at a time.
class Planner {
 public:
  virtual ~Planner() = default;
  // Placements that have become final, in the order in which their lines were added.
  // Pre: line.slot_start >= that of the call before. A line is never cut, never faster than hard_max_speed,
  // never ends after the programme, and begins more than usual_early before slot_start (by at most max_early,
  // never over the line before) only when it would not end in time otherwise. A natural_length of 0 stands
  // for a line without sound: it does not fit and takes no room.
  virtual std::vector<Placement> Add(const LineToPlace& line) = 0;
  // The rest. The planner is at its end.
  virtual std::vector<Placement> Finish() = 0;
};

// Warnings: a line that is pushed, or more than half a second longer than its slot; starts 60 ms late or
// more; begins early to end with the video; is hurried beyond max_speed; runs into a kept slot; does not fit.
std::unique_ptr<Planner> MakePlanner(const PlannerOptions& options, Samples programme_length);

}  // namespace waveshift::alignment

#endif  // WAVESHIFT_ALIGNMENT_PLANNER_H_
