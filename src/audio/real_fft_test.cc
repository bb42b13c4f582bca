// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "audio/real_fft.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>
#include <vector>

namespace waveshift::audio {
namespace {

std::vector<double> Noise(size_t count) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> values(-1, 1);
  std::vector<double> noise(count);
  for (double& value : noise) value = values(random);
  return noise;
}

TEST(RealFft, IsTheSumOfItsDefinitionAndComesBack) {
  for (const size_t size : {2U, 6U, 10U, 64U, 90U, 960U, 6144U, 7680U}) {
    ASSERT_TRUE(RealFft::Supports(size));
    const std::vector<double> samples = Noise(size);
    RealFft transform(size);
    std::vector<Complex> bins(transform.bins());
    transform.Forward(samples, bins);
    for (size_t k = 0; k < bins.size(); k += k < 8 ? 1 : 359) {
      double re = 0;
      double im = 0;
      for (size_t n = 0; n < size; ++n) {
        const double angle =
            -2 * std::numbers::pi * static_cast<double>(k * n % size) / static_cast<double>(size);
        re += samples[n] * std::cos(angle);
        im += samples[n] * std::sin(angle);
      }
      EXPECT_NEAR(bins[k].re, re, 1e-9) << size << " " << k;
      EXPECT_NEAR(bins[k].im, im, 1e-9) << size << " " << k;
    }
    std::vector<double> back(size);
    transform.Inverse(bins, back);
    for (size_t n = 0; n < size; ++n)
      ASSERT_NEAR(back[n] / static_cast<double>(size), samples[n], 1e-12) << size << " " << n;
  }
}

TEST(RealFft, SaysWhichSizesItKnows) {
  for (const size_t size : {0U, 1U, 3U, 14U, 961U, 2U * 11U}) EXPECT_FALSE(RealFft::Supports(size)) << size;
}

}  // namespace
}  // namespace waveshift::audio
