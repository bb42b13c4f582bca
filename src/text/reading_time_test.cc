// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "text/reading_time.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace waveshift::text {
namespace {

Cue At(int64_t start, int64_t end, const std::string& text = "Yes.") {
  return {.start_ms = start, .end_ms = end, .speaker = "", .text = text};
}

std::vector<int64_t> Ends(const std::vector<Cue>& cues) {
  std::vector<int64_t> ends;
  for (const Cue& cue : cues) ends.push_back(cue.end_ms);
  return ends;
}

using Times = std::vector<int64_t>;
const ReadingLimits kEnglish = ReadingLimitsFor("en-GB");

TEST(GiveReadingTime, AShortWordStandsForASecond) {
  EXPECT_EQ(Ends(GiveReadingTime({At(1000, 1300)}, kEnglish)), Times{2000});
}

TEST(GiveReadingTime, FastSpeechLingersUntilItIsRead) {
  const std::string text(34, 'x');  // two seconds at 17 a second
  EXPECT_EQ(Ends(GiveReadingTime({At(0, 1200, text)}, kEnglish)), Times{2000});
  EXPECT_EQ(Ends(GiveReadingTime({At(0, 2500, text)}, kEnglish)), Times{2500});
}

TEST(GiveReadingTime, NothingLingersForLong) {
  EXPECT_EQ(Ends(GiveReadingTime({At(0, 500, std::string(200, 'x'))}, kEnglish)), Times{2000});
}

TEST(GiveReadingTime, WideCharactersAreReadMoreSlowly) {
  const std::string nine = "一二三四五六七八九";
  EXPECT_EQ(Ends(GiveReadingTime({At(0, 300, nine + nine)}, ReadingLimitsFor("zh"))), Times{1800});
  EXPECT_EQ(Ends(GiveReadingTime({At(0, 900, nine)}, ReadingLimitsFor("ja"))), Times{2250});
}

TEST(GiveReadingTime, LingeringEndsBeforeTheNextCue) {
  EXPECT_EQ(Ends(GiveReadingTime({At(0, 300), At(700, 2000)}, kEnglish)), (Times{620, 2000}));
}

TEST(GiveReadingTime, ChangesAreSeen) {
  EXPECT_EQ(Ends(GiveReadingTime({At(0, 1500), At(1500, 3000)}, kEnglish)), (Times{1420, 3000}));
  // A cue that is short already is not made shorter.
  EXPECT_EQ(Ends(GiveReadingTime({At(0, 900), At(900, 3000)}, kEnglish)), (Times{900, 3000}));
}

TEST(GiveReadingTime, TwoAtOnceKeepTheirTimes) {
  EXPECT_EQ(Ends(GiveReadingTime({At(0, 800), At(500, 2000)}, kEnglish)), (Times{800, 2000}));
}

TEST(GiveReadingTime, NothingLingersAcrossABorder) {
  EXPECT_EQ(Ends(GiveReadingTime({At(5500, 5700)}, kEnglish, {6000, 12000})), Times{6000});
  EXPECT_EQ(Ends(GiveReadingTime({At(5500, 6100)}, kEnglish, {6000, 12000})), Times{6100});
  EXPECT_EQ(Ends(GiveReadingTime({At(6000, 6100)}, kEnglish, {6000, 12000})), Times{7000});
}

// What was published up to a border stands, whatever comes behind it.
TEST(GiveReadingTime, EndsUpToABorderDoNotDependOnWhatFollows) {
  std::mt19937 random(3);
  const std::vector<int64_t> borders = {6000, 12000, 18000};
  for (int trial = 0; trial < 500; ++trial) {
    std::vector<Cue> cues;
    int64_t at = 0;
    while (at < 18000) {
      at += static_cast<int64_t>(random() % 900);
      const auto length = static_cast<int64_t>(100 + random() % 2500);
      cues.push_back(At(at, at + length, std::string(1 + random() % 60, 'x')));
      if (random() % 4 != 0) at += length;
    }
    const auto whole = GiveReadingTime(cues, kEnglish, borders);
    for (const int64_t border : borders) {
      std::vector<Cue> known;
      std::copy_if(cues.begin(), cues.end(), std::back_inserter(known),
                   [&](const Cue& cue) { return cue.start_ms < border; });
      const auto early = GiveReadingTime(known, kEnglish, borders);
      for (size_t i = 0; i < early.size(); ++i) {
        ASSERT_EQ(early[i].end_ms, whole[i].end_ms) << "trial " << trial << ", cue " << i;
      }
    }
    for (size_t i = 0; i < cues.size(); ++i) {
      ASSERT_EQ(whole[i].start_ms, cues[i].start_ms);
      ASSERT_LE(whole[i].end_ms - cues[i].end_ms, kEnglish.longest_linger_ms);
      if (i + 1 < cues.size() && cues[i + 1].start_ms >= cues[i].end_ms) {
        ASSERT_LE(whole[i].end_ms, cues[i + 1].start_ms);
      }
    }
  }
}

}  // namespace
}  // namespace waveshift::text
