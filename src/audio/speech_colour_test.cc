// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "audio/speech_colour.h"

#include <gtest/gtest.h>

#include <cmath>

#include "audio/buffer.h"
#include "audio/resample.h"
#include "audio/shelf.h"
#include "audio/test_signals.h"

namespace waveshift::audio {
namespace {

// Noise in syllables, five a second, with a pause after each.
std::vector<float> Voice(double seconds, uint64_t seed, int rate_hz = 48000) {
  testing_signals::Noise noise(seed);
  std::vector<float> out(static_cast<size_t>(seconds * rate_hz));
  for (size_t i = 0; i < out.size(); ++i) {
    const double in_syllable = std::fmod(static_cast<double>(i) / rate_hz, 0.2) / 0.2;
    out[i] = in_syllable < 0.75 ? 0.3F * noise.Next() : 0.0F;
  }
  return out;
}

std::vector<BandPowers> Frames(const std::vector<float>& sound, int rate_hz = 48000) {
  BandAnalyzer analyzer(rate_hz);
  std::vector<BandPowers> frames;
  analyzer.Add(sound, frames);
  return frames;
}

std::array<double, kColourBands> Levels(const std::vector<float>& sound, int rate_hz = 48000) {
  SpeechColour colour;
  colour.Add(ColourOf(Frames(sound, rate_hz)));
  return colour.LevelsDb();
}

TEST(BandAnalyzer, ASineLiesInItsBand) {
  for (size_t band = 1; band < kColourBands; ++band) {
    const auto frames = Frames(testing_signals::Sine(ColourCentreHz(band), 0.5, 4800, 48000));
    ASSERT_EQ(frames.size(), 10U);
    EXPECT_EQ(std::max_element(frames[5].begin(), frames[5].end()) - frames[5].begin(),
              static_cast<ptrdiff_t>(band));
  }
}

TEST(SpeechColour, ShowsWhatAFilterDid) {
  auto voice = Voice(6, 1);
  const auto before = Levels(voice);
  const HighShelf shelf(3000, -6, 48000);
  shelf.Process(voice);
  const auto after = Levels(voice);
  for (size_t band = 0; band < kColourBands; ++band) {
    const double first = after[0] - before[0] - shelf.ResponseDb(ColourCentreHz(0));
    EXPECT_NEAR(after[band] - before[band] - first, shelf.ResponseDb(ColourCentreHz(band)), 0.3) << band;
  }
}

TEST(SpeechColour, DoesNotDependOnLevelAndRate) {
  const auto voice = Voice(6, 2, 24000);
  const auto at_24 = Levels(voice, 24000);
  auto wide = Resample({24000, voice}, 48000)->samples;
  for (float& v : wide) v *= 0.1F;
  const auto at_48 = Levels(wide);
  for (size_t band = 0; band < kColourBands; ++band) EXPECT_NEAR(at_24[band], at_48[band], 0.5) << band;
}

TEST(SpeechColour, ASteadyBackgroundIsTakenOff) {
  auto voice = Voice(8, 3);
  HighShelf(3000, -6, 48000).Process(voice);
  const auto clean = Levels(voice);
  testing_signals::Noise hiss(9);
  for (float& v : voice) v += 0.05F * hiss.Next();
  const auto noisy = Levels(voice);
  // Uncorrected the hiss would lift the highest bands by 0.6 dB against the lowest.
  EXPECT_NEAR((noisy[12] - noisy[0]) - (clean[12] - clean[0]), 0, 0.25);
}

TEST(SpeechColour, SilenceHasNone) {
  EXPECT_EQ(ColourOf(Frames(std::vector<float>(48000, 0.0F))).seconds, 0);
  EXPECT_EQ(ColourOf({}).seconds, 0);
  EXPECT_EQ(ColourOf(Frames(std::vector<float>(48000, std::nanf("")))).seconds, 0);
  // A steady sound is all background.
  EXPECT_LT(ColourOf(Frames(Voice(0.1, 1))).seconds, 0.1);
}

// A rate that holds less than all bands: what it lacks is silent.
TEST(SpeechColour, NarrowSound) {
  const auto levels = Levels(Voice(4, 5, 8000), 8000);
  EXPECT_LT(levels[12], -100);
  EXPECT_GT(levels[6], -30);
}

}  // namespace
}  // namespace waveshift::audio
