// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Random transcripts with takes, for tests.
#ifndef WAVESHIFT_ALIGNMENT_TEST_SCRIPTS_H_
#define WAVESHIFT_ALIGNMENT_TEST_SCRIPTS_H_

#include <algorithm>
#include <random>
#include <vector>

#include "alignment/planner.h"

namespace waveshift::alignment {

struct Script {
  std::vector<LineToPlace> lines;
  Samples length = 0;
};

inline constexpr Samples Ms(int64_t ms) { return SamplesFromMs(ms); }

// Fills in each line's next_start.
inline void Link(Script& script) {
  for (size_t i = 0; i < script.lines.size(); ++i) {
    script.lines[i].next_start = i + 1 < script.lines.size() ? script.lines[i + 1].slot_start : kNever;
  }
}

// Lines with touching, overlapping and far slots, takes far too short and far too long, three speakers, some
// slots that keep their sound, some sound that is in no slot.
inline Script RandomScript(unsigned seed, size_t count) {
  std::mt19937 random(seed);
  const auto pick = [&](int64_t low, int64_t high) {
    return low + static_cast<int64_t>(random() % static_cast<uint64_t>(high - low + 1));
  };
  Script script;
  Samples at = pick(0, Ms(2000));
  for (size_t i = 0; i < count; ++i) {
    LineToPlace line;
    line.slot_start = at;
    line.slot_end = at + pick(1, Ms(6000));
    const Samples slot = line.slot_end - line.slot_start;
    line.natural_length =
        pick(0, 3) == 0 ? pick(1, 2 * slot + Ms(200)) : pick(slot * 3 / 4 + 1, slot * 5 / 4 + 1);
    line.speaker = std::string(1, static_cast<char>('A' + pick(0, 2)));
    line.take_speed = pick(0, 1) == 0 ? 1.0 : static_cast<double>(pick(85, 125)) / 100;
    if (pick(0, 1) == 0) line.spoken_length = pick(0, slot);
    if (pick(0, 7) == 0) line.quiet_until = line.slot_end + pick(0, Ms(1000));
    script.lines.push_back(line);
    const int64_t kind = pick(0, 9);
    at = kind < 2   ? line.slot_end
         : kind < 4 ? at + pick(0, slot)
         : kind < 8 ? line.slot_end + pick(0, Ms(800))
                    : line.slot_end + pick(0, Ms(4000));
    if (pick(0, 9) == 0) script.lines.back().next_kept = line.slot_end + pick(0, Ms(500));
  }
  for (const LineToPlace& line : script.lines) script.length = std::max(script.length, line.slot_end);
  script.length += pick(0, Ms(500));
  Link(script);
  return script;
}

// The plan of all lines.
inline std::vector<Placement> PlanOf(const Script& script, const PlannerOptions& options = {}) {
  const auto planner = MakePlanner(options, script.length);
  std::vector<Placement> plan;
  const auto take = [&plan](std::vector<Placement> some) {
    plan.insert(plan.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
  };
  for (const LineToPlace& line : script.lines) take(planner->Add(line));
  take(planner->Finish());
  return plan;
}

}  // namespace waveshift::alignment

#endif  // WAVESHIFT_ALIGNMENT_TEST_SCRIPTS_H_
