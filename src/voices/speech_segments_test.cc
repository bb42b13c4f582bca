// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "voices/speech_segments.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace waveshift::voices {
namespace {

// Probabilities as runs of (value, windows).
std::vector<float> Runs(std::initializer_list<std::pair<float, int>> runs) {
  std::vector<float> out;
  for (const auto& [value, count] : runs) out.insert(out.end(), static_cast<size_t>(count), value);
  return out;
}
SpeechSegment Windows(int begin, int end, Samples pad) {
  return {begin * kSpeechWindow - pad, end * kSpeechWindow + pad};
}
constexpr Samples kPad = SamplesFromMs(int64_t{30});

TEST(SpeechSegments, NothingWithoutSpeech) {
  EXPECT_TRUE(FindSpeech({}).empty());
  EXPECT_TRUE(FindSpeech(Runs({{0.49F, 100}})).empty());
  EXPECT_TRUE(FindSpeech(std::vector<float>(20, std::numeric_limits<float>::quiet_NaN())).empty());
}

TEST(SpeechSegments, WhatIsLessProbableGoesOnButDoesNotBegin) {
  // 0.4 lies between `leave` and `enter`.
  const auto found = FindSpeech(Runs({{0.4F, 10}, {0.9F, 10}, {0.4F, 50}, {0.9F, 10}, {0.0F, 10}}));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0], Windows(10, 80, kPad));
}

TEST(SpeechSegments, ShortPausesStayAndShortSoundsGo) {
  // 3 windows are 96 ms, 4 are 128 ms; 7 are 224 ms, 8 are 256 ms.
  const auto found = FindSpeech(Runs({{0, 5},
                                      {0.9F, 10},
                                      {0, 3},
                                      {0.9F, 10},
                                      {0, 20},
                                      {0.9F, 7},
                                      {0, 20},
                                      {0.9F, 8},
                                      {0, 4},
                                      {0.9F, 8},
                                      {0, 9}}));
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0], Windows(5, 28, kPad));
  EXPECT_EQ(found[1], Windows(75, 83, kPad));
  EXPECT_EQ(found[2], Windows(87, 95, kPad));
}

TEST(SpeechSegments, PadsMeetInTheMiddleAndStayInside) {
  const SegmentRules rules{.min_silence = kSpeechWindow, .min_speech = 0, .pad = 2 * kSpeechWindow};
  const auto found = FindSpeech(Runs({{0.9F, 4}, {0, 2}, {0.9F, 4}, {0, 1}}), rules);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0], (SpeechSegment{0, 5 * kSpeechWindow}));
  EXPECT_EQ(found[1], (SpeechSegment{5 * kSpeechWindow, 11 * kSpeechWindow}));
}

TEST(SpeechSegments, SpeechToTheEndEndsThere) {
  const auto found = FindSpeech(Runs({{0, 2}, {0.9F, 20}}));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0], (SpeechSegment{2 * kSpeechWindow - kPad, 22 * kSpeechWindow}));
}

TEST(SpeechSegments, TheCutOfTheInputDoesNotMatter) {
  std::vector<float> probabilities;
  for (int i = 0; i < 2000; ++i) {
    probabilities.push_back(static_cast<float>(0.5 + 0.3 * std::sin(0.07 * i) + 0.2 * std::sin(1.3 * i)));
  }
  const auto whole = FindSpeech(probabilities);
  EXPECT_GT(whole.size(), 10U);
  for (const size_t part : {1U, 7U, 333U}) {
    SpeechSegmenter segmenter;
    std::vector<SpeechSegment> found;
    for (size_t at = 0; at < probabilities.size(); at += part) {
      segmenter.Add(std::span(probabilities).subspan(at, std::min(part, probabilities.size() - at)), found);
    }
    segmenter.Finish(found);
    EXPECT_EQ(found, whole) << part;
  }
  for (size_t i = 0; i < whole.size(); ++i) {
    EXPECT_LT(whole[i].start, whole[i].end);
    if (i > 0) {
      EXPECT_LE(whole[i - 1].end, whole[i].start);
    }
  }
}

}  // namespace
}  // namespace waveshift::voices
