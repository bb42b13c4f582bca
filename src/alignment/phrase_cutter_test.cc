// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "alignment/phrase_cutter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "alignment/test_scripts.h"

namespace waveshift::alignment {
namespace {

using testing::ElementsAre;

std::vector<size_t> StartsOf(const std::vector<std::pair<int64_t, int64_t>>& slots_ms) {
  std::vector<Slot> slots;
  slots.reserve(slots_ms.size());
  for (const auto& [start, end] : slots_ms) slots.push_back({Ms(start), Ms(end)});
  return PhraseStarts(slots, {});
}

TEST(PhraseCutter, CutsAtLongPauses) {
  EXPECT_THAT(StartsOf({{0, 1000}, {1999, 3000}, {4000, 5000}, {5000, 6000}}), ElementsAre(0, 0, 2, 2));
  EXPECT_THAT(StartsOf({}), ElementsAre());
}

TEST(PhraseCutter, ALongLineUnderShortOnesIsNoPause) {
  EXPECT_THAT(StartsOf({{0, 9000}, {1000, 2000}, {5000, 6000}, {11000, 12000}}), ElementsAre(0, 0, 0, 3));
}

TEST(PhraseCutter, CutsLongSpeechAtItsLongestPause) {
  // The fifth line would start 12 s behind the first; of the pauses behind lines 2, 3 and 4 the third is
  // longest.
  EXPECT_THAT(StartsOf({{0, 2500}, {3200, 5500}, {6000, 8000}, {8600, 11500}, {12000, 14000}}),
              ElementsAre(0, 0, 0, 3, 3));
}

TEST(PhraseCutter, ALineLongerThanAPhraseIsOne) {
  EXPECT_THAT(StartsOf({{0, 30000}, {30100, 30200}, {30300, 30400}}), ElementsAre(0, 1, 1));
}

TEST(PhraseCutter, BoundsTheNumberOfLines) {
  const PlannerOptions options;
  const auto starts = PhraseStarts(std::vector<Slot>(1000, Slot{0, Ms(1000)}), options);
  for (size_t i = 0; i < starts.size(); ++i) EXPECT_LT(i - starts[i], options.most_lines);
}

TEST(PhraseCutter, TheLookAheadIsBounded) {
  const PlannerOptions options;
  const Script script = RandomScript(3, 5000);
  PhraseCutter cutter(options);
  size_t first = 0;
  for (size_t i = 0; i < script.lines.size(); ++i) {
    const LineToPlace& line = script.lines[i];
    first += cutter.Add({line.slot_start, line.slot_end}, line.next_start);
    // Whatever is still open began less than longest_phrase ago.
    if (first <= i) {
      EXPECT_LT(line.next_start - script.lines[first].slot_start, options.longest_phrase + Ms(6000));
      EXPECT_LT(line.slot_start - script.lines[first].slot_start, options.longest_phrase);
    }
  }
  EXPECT_EQ(first, script.lines.size());
}

}  // namespace
}  // namespace waveshift::alignment
