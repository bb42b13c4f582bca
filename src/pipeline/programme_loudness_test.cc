// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/programme_loudness.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/files.h"
#include "base/process.h"

namespace waveshift::pipeline {
namespace {

std::optional<SoundSource> Sound(const ScratchDirectory& folder, const std::string& source) {
  const std::string path = folder.path() + "/sound.flac";
  const auto result = RunProcess(
      {.program = "ffmpeg",
       .arguments = {"-hide_banner", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", source, path},
       .time_limit = std::chrono::minutes(2)},
      {});
  if (!result.ok() || result->exit_code != 0) return std::nullopt;
  return SoundSource{media::ProbeMedia(path).value(), 0};
}

// A tone in one channel at -20 dBFS is -23.05 LUFS at 1 kHz, in both -20.04.
TEST(HearProgramme, AShortOneIsHeardWhole) {
  const auto folder = ScratchDirectory::Make().value();
  const auto sound = Sound(folder, "aevalsrc=0.1*sin(2*PI*997*t)|0.1*sin(2*PI*997*t):s=48000:d=30");
  ASSERT_TRUE(sound);
  const auto heard = HearProgramme(*sound, 30 * kTimelineRateHz, {});
  ASSERT_TRUE(heard.ok()) << Message(heard.status());
  EXPECT_NEAR(heard->integrated_lufs, -20.0, 0.1);
  EXPECT_NEAR(heard->true_peak_dbtp, -20, 0.1);
}

// Half an hour that is 6 dB louder in every second minute: the stretches hear both as much.
TEST(HearProgramme, OfALongOneStretchesAreHeard) {
  const auto folder = ScratchDirectory::Make().value();
  const auto sound =
      Sound(folder, "aevalsrc=0.1*sin(2*PI*997*t)*(1+gt(mod(t\\,120)\\,60)):s=48000:d=1800:c=mono");
  ASSERT_TRUE(sound);
  const auto heard = HearProgramme(*sound, 1800 * kTimelineRateHz, {});
  ASSERT_TRUE(heard.ok()) << Message(heard.status());
  // Mono in both channels; the mean of the two powers.
  EXPECT_NEAR(heard->integrated_lufs, -20 + 10 * std::log10((1 + 4) / 2.0), 0.3);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(HearProgramme(*sound, 1800 * kTimelineRateHz, stop.get_token()).status().code(),
            StatusCode::kCancelled);
}

TEST(GainForTarget, BringsTheOriginalToTheTarget) {
  EXPECT_NEAR(GainForTarget({.integrated_lufs = -20, .true_peak_dbtp = -3}, -23).gain_db, -3, 1e-9);
  const ProgrammeGain up = GainForTarget({.integrated_lufs = -20.04, .true_peak_dbtp = -6}, -16);
  EXPECT_NEAR(up.gain_db, 4.0, 1e-9);
  EXPECT_FALSE(up.bounded);
}

TEST(GainForTarget, DoesNotCrushPeaks) {
  // A peak of -4 dBTP may come to 6 dB over the ceiling of -2.
  const ProgrammeGain gain = GainForTarget({.integrated_lufs = -30, .true_peak_dbtp = -4}, -14);
  EXPECT_NEAR(gain.gain_db, 8, 1e-9);
  EXPECT_TRUE(gain.bounded);
  // What is over already is not lowered for its peaks.
  EXPECT_EQ(GainForTarget({.integrated_lufs = -20, .true_peak_dbtp = 9}, -14).gain_db, 0);
  EXPECT_NEAR(GainForTarget({.integrated_lufs = -8, .true_peak_dbtp = 9}, -14).gain_db, -6, 1e-9);
  EXPECT_NEAR(GainForTarget({.integrated_lufs = -60, .true_peak_dbtp = -50}, -14).gain_db, 20, 1e-9);
}

TEST(GainForTarget, SilenceGetsNone) {
  const auto silence = -std::numeric_limits<double>::infinity();
  const ProgrammeGain gain = GainForTarget({.integrated_lufs = silence, .true_peak_dbtp = silence}, -14);
  EXPECT_EQ(gain.gain_db, 0);
  EXPECT_FALSE(gain.bounded);
}

}  // namespace
}  // namespace waveshift::pipeline
