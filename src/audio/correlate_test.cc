// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "audio/correlate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "audio/test_signals.h"

namespace waveshift::audio {
namespace {

using testing_signals::MeanSquare;
using testing_signals::Music;
using testing_signals::Speech;

constexpr Samples kMaxLag = SamplesFromMs(int64_t{60});

// `line` under `bed` at the given ratio, `shift` samples later than expected; as FindOffset's signal.
std::vector<float> Under(const std::vector<float>& line, std::vector<float> bed, double snr_db,
                         Samples shift) {
  const double gain =
      std::isinf(snr_db) ? 0 : std::sqrt(MeanSquare(line) / MeanSquare(bed) / std::pow(10.0, snr_db / 10));
  bed.resize(line.size() + 2 * kMaxLag);
  for (float& v : bed) v = static_cast<float>(v * gain);
  for (size_t i = 0; i < line.size(); ++i) bed[i + static_cast<size_t>(kMaxLag + shift)] += line[i];
  return bed;
}

TEST(FindOffset, FindsTheSameSoundExactly) {
  const auto line = Speech(1.0, 48000);
  for (const Samples shift :
       {Samples{-2880}, Samples{-100}, Samples{-1}, Samples{0}, Samples{7}, Samples{1500}, Samples{2880}}) {
    const Offset found = FindOffset(line, Under(line, Music(2, 48000), INFINITY, shift), kMaxLag);
    EXPECT_NEAR(found.samples, static_cast<double>(shift), std::abs(shift) == kMaxLag ? 1.5 : 0.6);
    EXPECT_GT(found.score, 0.97);
  }
}

TEST(FindOffset, FindsALineUnderMusicWithinAMillisecond) {
  for (const double snr : {0.0, -3.0, -6.0}) {
    for (uint64_t seed = 1; seed < 6; ++seed) {
      for (const double seconds : {0.5, 3.0}) {
        const auto line = Speech(seconds, 48000, seed);
        const Samples shift = static_cast<Samples>(seed) * 531 - 1500;
        const Offset found = FindOffset(line, Under(line, Music(4, 48000, seed + 50), snr, shift), kMaxLag);
        EXPECT_NEAR(found.samples, static_cast<double>(shift), 12) << snr << " dB, seed " << seed;
        EXPECT_GT(found.score, 0.2) << snr << " dB, seed " << seed;
      }
    }
  }
}

TEST(FindOffset, ScoresAnotherSoundLow) {
  const auto line = Speech(3.0, 48000, 1);
  EXPECT_LT(FindOffset(line, Music(4, 48000), kMaxLag).score, 0.15);
}

TEST(FindOffset, SilenceHasNoScore) {
  const auto line = Speech(0.5, 48000);
  const std::vector<float> silence(40000, 0.0F);
  EXPECT_EQ(FindOffset(line, silence, kMaxLag).score, 0);
  EXPECT_EQ(FindOffset(silence, line, kMaxLag).score, 0);
  EXPECT_EQ(FindOffset({}, line, kMaxLag).score, 0);
  EXPECT_EQ(FindOffset(line, {}, kMaxLag).score, 0);
  EXPECT_EQ(FindOffset(line, line, -1).score, 0);
}

TEST(FindOffset, ASignalThatEndsEarlyCountsAsSilenceBehind) {
  const auto line = Speech(1.0, 48000);
  auto signal = Under(line, Music(2, 48000), INFINITY, 90);
  signal.resize(40000);
  const Offset found = FindOffset(line, signal, kMaxLag);
  EXPECT_NEAR(found.samples, 90, 12);
  EXPECT_GT(found.score, 0.5);
}

}  // namespace
}  // namespace waveshift::audio
