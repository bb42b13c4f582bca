// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "voices/solo_ranges.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <random>
#include <vector>

namespace waveshift::voices {
namespace {

Samples Ms(int64_t ms) { return SamplesFromMs(ms); }
Turn Speech(int64_t start_ms, int64_t end_ms, int speaker) { return {Ms(start_ms), Ms(end_ms), speaker}; }
Turn Music(int64_t start_ms, int64_t end_ms) { return {Ms(start_ms), Ms(end_ms), Turn::kNotSpeech}; }
SoloRange Range(int speaker, int64_t start_ms, int64_t end_ms) { return {speaker, Ms(start_ms), Ms(end_ms)}; }

constexpr Samples kLength = SamplesFromMs(int64_t{60000});
using Ranges = std::vector<SoloRange>;

TEST(SoloRanges, ASpeakerAloneHasTheTurnWithItsPadding) {
  const std::vector<Turn> turns = {Speech(1000, 3000, 0)};
  EXPECT_EQ(SoloRanges(turns, kLength), (Ranges{Range(0, 800, 3200)}));
  EXPECT_TRUE(SoloRanges({}, kLength).empty());
}

TEST(SoloRanges, KeepsAwayFromOthers) {
  // The second turn begins 100 ms after the first one ends; the third overlaps the second.
  const std::vector<Turn> turns = {Speech(1000, 3000, 0), Speech(3100, 6000, 1), Speech(5000, 9000, 2)};
  EXPECT_EQ(SoloRanges(turns, kLength),
            (Ranges{Range(0, 800, 2800), Range(1, 3300, 4700), Range(2, 6300, 9200)}));
}

TEST(SoloRanges, AnInterjectionCutsATurnInTwo) {
  const std::vector<Turn> turns = {Speech(0, 10000, 0), Speech(4000, 4200, 1)};
  EXPECT_EQ(SoloRanges(turns, kLength), (Ranges{Range(0, 0, 3700), Range(0, 4500, 10200)}));
}

TEST(SoloRanges, OnesOwnTurnsNeverDisturb) {
  const std::vector<Turn> turns = {Speech(5000, 8000, 0), Speech(1000, 3000, 0), Speech(3100, 5500, 0)};
  EXPECT_EQ(SoloRanges(turns, kLength), (Ranges{Range(0, 800, 8200)}));
}

TEST(SoloRanges, WhatIsNoSpeechIsNobodysUnlessAllowed) {
  const std::vector<Turn> turns = {Speech(1000, 4000, 0), Music(2000, 3000), Music(4100, 5000)};
  EXPECT_EQ(SoloRanges(turns, kLength), (Ranges{Range(0, 800, 2000), Range(0, 3000, 4100)}));
  EXPECT_EQ(SoloRanges(turns, kLength, {.may_cross_non_speech = true}), (Ranges{Range(0, 800, 4200)}));
}

TEST(SoloRanges, TimesThatMakeNoSenseSayNothing) {
  const std::vector<Turn> turns = {
      Speech(3000, 1000, 0),
      Speech(2000, 2000, 0),
      Speech(-5000, 4000, 1),
      Speech(70000, 80000, 2),
      Speech(58000, 90000, 3),
      {std::numeric_limits<Samples>::max() - 5, std::numeric_limits<Samples>::max(), 1},
      Speech(10000, 11000, 4),
  };
  EXPECT_EQ(SoloRanges(turns, kLength), (Ranges{Range(4, 9800, 11200), Range(3, 57800, 60000)}));
}

TEST(SoloRanges, EverybodyAtOnceLeavesNothing) {
  std::vector<Turn> turns;
  turns.reserve(50);
  for (int i = 0; i < 50; ++i) turns.push_back(Speech(1000, 50000, i));
  EXPECT_TRUE(SoloRanges(turns, kLength).empty());
}

TEST(SoloRanges, PaddingBeyondTheGuardStaysFromOthersToo) {
  const std::vector<Turn> turns = {Speech(5000, 6000, 0), Speech(7000, 8000, 1)};
  EXPECT_EQ(SoloRanges(turns, kLength, {.padding = Ms(2000)}),
            (Ranges{Range(0, 3000, 6700), Range(1, 6300, 10000)}));
}

// Against the definition, on a grid of 100 ms.
TEST(SoloRanges, HoldsForAnyTranscript) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    const auto pick = [&](int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); };
    std::vector<Turn> turns(static_cast<size_t>(1 + pick(12)));
    const int speakers = 1 + pick(static_cast<int>(turns.size()));
    for (Turn& turn : turns) {
      turn.start = Ms(int64_t{100} * pick(200));
      turn.end = turn.start + Ms(int64_t{100} * (pick(40) - 2));
      turn.speaker = pick(5) == 0 ? Turn::kNotSpeech : pick(speakers);
    }
    const bool may_cross = pick(2) == 0;
    const Samples length = Ms(20000);
    const auto ranges = SoloRanges(turns, length, {.may_cross_non_speech = may_cross});
    for (Samples at = Ms(50); at < length; at += Ms(100)) {
      for (int speaker = 0; speaker < speakers; ++speaker) {
        bool own = false;
        bool disturbed = false;
        for (const Turn& turn : turns) {
          if (turn.end <= turn.start || turn.start >= length) continue;
          const Samples end = std::min(turn.end, length);
          const auto near = [&](Samples margin) { return at >= turn.start - margin && at < end + margin; };
          if (turn.speaker == speaker) {
            own = own || near(Ms(200));
          } else if (turn.speaker == Turn::kNotSpeech) {
            disturbed = disturbed || (!may_cross && near(0));
          } else {
            disturbed = disturbed || near(Ms(300));
          }
        }
        const bool given = std::any_of(ranges.begin(), ranges.end(), [&](const SoloRange& range) {
          return range.speaker == speaker && at >= range.start && at < range.end;
        });
        ASSERT_EQ(given, own && !disturbed) << "round " << round << " at " << at << " speaker " << speaker;
      }
    }
  }
}

// 100,000 turns of many shapes: what grows with their square would not end within the test's time.
TEST(SoloRanges, ManyTurnsCostLittle) {
  constexpr int kTurns = 100000;
  const Samples length = Ms(int64_t{kTurns} * 1000);
  std::vector<Turn> turns;
  turns.reserve(kTurns);
  for (int i = 0; i < kTurns; ++i) turns.push_back(Speech(1000LL * i, 1000LL * i + 900, i % 7));
  EXPECT_EQ(SoloRanges(turns, length).size(), static_cast<size_t>(kTurns));
  std::vector<Turn> nested;
  nested.reserve(kTurns);
  for (int i = 0; i < kTurns; ++i) {
    nested.push_back(Speech(i, 1000LL * kTurns - i, i));
  }
  EXPECT_TRUE(SoloRanges(nested, length).empty());
  std::vector<Turn> one;
  one.reserve(kTurns);
  for (int i = 0; i < kTurns; ++i) one.push_back(Speech(i, 1000LL * kTurns - i, 0));
  EXPECT_EQ(SoloRanges(one, length).size(), 1U);
}

TEST(RangesToHear, TheLongestUntilThereIsEnough) {
  const Ranges ranges = {Range(0, 0, 1000), Range(0, 2000, 7000), Range(0, 8000, 40000),
                         Range(0, 50000, 55000), Range(0, 56000, 56500)};
  const auto hear = [&](int64_t budget_ms) { return RangesToHear(ranges, Ms(budget_ms), Ms(15000)); };
  EXPECT_TRUE(hear(0).empty());
  EXPECT_EQ(hear(15000), (std::vector<size_t>{2}));
  EXPECT_EQ(hear(15001), (std::vector<size_t>{1, 2}));
  EXPECT_EQ(hear(25500), (std::vector<size_t>{0, 1, 2, 3}));
  EXPECT_EQ(hear(600000), (std::vector<size_t>{0, 1, 2, 3, 4}));
  EXPECT_TRUE(RangesToHear({}, Ms(1000), Ms(1000)).empty());
}

}  // namespace
}  // namespace waveshift::voices
