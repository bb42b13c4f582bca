// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/takes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "audio/edges.h"

namespace waveshift::tts {
namespace {

using testing::HasSubstr;

constexpr int kRate = 24000;

// Silence, a tone with this peak, silence.
audio::MonoBuffer Tone(double silence_s, double tone_s, double peak) {
  audio::MonoBuffer buffer{kRate, {}};
  const auto silence = static_cast<size_t>(silence_s * kRate);
  buffer.samples.assign(2 * silence + static_cast<size_t>(tone_s * kRate), 0.0F);
  for (size_t i = silence; i < buffer.samples.size() - silence; ++i) {
    buffer.samples[i] =
        static_cast<float>(peak * std::sin(2 * std::numbers::pi * 440 * static_cast<double>(i) / kRate));
  }
  return buffer;
}

TEST(Takes, EndsAreTrimmedAndFaded) {
  audio::MonoBuffer take = Tone(0.5, 1, 0.5);
  ASSERT_TRUE(FinishTake(take, {0.1, 10}).ok());
  EXPECT_NEAR(take.seconds(), 1.02, 0.002);
  EXPECT_EQ(take.samples.front(), 0);
  const auto sound = audio::FindSound(take.samples);
  EXPECT_LE(sound.begin, kRate / 50);
  // A tone without silence around it is faded itself: no click.
  take = Tone(0, 1, 0.5);
  ASSERT_TRUE(FinishTake(take, {0.1, 10}).ok());
  EXPECT_LT(std::abs(take.samples[1]), 0.01);
  EXPECT_LT(std::abs(take.samples[take.samples.size() - 2]), 0.01);
}

TEST(Takes, WhatIsNotSpeechIsRefused) {
  const auto complaint = [](audio::MonoBuffer take) {
    const Status status = FinishTake(take, {0.5, 2});
    EXPECT_EQ(status.code(), StatusCode::kInternal);
    return Message(status);
  };
  EXPECT_THAT(complaint({kRate, {}}), HasSubstr("no sound"));
  EXPECT_THAT(complaint(Tone(0, 1, 0.001)), HasSubstr("no sound"));
  EXPECT_THAT(complaint(Tone(0, 3, 0.5)), HasSubstr("3000 ms"));
  EXPECT_THAT(complaint(Tone(0, 0.4, 0.5)), HasSubstr("400 ms"));
  audio::MonoBuffer broken = Tone(0, 1, 0.5);
  broken.samples[777] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(complaint(broken), HasSubstr("invalid samples"));
  broken.samples[777] = std::numeric_limits<float>::infinity();
  EXPECT_THAT(complaint(broken), HasSubstr("invalid samples"));
}

TEST(Takes, TooLoudIsScaledNotCut) {
  audio::MonoBuffer take = Tone(0, 1, 2.5);
  ASSERT_TRUE(FinishTake(take, {0.1, 10}).ok());
  float peak = 0;
  for (const float sample : take.samples) peak = std::max(peak, std::abs(sample));
  EXPECT_NEAR(peak, 0.99, 0.01);
  const auto at_peak =
      std::count_if(take.samples.begin(), take.samples.end(), [&](float s) { return s == peak; });
  EXPECT_LT(at_peak, 1000);
}

TEST(Takes, BoundsFollowLengthAndTempo) {
  const TakeBounds natural = BoundsFor(100, 1);
  EXPECT_LT(natural.shortest_seconds, 100 * 0.05);
  EXPECT_GT(natural.longest_seconds, 100 * 0.2);
  EXPECT_DOUBLE_EQ(BoundsFor(100, 2).longest_seconds, natural.longest_seconds / 2);
  EXPECT_GT(BoundsFor(1, 1).longest_seconds, 1);
}

TEST(Takes, PiecesAreJoinedWithSilence) {
  audio::MonoBuffer line;
  AppendPiece(line, Tone(0, 1, 0.5), 7);
  EXPECT_DOUBLE_EQ(line.seconds(), 1);
  AppendPiece(line, Tone(0, 1, 0.5), 0.25);
  EXPECT_DOUBLE_EQ(line.seconds(), 2.25);
  EXPECT_EQ(line.samples[kRate + 100], 0);
  EXPECT_GT(PauseSeconds(U'.'), PauseSeconds(U','));
  EXPECT_GT(PauseSeconds(U','), PauseSeconds(U'\0'));
}

TEST(Takes, TempoIsTheProductWithinBounds) {
  SpeakRequest request;
  request.speed = 1.5;
  request.voice.natural_rate = 0.8;
  EXPECT_DOUBLE_EQ(TempoOf(request)->factor, 1.2);
  EXPECT_FALSE(TempoOf(request)->is_cut);
  request.speed = 100;
  EXPECT_DOUBLE_EQ(TempoOf(request)->factor, kFastestTempo);
  EXPECT_TRUE(TempoOf(request)->is_cut);
  EXPECT_THAT(TempoWarning(*TempoOf(request)), HasSubstr("spoken at 300 %"));
  request.speed = std::numeric_limits<double>::denorm_min();
  EXPECT_DOUBLE_EQ(TempoOf(request)->factor, kSlowestTempo);
}

TEST(Takes, SeedsDifferByVoiceWordsAndAttempt) {
  const uint64_t seed = SeedFor("a", "b", 0);
  EXPECT_EQ(seed, SeedFor("a", "b", 0));
  EXPECT_NE(seed, SeedFor("a", "b", 1));
  EXPECT_NE(seed, SeedFor("ab", "", 0));
}

}  // namespace
}  // namespace waveshift::tts
