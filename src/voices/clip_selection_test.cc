// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "voices/clip_selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace waveshift::voices {
namespace {

using testing::HasSubstr;

size_t Windows(double seconds) {
  return static_cast<size_t>(std::llround(seconds * kTimelineRateHz / static_cast<double>(kSpeechWindow)));
}
ClipWindow Spoken() {
  return {.speech = 0.97F, .level_db = -22, .background_db = -60, .pitch_hz = 120, .is_clipped = false};
}
ClipWindow Pause() {
  return {.speech = 0.02F, .level_db = -65, .background_db = -60, .pitch_hz = 0, .is_clipped = false};
}

// A range under construction.
class Range {
 public:
  explicit Range(double start_s) { range_.start = SamplesFromSeconds(start_s); }
  Range& Add(const ClipWindow& window, double seconds) {
    range_.windows.insert(range_.windows.end(), Windows(seconds), window);
    return *this;
  }
  Range& Talk(double seconds) { return Add(Pause(), 0.5).Add(Spoken(), seconds).Add(Pause(), 0.5); }
  // Changes all windows from `start_s` of the range on.
  template <typename Change>
  Range& With(double start_s, double seconds, Change change) {
    for (size_t w = Windows(start_s); w < std::min(range_.windows.size(), Windows(start_s + seconds)); ++w) {
      change(range_.windows[w]);
    }
    return *this;
  }
  operator MeasuredRange() const { return range_; }

 private:
  MeasuredRange range_;
};

ClipChoice Select(const std::vector<MeasuredRange>& ranges, const ClipRules& rules = {}) {
  return SelectClip(ranges, rules);
}
bool Covers(const ClipChoice& choice, double second) {
  const Samples at = SamplesFromSeconds(second);
  return std::any_of(choice.pieces.begin(), choice.pieces.end(), [at](const ClipPiece& piece) {
    return at >= piece.start && at < piece.start + piece.length;
  });
}
double Seconds(const ClipChoice& choice) { return SecondsFromSamples(choice.length()); }

TEST(ClipSelection, ACleanLineIsTakenWithSomePauseAroundIt) {
  const ClipChoice choice = Select({Range(10).Talk(5)});
  ASSERT_EQ(choice.pieces.size(), 1U) << choice.reason;
  EXPECT_NEAR(SecondsFromSamples(choice.pieces[0].start), 10.3, 0.04);
  EXPECT_NEAR(Seconds(choice), 5.4, 0.08);
  EXPECT_GT(choice.score.total, 0.9);
  EXPECT_EQ(choice.reason, "");
}

TEST(ClipSelection, ReasonsWhenThereIsNone) {
  EXPECT_EQ(Select({}).reason, "nowhere is this speaker alone");
  EXPECT_EQ(Select({Range(0).Add(Pause(), 9)}).reason, "no speech is heard");
  EXPECT_EQ(Select({MeasuredRange{}}).reason, "no speech is heard");
  EXPECT_EQ(Select({Range(0).Talk(1.6)}).reason, "1.6 s of clean speech, 3.0 s are wanted");
  const auto loud = [](ClipWindow& w) { w.is_clipped = true; };
  EXPECT_THAT(Select({Range(0).Talk(4).With(0, 9, loud)}).reason, HasSubstr("left out: 4.0 s clipped"));
  const auto music = [](ClipWindow& w) { w.background_db = -19; };
  EXPECT_THAT(Select({Range(0).Talk(4).With(0, 9, music)}).reason, HasSubstr("4.0 s under music or noise"));
  const auto faint = [](ClipWindow& w) { w.level_db = -55, w.background_db = -85; };
  EXPECT_THAT(Select({Range(0).Talk(4).With(0, 9, faint)}).reason, HasSubstr("4.0 s too quiet"));
  Range words(0);
  for (int i = 0; i < 20; ++i) words.Talk(0.4);
  EXPECT_THAT(Select({words}).reason, HasSubstr("in pieces that are too short"));
}

TEST(ClipSelection, SeveralPiecesAreJoined) {
  const ClipChoice choice = Select({Range(5).Talk(1.5), Range(20).Talk(1.4), Range(40).Talk(1.2)});
  ASSERT_EQ(choice.pieces.size(), 3U) << choice.reason;
  EXPECT_TRUE(std::is_sorted(choice.pieces.begin(), choice.pieces.end(),
                             [](const ClipPiece& a, const ClipPiece& b) { return a.start < b.start; }));
}

TEST(ClipSelection, NeverLongerThanWanted) {
  std::vector<MeasuredRange> ranges;
  ranges.reserve(10);
  for (int i = 0; i < 10; ++i) ranges.push_back(Range(30 * i).Talk(3.7));
  EXPECT_LE(Seconds(Select(ranges)), 12.0);
  EXPECT_GE(Seconds(Select(ranges)), 8.0);
  // A monologue without any pause is cut inside.
  const ClipChoice one = Select({Range(0).Add(Spoken(), 60)});
  EXPECT_LE(Seconds(one), 12.0);
  EXPECT_GE(Seconds(one), 9.0) << one.reason;
  for (const double most_s : {0.2, 0.7, 1.0, 2.0, 3.0, 5.0}) {
    ClipRules rules;
    rules.most = SamplesFromSeconds(most_s);
    rules.least = rules.most * 2 / 5;
    const ClipChoice choice = Select({Range(0).Talk(20)}, rules);
    EXPECT_FALSE(choice.pieces.empty()) << most_s << ": " << choice.reason;
    EXPECT_LE(Seconds(choice), most_s) << most_s;
  }
}

// Lines of which only two fit whole: the third is shortened when that much is wanted, at a quiet place.
TEST(ClipSelection, APieceIsShortenedWhenItMustFit) {
  const auto dip = [](ClipWindow& w) { w.level_db = -40; };
  std::vector<MeasuredRange> ranges;
  ranges.reserve(5);
  for (int i = 0; i < 5; ++i) ranges.push_back(Range(20 * i).Talk(3.9).With(3.2, 0.04, dip));
  ClipRules rules;
  EXPECT_NEAR(Seconds(Select(ranges, rules)), 8.6, 0.1);
  rules.least = SamplesFromSeconds(9.6);
  const ClipChoice choice = Select(ranges, rules);
  ASSERT_EQ(choice.pieces.size(), 3U) << choice.reason;
  EXPECT_LE(Seconds(choice), 12.0);
  const ClipPiece& last = choice.pieces.back();
  EXPECT_NEAR(SecondsFromSamples(last.start + last.length), 43.2, 0.04);
}

TEST(ClipSelection, ClippedAndNoisyStretchesAreCutOut) {
  const auto clipped = [](ClipWindow& w) { w.is_clipped = true; };
  const auto music = [](ClipWindow& w) { w.background_db = -18; };
  const ClipChoice choice = Select({Range(0).Talk(9).With(3, 0.1, clipped).With(6, 1, music)});
  ASSERT_FALSE(choice.pieces.empty()) << choice.reason;
  EXPECT_FALSE(Covers(choice, 3.05));
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(Covers(choice, 6.05 + 0.1 * i)) << i;
  EXPECT_TRUE(Covers(choice, 2));
  EXPECT_TRUE(Covers(choice, 5));
}

// A short breath of music between two loud ones is no clean place: background is smoothed.
TEST(ClipSelection, MusicThatComesAndGoesIsMusic) {
  Range range = Range(0).Talk(6);
  for (int i = 0; i < 200; i += 2) {
    range.With(i * 0.064, 0.04, [](ClipWindow& w) { w.background_db = -20; });
  }
  EXPECT_THAT(Select({range}).reason, HasSubstr("under music or noise"));
}

TEST(ClipSelection, WithoutABackgroundThePausesSayHowLoudItIs) {
  const auto unknown = [](ClipWindow& w) { w.background_db = ClipWindow::kNotKnown; };
  const auto loud_pauses = [](ClipWindow& w) {
    w.background_db = ClipWindow::kNotKnown;
    if (w.speech < 0.5) w.level_db = -27;
  };
  const ClipChoice clean = Select({Range(0).Talk(5).With(0, 9, unknown)});
  ASSERT_FALSE(clean.pieces.empty());
  EXPECT_GT(clean.score.clean, 0.9);
  EXPECT_THAT(Select({Range(0).Talk(5).With(0, 9, loud_pauses)}).reason, HasSubstr("under music or noise"));
  const ClipChoice no_pauses = Select({Range(0).Add(Spoken(), 5).With(0, 9, unknown)});
  ASSERT_FALSE(no_pauses.pieces.empty());
  EXPECT_DOUBLE_EQ(no_pauses.score.clean, 0.5);
}

TEST(ClipSelection, TheBetterOfTwoIsTaken) {
  const auto worse = [](auto change) {
    ClipRules rules;
    rules.most = SamplesFromSeconds(5);
    const ClipChoice choice = Select({Range(0).Talk(3.5).With(0, 9, change), Range(20).Talk(3.5)}, rules);
    return Covers(choice, 22) && !Covers(choice, 2);
  };
  EXPECT_TRUE(worse([](ClipWindow& w) { w.background_db = -40; }));
  EXPECT_TRUE(worse([](ClipWindow& w) { w.level_db -= 20; }));
  EXPECT_TRUE(worse([](ClipWindow& w) { w.speech *= 0.7F; }));
}

TEST(ClipSelection, WhatIsWorthLittleIsLeftOutOnceThereIsEnough) {
  const auto poor = [](ClipWindow& w) {
    w.background_db = -33;
    w.speech *= 0.6F;
  };
  EXPECT_NEAR(Seconds(Select({Range(0).Talk(3.2), Range(10).Talk(3).With(0, 9, poor)})), 3.6, 0.1);
  EXPECT_GT(Seconds(Select({Range(0).Talk(2), Range(10).Talk(3).With(0, 9, poor)})), 5);
}

TEST(ClipSelection, AnotherVoiceUnderTheSameNameIsLeftOut) {
  const auto high = [](ClipWindow& w) { w.pitch_hz = w.pitch_hz > 0 ? 230.0F : 0.0F; };
  const auto livelier = [](ClipWindow& w) { w.pitch_hz *= 1.2F; };
  const ClipChoice choice =
      Select({Range(0).Talk(3).With(0, 9, high), Range(10).Talk(3), Range(20).Talk(3).With(0, 9, livelier)});
  EXPECT_FALSE(Covers(choice, 2));
  EXPECT_TRUE(Covers(choice, 12));
  EXPECT_TRUE(Covers(choice, 22));
  EXPECT_THAT(Select({Range(0).Talk(2).With(0, 9, high), Range(10).Talk(2.5)}).reason,
              HasSubstr("2.0 s in another voice"));
}

TEST(ClipSelection, NoPieceLeavesItsRange) {
  std::mt19937 random(3);
  const auto uniform = [&] { return static_cast<float>(random() % 1000) / 1000; };
  int chosen = 0;
  for (int round = 0; round < 400; ++round) {
    std::vector<MeasuredRange> ranges;
    for (int i = 0; i < 5; ++i) {
      MeasuredRange range{SamplesFromSeconds(100.0 * i + uniform()), {}};
      const size_t windows = random() % 400;
      ClipWindow window = Spoken();
      for (size_t w = 0; w < windows; ++w) {
        if (random() % 30 == 0) {
          window = {.speech = uniform(),
                    .level_db = -70 * uniform(),
                    .background_db = random() % 3 == 0 ? -90.0F : -90 * uniform(),
                    .pitch_hz = 60 + 400 * uniform(),
                    .is_clipped = random() % 20 == 0};
        }
        range.windows.push_back(window);
      }
      ranges.push_back(range);
    }
    ClipRules rules;
    rules.most = SamplesFromSeconds(1 + 12 * static_cast<double>(uniform()));
    rules.least = rules.most / 4;
    const ClipChoice choice = SelectClip(ranges, rules);
    EXPECT_EQ(choice.pieces.empty(), !choice.reason.empty());
    EXPECT_LE(choice.length(), rules.most);
    chosen += !choice.pieces.empty();
    Samples before = -1;
    for (const ClipPiece& piece : choice.pieces) {
      EXPECT_GT(piece.start, before);
      before = piece.start + piece.length;
      const auto home = std::find_if(ranges.begin(), ranges.end(), [&](const MeasuredRange& range) {
        return piece.start >= range.start &&
               before <= range.start + static_cast<Samples>(range.windows.size()) * kSpeechWindow;
      });
      ASSERT_NE(home, ranges.end());
      for (Samples at = piece.start; at < before; at += kSpeechWindow) {
        EXPECT_FALSE(home->windows[static_cast<size_t>((at - home->start) / kSpeechWindow)].is_clipped);
      }
    }
    for (const double part : {choice.score.total, choice.score.clean, choice.score.density,
                              choice.score.level, choice.score.voice, choice.score.length}) {
      EXPECT_GE(part, 0);
      EXPECT_LE(part, 1 + 1e-9);
    }
  }
  EXPECT_GT(chosen, 100);
}

// Ten thousand lines of one speaker: what grows with their square would not end within the test's time.
TEST(ClipSelection, ManyRangesCostLittle) {
  std::vector<MeasuredRange> ranges;
  ranges.reserve(10000);
  for (int i = 0; i < 10000; ++i) ranges.push_back(Range(10.0 * i).Talk(1 + i % 5));
  const ClipChoice choice = SelectClip(ranges);
  EXPECT_FALSE(choice.pieces.empty());
  EXPECT_EQ(choice.pieces, SelectClip(ranges).pieces);
}

}  // namespace
}  // namespace waveshift::voices
