// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "separation/deepfilter/transform.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <numbers>
#include <random>
#include <vector>

namespace waveshift::separation::deepfilter {
namespace {

std::vector<double> Noise(size_t count) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> values(-1, 1);
  std::vector<double> noise(count);
  for (double& value : noise) value = values(random);
  return noise;
}

TEST(FrameTransform, IsTheSumOfItsDefinition) {
  const std::vector<double> samples = Noise(kFrame);
  std::vector<audio::Complex> bins(kBins);
  FrameTransform transform;
  transform.Forward(std::span<const double, kFrame>(samples), std::span<audio::Complex, kBins>(bins));
  for (size_t k = 0; k < kBins; k += k < 8 ? 1 : 59) {
    double re = 0;
    double im = 0;
    for (size_t n = 0; n < kFrame; ++n) {
      const double angle = -2 * std::numbers::pi * static_cast<double>(k * n % kFrame) / kFrame;
      re += samples[n] * std::cos(angle);
      im += samples[n] * std::sin(angle);
    }
    EXPECT_NEAR(bins[k].re, re, 1e-10) << k;
    EXPECT_NEAR(bins[k].im, im, 1e-10) << k;
  }
}

TEST(FrameTransform, InverseGivesTheSamplesBack) {
  const std::vector<double> samples = Noise(kFrame);
  std::vector<audio::Complex> bins(kBins);
  std::vector<double> back(kFrame);
  FrameTransform transform;
  transform.Forward(std::span<const double, kFrame>(samples), std::span<audio::Complex, kBins>(bins));
  transform.Inverse(std::span<const audio::Complex, kBins>(bins), std::span<double, kFrame>(back));
  for (size_t n = 0; n < kFrame; ++n) EXPECT_NEAR(back[n] / kFrame, samples[n], 1e-12) << n;
}

TEST(FrameTransform, SynthesisUndoesAnalysisOneHopLater) {
  const std::vector<double> noise = Noise(5 * kHop);
  const std::vector<float> samples(noise.begin(), noise.end());
  Analysis analysis;
  Synthesis synthesis;
  Spectrum spectrum;
  std::vector<float> out(kHop);
  for (size_t hop = 0; hop < 5; ++hop) {
    analysis.Next(std::span<const float, kHop>(samples.data() + hop * kHop, kHop), spectrum);
    synthesis.Next(spectrum, std::span<float, kHop>(out));
    for (size_t n = 0; hop > 0 && n < kHop; ++n) ASSERT_NEAR(out[n], samples[(hop - 1) * kHop + n], 1e-6F);
  }
}

TEST(FrameTransform, SquaresOfTheWindowAddUpToOne) {
  const auto& window = VorbisWindow();
  for (size_t n = 0; n < kHop; ++n) {
    EXPECT_NEAR(window[n] * window[n] + window[kHop + n] * window[kHop + n], 1, 1e-12);
  }
}

}  // namespace
}  // namespace waveshift::separation::deepfilter
