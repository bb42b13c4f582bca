// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "audio/mix.h"

#include <gtest/gtest.h>

namespace waveshift::audio {
namespace {

using Values = std::vector<float>;

TEST(Mix, AddsMonoToBothSides) {
  Values stereo = {1, 2, 3, 4, 5, 6};
  MixMonoInto(stereo, Values{1, 10}, 0.5F);
  EXPECT_EQ(stereo, (Values{1.5F, 2.5F, 8, 9, 5, 6}));
  MixMonoInto(std::span(stereo).first(2), Values{1, 1, 1}, 1);
  EXPECT_EQ(stereo, (Values{2.5F, 3.5F, 8, 9, 5, 6}));
}

TEST(Mix, AddsScaled) {
  Values target = {1, 2, 3};
  MixInto(target, Values{2, 2}, -0.5F);
  EXPECT_EQ(target, (Values{0, 1, 3}));
}

TEST(Mix, AppliesACurveToFrames) {
  Values stereo = {1, 2, 3, 4};
  ApplyGainCurve(stereo, Values{0.5F, 2});
  EXPECT_EQ(stereo, (Values{0.5F, 1, 6, 8}));
  ApplyGain(stereo, 2);
  EXPECT_EQ(stereo, (Values{1, 2, 12, 16}));
}

TEST(Mix, AppendsTheMeanOfBothSides) {
  Values mono = {9};
  AppendMono(Values{1, 3, -2, 2, 7}, mono);
  EXPECT_EQ(mono, (Values{9, 2, 0}));
}

}  // namespace
}  // namespace waveshift::audio
