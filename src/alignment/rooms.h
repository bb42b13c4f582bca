// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The hard bounds of one phrase, in whole samples: what no plan of it may break.
//
//  start >= earliest       usual_early before the slot, never over what earlier phrases became
//  end <= latest_end       the programme's end, and a kept slot that can be kept clear of
//  shortest <= length <= longest
//  order                   starts of later lines against starts and ends of earlier ones:
//    lines whose slots did not overlap: min_gap between the end of one and the start of the other;
//    lines whose slots overlapped: the later line starts no earlier before the end of the other than its slot
//    did (an overlap is not made longer than it was), and not before its start.
//
// Where the lines before a wall (a kept slot, the programme's end) would run into it at the usual cap,
// `shortest` of the lines that press against it goes below that cap, evenly, by just as much as the wall
// wants and down to the hard cap. Before the programme's end those lines may then begin up to max_early
// early, but not in a kept slot; then the gap between them is given up, and at last they begin in the kept
// slot. A line that would end after the programme even so is left out.
#ifndef WAVESHIFT_ALIGNMENT_ROOMS_H_
#define WAVESHIFT_ALIGNMENT_ROOMS_H_

#include <cstddef>
#include <span>
#include <vector>

#include "alignment/planner.h"

namespace waveshift::alignment {

struct Room {
  Samples earliest = 0;
  Samples latest_end = kNever;
  Samples shortest = 1;
  Samples longest = 1;
  Samples usual_shortest = 1;  // at the usual cap
  bool fits = true;
  bool runs_into_kept = false;  // even at the hard cap
  Samples too_long_by = 0;      // of a line that does not fit: how far it would end behind the programme
};

// start[second] >= (from_start ? start[first] : end[first]) + gap.
struct Order {
  size_t first = 0;
  size_t second = 0;
  Samples gap = 0;
  bool from_start = false;
};

// A line of an earlier phrase.
struct Placed {
  Samples slot_end = 0;
  Samples start = 0;
  Samples end = 0;
};

struct PhraseRooms {
  std::vector<Room> rooms;    // one a line
  std::vector<Order> orders;  // between lines that fit; pairs that follow from others are left out
};

// The fewest samples that `natural` may become without being faster than `speed`.
Samples ShortestAt(Samples natural, double speed);

// By how much the second of two slots must start behind the first one's end: min_gap, or, negative, the
// original's overlap.
Samples GapBetween(Samples first_slot_end, Samples second_slot_start, Samples min_gap);

PhraseRooms FindRooms(std::span<const LineToPlace> lines, std::span<const Placed> placed,
                      const PlannerOptions& options, Samples programme_length);

// The earliest plan within the bounds: every line at its shortest, as early as the lines before it allow.
struct EarliestPlan {
  std::vector<Samples> start;
  std::vector<Samples> end;
};
EarliestPlan PlanEarliest(const PhraseRooms& phrase);

}  // namespace waveshift::alignment

#endif  // WAVESHIFT_ALIGNMENT_ROOMS_H_
