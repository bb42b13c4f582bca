// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "audio/resample.h"

#include <gtest/gtest.h>

#include <cmath>

#include "audio/test_signals.h"

namespace waveshift::audio {
namespace {

using testing_signals::Sine;

TEST(Resample, GivesExactlyTheScaledLength) {
  for (const int from : {8000, 16000, 22050, 24000, 44100, 48000}) {
    for (const int to : {16000, 22050, 48000, 96000}) {
      for (const size_t n : {size_t{0}, size_t{1}, size_t{7}, size_t{1000}, size_t{44101}}) {
        const auto out = Resample({from, std::vector<float>(n, 0.1F)}, to);
        ASSERT_TRUE(out.ok());
        EXPECT_EQ(static_cast<double>(out->samples.size()),
                  std::floor(static_cast<double>(n) * to / from + 0.5));
        EXPECT_EQ(out->sample_rate_hz, to);
      }
    }
  }
}

TEST(Resample, KeepsPhaseAndLevelOfATone) {
  for (const int from : {22050, 24000, 44100}) {
    const auto out = Resample({from, Sine(1000, 0.5, static_cast<size_t>(from), from)}, 48000);
    ASSERT_TRUE(out.ok());
    const auto expected = Sine(1000, 0.5, 48000, 48000);
    for (size_t i = 2000; i < 46000; ++i)
      ASSERT_NEAR(out->samples[i], expected[i], 1e-4) << from << " at " << i;
  }
}

TEST(Resample, DoesNotMoveAnImpulse) {
  MonoBuffer in{16000, std::vector<float>(1600, 0.0F)};
  in.samples[800] = 1.0F;
  const auto out = Resample(in, 48000);
  ASSERT_TRUE(out.ok());
  EXPECT_EQ(std::max_element(out->samples.begin(), out->samples.end()) - out->samples.begin(), 2400);
}

TEST(Resample, TakesAwayWhatTheLowerRateCannotHold) {
  const auto out = Resample({48000, Sine(11000, 0.5, 48000, 48000)}, 16000);
  ASSERT_TRUE(out.ok());
  // The ends of the tone are steps and stay a little.
  EXPECT_LT(testing_signals::MeanSquare({out->samples.begin() + 1000, out->samples.end() - 1000}), 1e-10);
}

TEST(Resample, TheSameRateGivesTheSameSamples) {
  const MonoBuffer in{24000, Sine(300, 0.5, 500, 24000)};
  EXPECT_EQ(Resample(in, 24000)->samples, in.samples);
}

TEST(Resample, RefusesUnusableRates) {
  EXPECT_EQ(Resample({0, {0.0F}}, 48000).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Resample({48000, {0.0F}}, -1).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Resample({48000, {0.0F}}, 2000000000).status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace waveshift::audio
