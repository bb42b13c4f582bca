// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "voices/reference_clip.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "voices/test_sounds.h"

namespace waveshift::voices {
namespace {

TEST(ReferenceClip, SeamsMakeNoClick) {
  const std::vector<float> tone = Harmonics(140, 1.0);
  audio::MonoBuffer clip;
  AppendToClip(tone, clip);
  const size_t seam = clip.samples.size();
  AppendToClip(std::span(tone).subspan(1000), clip);
  EXPECT_EQ(clip.sample_rate_hz, 48000);
  EXPECT_NEAR(clip.seconds(), 1.98, 0.03);
  // No step is larger than those of the tone itself, and at the seam all is still.
  float largest = 0;
  for (size_t i = 1; i < tone.size(); ++i) largest = std::max(largest, std::abs(tone[i] - tone[i - 1]));
  for (size_t i = 1; i < clip.samples.size(); ++i) {
    ASSERT_LE(std::abs(clip.samples[i] - clip.samples[i - 1]), largest) << i;
  }
  for (size_t i = seam - 24; i < seam + 24; ++i) EXPECT_LT(std::abs(clip.samples[i]), 0.03F) << i;
}

TEST(ReferenceClip, OddInputIsNoTrap) {
  audio::MonoBuffer clip;
  AppendToClip({}, clip);
  EXPECT_TRUE(clip.samples.empty());
  AppendToClip(std::vector<float>{0.5F}, clip);
  AppendToClip(std::vector<float>(2000, std::numeric_limits<float>::quiet_NaN()), clip);
  EXPECT_TRUE(
      std::all_of(clip.samples.begin(), clip.samples.end(), [](float s) { return std::abs(s) <= 1; }));
  audio::MonoBuffer empty;
  RepeatUntil(1000, 10, empty);
  EXPECT_TRUE(empty.samples.empty());
}

TEST(ReferenceClip, IsRepeatedUntilItIsLongEnough) {
  audio::MonoBuffer clip{48000, std::vector<float>(1000, 0.5F)};
  RepeatUntil(2500, 100, clip);
  ASSERT_EQ(clip.samples.size(), 3200U);
  EXPECT_EQ(std::count(clip.samples.begin(), clip.samples.end(), 0.0F), 200);
  EXPECT_EQ(clip.samples[1050], 0.0F);
  EXPECT_EQ(clip.samples[1100], 0.5F);
  RepeatUntil(3200, 100, clip);
  EXPECT_EQ(clip.samples.size(), 3200U);
}

}  // namespace
}  // namespace waveshift::voices
