// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "audio/loudness_frames.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "audio/loudness.h"
#include "audio/test_signals.h"

namespace waveshift::audio {
namespace {

// Speech on the left, other speech on the right: 6 s with a pause and a quiet part.
StereoBuffer Programme() {
  const auto left = testing_signals::Speech(6, kTimelineRateHz, 1);
  const auto right = testing_signals::Speech(6, kTimelineRateHz, 2);
  StereoBuffer out;
  for (size_t i = 0; i < left.size(); ++i) {
    const double t = static_cast<double>(i) / kTimelineRateHz;
    const float level = t > 2 && t < 3 ? 0.0F : t > 4.5 ? 0.05F : 0.6F;
    out.interleaved.push_back(level * left[i]);
    out.interleaved.push_back(level * right[i]);
  }
  return out;
}

std::vector<float> Powers(const StereoBuffer& sound) {
  LoudnessFrames frames;
  std::vector<float> powers;
  frames.Add(sound.interleaved, powers);
  return powers;
}

// The whole programme's loudness by libebur128's own gating.
TEST(LoudnessFrames, WholeProgrammeIsAsLoudAsLibebur128Says) {
  const StereoBuffer sound = Programme();
  const auto powers = Powers(sound);
  ASSERT_EQ(powers.size(), 600U);
  EXPECT_NEAR(GatedLoudness(powers), IntegratedLoudness(sound), 0.02);
}

TEST(LoudnessFrames, AnyStretchHasItsOwnLoudness) {
  const StereoBuffer sound = Programme();
  const auto powers = Powers(sound);
  for (const auto& [from, to] : {std::pair<size_t, size_t>{0, 200}, {330, 440}, {460, 600}, {100, 130}}) {
    StereoBuffer cut;
    cut.interleaved.assign(sound.interleaved.begin() + static_cast<ptrdiff_t>(from * 960),
                           sound.interleaved.begin() + static_cast<ptrdiff_t>(to * 960));
    // The filter's memory at the cut is what differs.
    EXPECT_NEAR(GatedLoudness(std::span(powers).subspan(from, to - from)), IntegratedLoudness(cut), 0.3)
        << from;
  }
}

TEST(LoudnessFrames, TheCutsOfTheInputDoNotMatter) {
  const StereoBuffer sound = Programme();
  LoudnessFrames frames;
  std::vector<float> powers;
  constexpr size_t kPiece = 2880;
  for (size_t at = 0; at < sound.interleaved.size(); at += kPiece) {
    const size_t n = std::min(kPiece, sound.interleaved.size() - at);
    frames.Add(std::span(sound.interleaved).subspan(at, n), powers);
  }
  EXPECT_EQ(powers, Powers(sound));
}

TEST(LoudnessFrames, SilenceHasNoLoudness) {
  const auto minus_infinity = -std::numeric_limits<double>::infinity();
  EXPECT_EQ(GatedLoudness({}), minus_infinity);
  EXPECT_EQ(GatedLoudness(Powers({std::vector<float>(96000, 0.0F)})), minus_infinity);
  EXPECT_EQ(GatedLoudness(Powers({std::vector<float>(9600, 1e-5F)})), minus_infinity);
  std::vector<float> broken(9600, std::nanf(""));
  EXPECT_EQ(GatedLoudness(Powers({broken})), minus_infinity);
}

}  // namespace
}  // namespace waveshift::audio
