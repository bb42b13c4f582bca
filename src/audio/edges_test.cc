// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "audio/edges.h"

#include <gtest/gtest.h>

#include "audio/test_signals.h"

namespace waveshift::audio {
namespace {

// Quiet noise, a tone, quiet noise.
MonoBuffer ToneInNoise(float noise_level, double tone_level) {
  MonoBuffer out{16000, std::vector<float>(8000, 0.0F)};
  testing_signals::Noise noise(1);
  for (float& s : out.samples) s = noise_level * noise.Next();
  const auto tone = testing_signals::Sine(500, tone_level, 3200, 16000, 1.5);
  std::copy(tone.begin(), tone.end(), out.samples.begin() + 3000);
  return out;
}

TEST(TrimSilence, LeavesTenMillisecondsOnEachSide) {
  MonoBuffer take = ToneInNoise(5e-4F, 0.5);
  const Trimmed trimmed = TrimSilence(take);
  EXPECT_EQ(trimmed.head, 3000 - 160);
  EXPECT_NEAR(static_cast<double>(trimmed.tail), 8000 - 6200 - 160, 2);
  EXPECT_EQ(static_cast<int64_t>(take.samples.size()), 8000 - trimmed.head - trimmed.tail);
}

TEST(TrimSilence, SilenceIsMeasuredAgainstThePeak) {
  // The same noise under a tone 40 dB quieter is no silence.
  MonoBuffer take = ToneInNoise(5e-4F, 0.005);
  EXPECT_LT(TrimSilence(take).head, 100);
}

TEST(TrimSilence, KeepsWhatIsLoudFromEndToEnd) {
  MonoBuffer take{16000, std::vector<float>(1000, 0.5F)};
  const Trimmed trimmed = TrimSilence(take);
  EXPECT_EQ(trimmed.head + trimmed.tail, 0);
  EXPECT_EQ(take.samples.size(), 1000U);
}

TEST(TrimSilence, NothingIsLeftOfSilence) {
  MonoBuffer take{16000, std::vector<float>(1000, 1e-4F)};
  EXPECT_EQ(TrimSilence(take).head, 1000);
  EXPECT_TRUE(take.samples.empty());
  EXPECT_EQ(TrimSilence(take).head, 0);
}

TEST(ApplyFades, RisesAndFallsSmoothly) {
  std::vector<float> samples(1000, 1.0F);
  ApplyFades(samples, 100, 200);
  EXPECT_LT(samples[0], 0.001F);
  EXPECT_NEAR(samples[49], 0.5F, 0.01);
  EXPECT_EQ(samples[100], 1.0F);
  EXPECT_EQ(samples[799], 1.0F);
  EXPECT_NEAR(samples[900], 0.5F, 0.01);
  EXPECT_LT(samples[999], 0.001F);
  for (size_t i = 1; i < 100; ++i) EXPECT_GT(samples[i], samples[i - 1]);
}

TEST(ApplyFades, LongerThanTheSoundIsTheWholeSound) {
  std::vector<float> samples(10, 1.0F);
  ApplyFades(samples, 100, 0);
  EXPECT_LT(samples[0], 0.01F);
  EXPECT_GT(samples[9], 0.99F);
  ApplyFades({}, 5, 5);
}

}  // namespace
}  // namespace waveshift::audio
