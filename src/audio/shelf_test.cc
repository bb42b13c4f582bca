// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "audio/shelf.h"

#include <gtest/gtest.h>

#include <cmath>

#include "audio/test_signals.h"

namespace waveshift::audio {
namespace {

// What a sine comes out as, in dB, after the filter has settled.
double MeasuredDb(const HighShelf& shelf, double hz) {
  auto sound = testing_signals::Sine(hz, 0.5, 48000, 48000);
  shelf.Process(sound);
  const std::vector<float> settled(sound.begin() + 24000, sound.end());
  return 10 * std::log10(testing_signals::MeanSquare(settled) / 0.125);
}

TEST(HighShelf, LiftsWhatLiesAboveItsCorner) {
  for (const double gain : {-6.0, 3.0}) {
    const HighShelf shelf(3000, gain, 48000);
    EXPECT_NEAR(MeasuredDb(shelf, 200), 0, 0.1) << gain;
    EXPECT_NEAR(MeasuredDb(shelf, 3000), gain / 2, 0.05) << gain;
    EXPECT_NEAR(MeasuredDb(shelf, 16000), gain, 0.15) << gain;
    for (const double hz : {500.0, 2000.0, 5000.0, 9000.0}) {
      EXPECT_NEAR(shelf.ResponseDb(hz), MeasuredDb(shelf, hz), 0.02) << hz;
    }
  }
}

TEST(HighShelf, WithoutGainNothingChanges) {
  auto sound = testing_signals::Speech(0.5, 48000);
  const auto before = sound;
  HighShelf(3000, 0, 48000).Process(sound);
  EXPECT_EQ(sound, before);
}

}  // namespace
}  // namespace waveshift::audio
