// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Where phrases end. Depends on the transcript's slots alone, never on how long takes are, so it is known
// beforehand which lines a missing take could still move.
#ifndef WAVESHIFT_ALIGNMENT_PHRASE_CUTTER_H_
#define WAVESHIFT_ALIGNMENT_PHRASE_CUTTER_H_

#include <cstddef>
#include <deque>
#include <span>
#include <vector>

#include "alignment/planner.h"

namespace waveshift::alignment {

struct Slot {
  Samples start = 0;
  Samples end = 0;
};

// Fed slots in order of start.
//  1. A phrase ends behind a line when the next line starts phrase_pause or more behind every end so far,
//     or when there is no next line.
//  2. When the next line would start longest_phrase or more behind the phrase's start, or would be one more
//     than most_lines, the phrase ends at the longest pause of its second half (of its lines), the last of
//     equals.
class PhraseCutter {
 public:
  explicit PhraseCutter(const PlannerOptions& options) : options_(options) {}
  // How many of the lines that are open, from the first on, are now a whole phrase; they are open no
  // longer. 0 for none. next_start: kNever when there is none.
  size_t Add(const Slot& slot, Samples next_start);

 private:
  struct Open {
    Samples start = 0;
    Samples end_so_far = 0;  // latest end of the open lines up to this one
    Samples next_start = 0;
  };
  size_t LongestPause() const;
  void Drop(size_t count);

  const PlannerOptions options_;
  std::deque<Open> open_;
};

// For each line the index of its phrase's first line.
std::vector<size_t> PhraseStarts(std::span<const Slot> slots, const PlannerOptions& options);

}  // namespace waveshift::alignment

#endif  // WAVESHIFT_ALIGNMENT_PHRASE_CUTTER_H_
