// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "audio/loudness.h"

#include <ebur128.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "audio/test_signals.h"

namespace waveshift::audio {
namespace {

using testing_signals::Sine;

std::vector<float> Both(const std::vector<float>& mono) {
  std::vector<float> out;
  for (const float v : mono) out.insert(out.end(), {v, v});
  return out;
}

// EBU Tech 3341, case 1: a 1 kHz tone of -23 dBFS in both channels measures -23 LUFS.
TEST(IntegratedLoudness, MeasuresTheReferenceTone) {
  const double amplitude = std::pow(10.0, -23.0 / 20);
  const MonoBuffer tone{48000, Sine(1000, amplitude, 48000 * 5, 48000)};
  EXPECT_NEAR(IntegratedLoudness(tone), -23.0, 0.1);
  EXPECT_NEAR(IntegratedLoudness(tone, MonoAs::kOneChannel), -26.0, 0.1);
  EXPECT_NEAR(IntegratedLoudness(StereoBuffer{Both(tone.samples)}), -23.0, 0.1);
  EXPECT_NEAR(IntegratedLoudness({22050, Sine(1000, amplitude, 22050 * 5, 22050)}), -23.0, 0.1);
}

TEST(IntegratedLoudness, ShortSoundsCompareWithLongOnes) {
  for (const double seconds : {0.05, 0.1, 0.2, 0.39, 0.4, 0.41, 1.0}) {
    const MonoBuffer tone{24000, Sine(1000, 0.1, static_cast<size_t>(seconds * 24000), 24000)};
    EXPECT_NEAR(IntegratedLoudness(tone), -20.0, 0.3) << seconds;
  }
}

// 400 ms are no whole number of frames at these rates: no length falls between the short and the long way.
TEST(IntegratedLoudness, EveryLengthAroundABlockIsMeasured) {
  for (const int rate_hz : {11025, 22050, 11027, 44101}) {
    const auto block = static_cast<size_t>(0.4 * rate_hz);
    for (size_t frames = block - 3; frames < block + 6; ++frames) {
      EXPECT_NEAR(IntegratedLoudness({rate_hz, Sine(1000, 0.1, frames, rate_hz)}), -20.0, 0.3)
          << frames << " frames at " << rate_hz << " Hz";
    }
  }
}

TEST(IntegratedLoudness, PausesAreGatedOut) {
  auto samples = Sine(1000, 0.1, 48000 * 4, 48000);
  const double speech = IntegratedLoudness({48000, samples});
  samples.resize(48000 * 20, 0.0F);
  EXPECT_NEAR(IntegratedLoudness({48000, samples}), speech, 0.3);
}

TEST(IntegratedLoudness, SilenceIsMinusInfinity) {
  EXPECT_TRUE(std::isinf(IntegratedLoudness(MonoBuffer{48000, {}})));
  EXPECT_TRUE(std::isinf(IntegratedLoudness(MonoBuffer{0, {0.5F}})));
  EXPECT_TRUE(std::isinf(IntegratedLoudness({48000, std::vector<float>(4800, 0.0F)})));
  EXPECT_TRUE(std::isinf(IntegratedLoudness({48000, std::vector<float>(96000, 0.0F)})));
  EXPECT_TRUE(std::isinf(IntegratedLoudness(StereoBuffer{})));
}

TEST(LoudnessMeter, MeasuresAProgrammeInPieces) {
  const auto quiet = Both(Sine(1000, 0.05, 48000 * 20, 48000));
  const auto loud = Both(Sine(1000, 0.2, 48000 * 20, 48000));
  auto programme = quiet;
  programme.insert(programme.end(), loud.begin(), loud.end());
  const auto whole = LoudnessMeter::Make();
  whole->Add(programme);
  const LoudnessSummary at_once = whole->Summary();
  EXPECT_NEAR(at_once.loudness_range_lu, 12.04, 0.5);
  EXPECT_NEAR(at_once.integrated_lufs, IntegratedLoudness(StereoBuffer{programme}), 0.1);
  EXPECT_NEAR(at_once.true_peak_dbtp, 20 * std::log10(0.2), 0.2);

  const auto pieces = LoudnessMeter::Make();
  for (size_t done = 0; done < programme.size(); done += 2 * 977) {
    pieces->Add(std::span(programme).subspan(done, std::min<size_t>(2 * 977, programme.size() - done)));
  }
  EXPECT_EQ(pieces->Summary().integrated_lufs, at_once.integrated_lufs);
  EXPECT_EQ(pieces->Summary().true_peak_dbtp, at_once.true_peak_dbtp);
}

TEST(LoudnessMeter, SeesPeaksBetweenSamples) {
  const auto meter = LoudnessMeter::Make();
  // Every sample of this tone is 3 dB under its peaks.
  meter->Add(Both(Sine(12000, 0.5, 48000, 48000, std::numbers::pi / 4)));
  EXPECT_NEAR(meter->Summary().true_peak_dbtp, -6.02, 0.3);
}

// Against libebur128's own interpolator, which has half as many taps.
TEST(LoudnessMeter, TruePeaksAgreeWithLibebur128) {
  std::mt19937 random(7);
  for (int trial = 0; trial < 20; ++trial) {
    const double hz = 50 + std::uniform_real_distribution<>(0, 15000)(random);
    const double phase = std::uniform_real_distribution<>(0, 6)(random);
    std::vector<float> tone = Sine(hz, 0.4, 4800, 48000, phase);
    for (size_t i = 0; i < tone.size(); ++i) {  // rising and falling slowly: a cut has peaks of its own
      tone[i] *= static_cast<float>(std::sin(std::numbers::pi * static_cast<double>(i) / 4800));
    }
    const auto sound = Both(tone);
    const auto meter = LoudnessMeter::Make();
    meter->Add(sound);
    ebur128_state* state = ebur128_init(2, 48000, EBUR128_MODE_TRUE_PEAK);
    ebur128_add_frames_float(state, sound.data(), sound.size() / 2);
    double peak = 0;
    ebur128_true_peak(state, 0, &peak);
    ebur128_destroy(&state);
    EXPECT_NEAR(meter->Summary().true_peak_dbtp, 20 * std::log10(peak), 0.35) << hz << " Hz";
  }
}

// A peak in the very last frames counts too.
TEST(LoudnessMeter, SeesTheLastFrames) {
  std::vector<float> sound(2000, 0.0F);
  sound.back() = 0.5F;
  const auto meter = LoudnessMeter::Make();
  meter->Add(sound);
  EXPECT_NEAR(meter->Summary().true_peak_dbtp, -6.02, 0.01);
}

TEST(LoudnessMeter, SilenceAndValuesThatAreNotNumbersDoNoHarm) {
  const auto meter = LoudnessMeter::Make();
  EXPECT_TRUE(std::isinf(meter->Summary().integrated_lufs));
  EXPECT_TRUE(std::isinf(meter->Summary().true_peak_dbtp));
  meter->Add(std::vector<float>(10, std::numeric_limits<float>::quiet_NaN()));
  meter->Add(Both(Sine(1000, 0.1, 48000, 48000)));
  EXPECT_NEAR(meter->Summary().integrated_lufs, -20, 0.3);
}

TEST(SpeechGainDb, BoostsNoMoreThanItMay) {
  EXPECT_DOUBLE_EQ(SpeechGainDb(-20, -18), 2);
  EXPECT_DOUBLE_EQ(SpeechGainDb(-10, -18), -8);
  EXPECT_DOUBLE_EQ(SpeechGainDb(-60, -18, 12), 12);
  EXPECT_DOUBLE_EQ(SpeechGainDb(-std::numeric_limits<double>::infinity(), -18), 0);
  EXPECT_DOUBLE_EQ(GainFromDb(-20), 0.1);
}

}  // namespace
}  // namespace waveshift::audio
