// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "audio/stretch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "audio/edges.h"
#include "audio/test_signals.h"

namespace waveshift::audio {
namespace {

using testing_signals::MeanSquare;
using testing_signals::Sine;
using testing_signals::Speech;

MonoBuffer Take(double silence_s, double speech_s, int rate_hz, uint64_t seed = 3) {
  MonoBuffer take{rate_hz, std::vector<float>(static_cast<size_t>(silence_s * rate_hz), 0.0F)};
  const auto speech = Speech(speech_s, rate_hz, seed);
  take.samples.insert(take.samples.end(), speech.begin(), speech.end());
  return take;
}

constexpr double kTempos[] = {0.5, 0.7, 0.85, 0.97, 1.001, 1.05, 1.2, 1.3, 1.7, 2.0};

TEST(Stretch, GivesExactlyTheScaledLength) {
  for (const int rate : {16000, 22050, 48000}) {
    for (const double seconds : {0.01, 0.1, 0.4, 2.3}) {
      const MonoBuffer take = Take(0, seconds, rate);
      for (const double tempo : kTempos) {
        const auto out = Stretch(take, tempo);
        ASSERT_TRUE(out.ok());
        EXPECT_EQ(out->sample_rate_hz, rate);
        EXPECT_EQ(static_cast<long long>(out->samples.size()),
                  std::llround(static_cast<double>(take.samples.size()) / tempo));
      }
    }
  }
}

TEST(Stretch, ATempoOfOneChangesNothing) {
  const MonoBuffer take = Take(0.01, 0.5, 48000);
  EXPECT_EQ(Stretch(take, 1.00005)->samples, take.samples);
  EXPECT_EQ(StretchTo(take, static_cast<int64_t>(take.samples.size()))->samples, take.samples);
}

TEST(Stretch, TheFirstSoundKeepsItsScaledPlaceAndItsAttack) {
  for (const double silence : {0.0, 0.01, 0.037, 0.3}) {
    const MonoBuffer take = Take(silence, 1.5, 48000);
    const int64_t onset = FindSound(take.samples).begin;
    for (const double tempo : kTempos) {
      const auto out = Stretch(take, tempo);
      ASSERT_TRUE(out.ok());
      const double expected = static_cast<double>(onset) / tempo;
      const int64_t found = FindSound(out->samples).begin;
      EXPECT_NEAR(static_cast<double>(found), expected, 2) << silence << " s at " << tempo;
      // The first 5 ms are the same samples.
      const std::vector<float> in(take.samples.begin() + onset, take.samples.begin() + onset + 240);
      const auto at = std::search(out->samples.begin(), out->samples.end(), in.begin(), in.end());
      EXPECT_NEAR(static_cast<double>(at - out->samples.begin()), expected, 1.01);
    }
  }
}

TEST(Stretch, NothingAtTheEndIsCutOff) {
  for (uint64_t seed = 1; seed < 6; ++seed) {
    MonoBuffer take = Take(0.01, 1.2, 48000, seed);
    // Speech that stops at its loudest is the hard case.
    const auto tone = Sine(140, 0.5, 9600, 48000);
    take.samples.insert(take.samples.end(), tone.begin(), tone.end());
    for (const double tempo : kTempos) {
      const auto out = Stretch(take, tempo);
      ASSERT_TRUE(out.ok());
      // The tone reaches, still loud, to within two periods of 65 Hz of the end: one that PICOLA may place it
      // early by, and one over which it fades sound into the silence behind it.
      const auto end = static_cast<double>(FindSound(out->samples, {.relative_db = -12}).end);
      EXPECT_GT(end, static_cast<double>(out->samples.size()) - 0.031 * 48000) << seed << " at " << tempo;
    }
  }
}

TEST(Stretch, KeepsPitchAndLevel) {
  const MonoBuffer tone{48000, Sine(200, 0.3, 96000, 48000)};
  for (const double tempo : {0.85, 1.2, 1.3}) {
    const auto out = Stretch(tone, tempo);
    ASSERT_TRUE(out.ok());
    int crossings = 0;
    for (size_t i = 1; i < out->samples.size(); ++i)
      crossings += out->samples[i - 1] < 0 && out->samples[i] >= 0;
    EXPECT_NEAR(crossings / out->seconds(), 200, 2);
    EXPECT_NEAR(MeanSquare(out->samples), MeanSquare(tone.samples), 0.05 * MeanSquare(tone.samples));
  }
}

TEST(Stretch, TakesSoundOfAnyLevel) {
  MonoBuffer loud = Take(0, 0.5, 48000);
  for (float& s : loud.samples) s *= 6;
  const auto out = Stretch(loud, 1.2);
  ASSERT_TRUE(out.ok());
  EXPECT_NEAR(*std::max_element(out->samples.begin(), out->samples.end()),
              *std::max_element(loud.samples.begin(), loud.samples.end()), 0.6);
  MonoBuffer faint = Take(0, 0.5, 48000);
  for (float& s : faint.samples) s *= 1e-3F;
  EXPECT_GT(MeanSquare(Stretch(faint, 1.2)->samples), 0.7 * MeanSquare(faint.samples));
  const auto silent = Stretch({48000, std::vector<float>(1000, 0.0F)}, 1.25);
  EXPECT_EQ(silent->samples, std::vector<float>(800, 0.0F));
  EXPECT_TRUE(Stretch({48000, {}}, 1.25)->samples.empty());
}

TEST(Stretch, IsDeterministic) {
  const MonoBuffer take = Take(0.01, 2, 48000);
  EXPECT_EQ(Stretch(take, 1.13)->samples, Stretch(take, 1.13)->samples);
}

TEST(Stretch, RefusesWhatItCannotDo) {
  const MonoBuffer take = Take(0, 0.2, 48000);
  EXPECT_EQ(Stretch(take, 0.49).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Stretch(take, 2.01).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Stretch(take, NAN).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(StretchTo(take, 0).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Stretch({0, take.samples}, 1.1).status().code(), StatusCode::kInvalidArgument);
  MonoBuffer broken = take;
  broken.samples[7] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(Stretch(broken, 1.1).status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace waveshift::audio
