// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "separation/deepfilter/features.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace waveshift::separation::deepfilter {
namespace {

TEST(Features, BandsCoverAllBinsAndGrowWider) {
  const auto& widths = BandWidths();
  EXPECT_EQ(std::accumulate(widths.begin(), widths.end(), size_t{0}), kBins);
  EXPECT_TRUE(std::is_sorted(widths.begin(), widths.end()));
  EXPECT_EQ(widths.front(), kLeastBinsOfBand);
  // The highest band: from 24 kHz down to 31/32 of its number of ERBs.
  const double top = 9.265 * std::log1p(24000 / (24.7 * 9.265));
  const double edge_hz = 24.7 * 9.265 * std::expm1(top * 31 / 32 / 9.265);
  EXPECT_EQ(widths.back(), kBins - static_cast<size_t>(std::lround(edge_hz / 50)));
}

TEST(Features, ASteadySpectrumBecomesItsMean) {
  Spectrum spectrum;
  spectrum.fill({3e-3F, -4e-3F});  // magnitude 5e-3: -46.02 dB
  FeatureTracker tracker;
  Features features{};
  tracker.Next(spectrum, features);
  // The means begin at -60 dB and 1e-3 in the lowest place, and go one hundredth of the way.
  const double power_db = 10 * std::log10(25e-6 + 1e-10);
  EXPECT_NEAR(features.level[0], 0.99 * (power_db + 60) / 40, 1e-5);
  EXPECT_NEAR(features.level[kBands - 1], 0.99 * (power_db + 90) / 40, 1e-5);
  const double mean = 0.99 * 1e-3 + 0.01 * 5e-3;
  EXPECT_NEAR(features.spectrum[0], 3e-3 / std::sqrt(mean), 1e-5);
  EXPECT_NEAR(features.spectrum[kFilteredBins], -4e-3 / std::sqrt(mean), 1e-5);
  for (int i = 0; i < 3000; ++i) tracker.Next(spectrum, features);
  EXPECT_NEAR(features.level[5], 0, 1e-4);
  EXPECT_NEAR(features.spectrum[5], 3e-3 / std::sqrt(5e-3), 1e-4);
}

TEST(Features, AreNumbersAfterAnHourOfSilence) {
  const Spectrum spectrum{};
  FeatureTracker tracker;
  Features features{};
  for (int i = 0; i < 360000; ++i) tracker.Next(spectrum, features);
  for (const float value : features.level) EXPECT_TRUE(std::isfinite(value));
  for (const float value : features.spectrum) EXPECT_EQ(value, 0);
}

}  // namespace
}  // namespace waveshift::separation::deepfilter
