// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "voices/speech_extent.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace waveshift::voices {
namespace {

// Builds a track piece by piece.
class Track {
 public:
  // Noise in syllables of 200 ms that rise and fall.
  Track& Speech(int ms, double amplitude = 0.2) {
    return Add(ms, [amplitude](double t) { return amplitude * (0.55 - 0.45 * std::cos(2 * M_PI * 5 * t)); });
  }
  Track& Steady(int ms, double amplitude) {
    return Add(ms, [amplitude](double) { return amplitude; });
  }
  std::vector<float> Levels(int from_ms, int to_ms) const {
    std::vector<float> levels;
    AppendLevels(std::span(samples_).subspan(static_cast<size_t>(from_ms) * 96,
                                             static_cast<size_t>(to_ms - from_ms) * 96),
                 levels);
    return levels;
  }
  SpeechExtent Measure(int slot_end_ms, int until_ms) const {
    return MeasureExtent(Levels(0, slot_end_ms), Levels(slot_end_ms, until_ms));
  }

 private:
  template <typename Envelope>
  Track& Add(int ms, Envelope envelope) {
    for (int i = 0; i < ms * 48; ++i) {
      const double noise = static_cast<double>(random_() % 20001) / 10000 - 1;
      const auto value = static_cast<float>(envelope(i / 48000.0) * noise);
      samples_.insert(samples_.end(), {value, value});
    }
    return *this;
  }
  std::mt19937 random_{1};
  std::vector<float> samples_;
};

TEST(SpeechExtent, FindsTheEndOfSpeechInsideTheSlot) {
  const auto extent = Track().Speech(2000).Steady(3000, 0.001).Measure(3000, 5000);
  ASSERT_TRUE(extent.known);
  EXPECT_NEAR(static_cast<double>(extent.spoken_frames), 200, 8);
  EXPECT_EQ(extent.quiet_frames, 200U);
}

TEST(SpeechExtent, FindsAVoiceThatNoSlotAccountsFor) {
  const auto extent = Track().Speech(2000).Steady(800, 0.001).Speech(1000).Measure(2000, 3800);
  ASSERT_TRUE(extent.known);
  EXPECT_NEAR(static_cast<double>(extent.quiet_frames), 80, 8);
}

TEST(SpeechExtent, ABackgroundThatIsQuieterThanTheSpeechIsSilence) {
  const auto extent = Track().Speech(2000).Steady(2000, 0.02).Measure(2000, 4000);
  ASSERT_TRUE(extent.known);
  EXPECT_EQ(extent.quiet_frames, 200U);
}

TEST(SpeechExtent, AClickIsNoVoice) {
  const auto extent =
      Track().Speech(2000).Steady(500, 0.001).Steady(40, 0.5).Steady(1000, 0.001).Measure(2000, 3540);
  EXPECT_EQ(extent.quiet_frames, 154U);
}

TEST(SpeechExtent, ATailOverTheSlotsEndIsTheLinesOwn) {
  EXPECT_EQ(Track().Speech(2300).Steady(1700, 0.001).Measure(2000, 4000).quiet_frames, 200U);
  EXPECT_EQ(Track().Steady(200, 0.001).Speech(1800).Steady(2000, 0.2).Measure(2000, 4000).quiet_frames, 0U);
}

TEST(SpeechExtent, SteadySoundAndSilenceAreNotKnown) {
  EXPECT_FALSE(Track().Steady(4000, 0.2).Measure(2000, 4000).known);
  EXPECT_FALSE(Track().Steady(4000, 0).Measure(2000, 4000).known);
  EXPECT_FALSE(Track().Speech(4000, 0.001).Measure(2000, 4000).known);
  EXPECT_FALSE(Track().Speech(100).Measure(100, 100).known);
  EXPECT_FALSE(MeasureExtent({}, {}).known);
}

TEST(SpeechExtent, WhatIsNoNumberIsSilent) {
  std::vector<float> levels;
  AppendLevels(std::vector<float>(960, std::numeric_limits<float>::quiet_NaN()), levels);
  EXPECT_EQ(levels, std::vector<float>{kLowestLevelDb});
}

}  // namespace
}  // namespace waveshift::voices
