// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "voices/reference_clip.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "voices/test_sounds.h"

namespace waveshift::voices {
namespace {

// Speech-like: syllables of a tone with pauses, over noise.
std::vector<float> Speech(double seconds, double noise_rms, double gain = 0.5) {
  std::vector<float> mono = Harmonics(150, seconds);
  for (size_t i = 0; i < mono.size(); ++i) {
    const double at = std::fmod(static_cast<double>(i) / kTestRateHz, 0.3);
    mono[i] *= static_cast<float>(at < 0.2 ? gain : 0.0);
  }
  return Stereo(Sum(mono, Noise(noise_rms, seconds)));
}

TEST(ReferenceClip, WithoutSoundThereIsNone) {
  ReferenceClip clip;
  EXPECT_FALSE(clip.Make().has_value());
  clip.Add({});
  clip.Add(std::vector<float>(2 * 48000));
  clip.Add(Speech(0.3, 1e-4));
  EXPECT_FALSE(clip.is_enough());
  EXPECT_FALSE(clip.Make().has_value());
}

TEST(ReferenceClip, TakesWhatStandsOutMost) {
  ReferenceClip clip;
  clip.Add(Speech(5, 0.05));
  clip.Add(Speech(5, 1e-4));
  clip.Add(Speech(5, 0.05));
  clip.Add(Speech(4, 1e-4));
  const auto made = clip.Make();
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(made->sample_rate_hz, 48000);
  // The two clean parts, 9 s; what lies in the pauses of the others is louder.
  EXPECT_NEAR(made->seconds(), 9.1, 0.5);
  std::vector<float> quiet;
  for (size_t i = 0; i + 480 <= made->samples.size(); i += 480) {
    float peak = 0;
    for (size_t k = i; k < i + 480; ++k) peak = std::max(peak, std::abs(made->samples[k]));
    quiet.push_back(peak);
  }
  std::nth_element(quiet.begin(), quiet.begin() + static_cast<ptrdiff_t>(quiet.size() / 10), quiet.end());
  EXPECT_LT(quiet[quiet.size() / 10], 0.01F);
}

TEST(ReferenceClip, IsNeverTooLong) {
  ReferenceClip clip;
  for (int i = 0; i < 6; ++i) clip.Add(Speech(15, 1e-3));
  const auto made = clip.Make();
  ASSERT_TRUE(made.has_value());
  EXPECT_LE(made->seconds(), ReferenceClip::kLongestSeconds + 0.001);
  EXPECT_GE(made->seconds(), ReferenceClip::kWantedSeconds);
}

TEST(ReferenceClip, WhatIsClippedIsPassedOver) {
  ReferenceClip clip;
  std::vector<float> loud = Speech(4, 1e-4, 8.0);
  for (float& s : loud) s = std::clamp(s, -1.0F, 1.0F);
  clip.Add(loud);
  EXPECT_FALSE(clip.is_enough());
}

TEST(ReferenceClip, TheSameLinesGiveTheSameClip) {
  ReferenceClip a;
  ReferenceClip b;
  for (ReferenceClip* clip : {&a, &b}) {
    clip->Add(Speech(3, 0.01));
    clip->Add(Speech(2, 0.001));
  }
  EXPECT_TRUE(a.Make()->samples == b.Make()->samples);
}

}  // namespace
}  // namespace waveshift::voices
