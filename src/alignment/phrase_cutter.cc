// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "alignment/phrase_cutter.h"

#include <algorithm>

namespace waveshift::alignment {

size_t PhraseCutter::Add(const Slot& slot, Samples next_start) {
  Samples end = std::max(slot.start, slot.end);
  if (!open_.empty()) end = std::max(end, open_.back().end_so_far);
  open_.push_back({slot.start, end, next_start});
  size_t closed = 0;
  if (next_start >= kNever || next_start - end >= options_.phrase_pause) {
    closed = open_.size();
  } else if (next_start - open_.front().start >= options_.longest_phrase ||
             open_.size() >= std::max<size_t>(options_.most_lines, 1)) {
    closed = LongestPause();
  }
  Drop(closed);
  return closed;
}

size_t PhraseCutter::LongestPause() const {
  const size_t from = (open_.size() + 1) / 2 - 1;
  size_t best = from;
  for (size_t i = from; i < open_.size(); ++i) {
    const auto pause = [this](size_t k) { return open_[k].next_start - open_[k].end_so_far; };
    if (pause(i) >= pause(best)) best = i;
  }
  return best + 1;
}

void PhraseCutter::Drop(size_t count) {
  open_.erase(open_.begin(), open_.begin() + static_cast<ptrdiff_t>(count));
}

std::vector<size_t> PhraseStarts(std::span<const Slot> slots, const PlannerOptions& options) {
  PhraseCutter cutter(options);
  std::vector<size_t> starts(slots.size());
  size_t first = 0;
  for (size_t i = 0; i < slots.size(); ++i) {
    const size_t closed = cutter.Add(slots[i], i + 1 < slots.size() ? slots[i + 1].start : kNever);
    std::fill_n(starts.begin() + static_cast<ptrdiff_t>(first), closed, first);
    first += closed;
  }
  return starts;
}

}  // namespace waveshift::alignment
