// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "voices/pitch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "voices/test_sounds.h"

namespace waveshift::voices {
namespace {

PitchTrack Track(const std::vector<float>& mono) { return TrackPitch(PitchBand(Stereo(mono))); }

double Median(const std::vector<float>& mono) { return PitchPercentile(Track(mono).pitch_hz, 0.5); }

double VoicedPart(const PitchTrack& track) {
  const auto voiced =
      std::count_if(track.pitch_hz.begin(), track.pitch_hz.end(), [](float p) { return p > 0; });
  return static_cast<double>(voiced) / static_cast<double>(track.pitch_hz.size());
}

TEST(Pitch, OfCleanHarmonicsIsExact) {
  for (const double hz : {65.0, 80.0, 110.0, 160.0, 210.0, 300.0, 440.0, 470.0}) {
    const PitchTrack track = Track(Harmonics(hz, 1.5));
    EXPECT_NEAR(PitchPercentile(track.pitch_hz, 0.5), hz, 0.01 * hz) << hz;
    EXPECT_GT(VoicedPart(track), 0.95) << hz;
  }
}

TEST(Pitch, IsFoundWithoutTheFundamental) {
  // As through a telephone.
  for (const double hz : {100.0, 130.0, 200.0})
    EXPECT_NEAR(Median(Harmonics(hz, 1.0, 3)), hz, 0.02 * hz) << hz;
}

TEST(Pitch, StandsNoiseAtTenDecibels) {
  for (const double hz : {90.0, 120.0, 210.0, 280.0}) {
    const std::vector<float> voice = Harmonics(hz, 1.5);
    const PitchTrack track = Track(Sum(voice, Noise(Rms(voice) * std::pow(10.0, -10.0 / 20), 1.5)));
    EXPECT_NEAR(PitchPercentile(track.pitch_hz, 0.5), hz, 0.02 * hz) << hz;
    EXPECT_GT(VoicedPart(track), 0.9) << hz;
  }
}

TEST(Pitch, StandsNoiseInItsOwnBand) {
  // Noise that is low-passed like the analysis band carries as much against the voice as there can be.
  const std::vector<float> voice = Harmonics(120, 1.5);
  std::vector<float> noise = Noise(1, 1.5);
  float low = 0;
  for (float& s : noise) s = low += 0.12F * (s - low);
  const auto gain = static_cast<float>(Rms(voice) * std::pow(10.0, -10.0 / 20) / Rms(noise));
  for (float& s : noise) s *= gain;
  EXPECT_NEAR(Median(Sum(voice, noise)), 120, 4);
}

TEST(Pitch, StandsMusicBelowTheVoice) {
  const std::vector<float> voice = Harmonics(140, 2.0);
  std::vector<float> chord = Sum(Sum(Harmonics(261.6, 2.0), Harmonics(329.6, 2.0)), Harmonics(392.0, 2.0));
  const auto gain = static_cast<float>(Rms(voice) * std::pow(10.0, -12.0 / 20) / Rms(chord));
  for (float& s : chord) s *= gain;
  EXPECT_NEAR(Median(Sum(voice, chord)), 140, 7);
}

TEST(Pitch, NoiseAndSilenceHaveNone) {
  EXPECT_LT(VoicedPart(Track(Noise(0.1, 3.0))), 0.02);
  const PitchTrack silence = Track(std::vector<float>(48000));
  EXPECT_EQ(VoicedPart(silence), 0);
  EXPECT_EQ(silence.speech_seconds(), 0);
}

TEST(Pitch, SpeechTimeLeavesPausesOutAndKeepsGaps) {
  std::vector<float> line = Harmonics(150, 1.0);
  line.resize(line.size() + 4800);  // a gap of 100 ms
  const std::vector<float> second = Harmonics(150, 1.0);
  line.insert(line.end(), second.begin(), second.end());
  line.resize(line.size() + 48000);  // a pause
  line.insert(line.end(), second.begin(), second.end());
  EXPECT_NEAR(Track(line).speech_seconds(), 3.1, 0.12);
}

TEST(Pitch, HostileSamplesAreHarmless) {
  std::vector<float> mono = Harmonics(150, 1.0);
  for (size_t i = 0; i < mono.size(); i += 9000) mono[i] = std::numeric_limits<float>::quiet_NaN();
  mono[5] = std::numeric_limits<float>::infinity();
  mono[9] = -3e38F;
  for (const float p : Track(mono).pitch_hz) ASSERT_TRUE(std::isfinite(p));
  EXPECT_NEAR(Median(mono), 150, 3);
  for (size_t n = 0; n < 6; ++n) EXPECT_TRUE(Track(std::vector<float>(n, 0.5F)).pitch_hz.empty());
  EXPECT_TRUE(TrackPitch({}).pitch_hz.empty());
  EXPECT_TRUE(TrackPitch(PitchBand(std::vector<float>(3, 0.5F))).pitch_hz.empty());
}

TEST(PitchPercentile, PassesOverUnvoicedFrames) {
  EXPECT_EQ(PitchPercentile({}, 0.5), 0);
  EXPECT_EQ(PitchPercentile({0, 0}, 0.5), 0);
  EXPECT_EQ(PitchPercentile({0, 3, 1, 0, 2}, 0.5), 2);
  EXPECT_EQ(PitchPercentile({3, 1, 2}, 0), 1);
  EXPECT_EQ(PitchPercentile({3, 1, 2}, 7), 3);
}

}  // namespace
}  // namespace waveshift::voices
