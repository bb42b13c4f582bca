// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "separation/mdx/spectrogram.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <numbers>
#include <random>
#include <vector>

namespace waveshift::separation::mdx {
namespace {

Parameters Small(size_t dim_f) {
  Parameters p;
  p.n_fft = 480;
  p.hop = 120;
  p.dim_f = dim_f;
  p.dim_t = 16;
  return p;
}

std::vector<float> Noise(size_t count) {
  std::mt19937 random(3);
  std::uniform_real_distribution<float> values(-1, 1);
  std::vector<float> noise(count);
  for (float& value : noise) value = values(random);
  return noise;
}

TEST(MdxSpectrogram, WithAllBinsTheSoundComesBack) {
  const Parameters p = Small(241);
  Spectrogram spectrogram(p);
  const auto sound = Noise(2 * p.chunk());
  std::vector<float> values(spectrogram.values());
  std::vector<float> back(sound.size());
  spectrogram.Analyse(sound, values);
  spectrogram.Synthesise(values, back);
  for (size_t i = 0; i < sound.size(); ++i) ASSERT_NEAR(back[i], sound[i], 1e-5F) << i;
}

// A value by the definition, the stretch mirrored at its ends.
TEST(MdxSpectrogram, ValuesAreWhereTheFamilyHasThem) {
  const Parameters p = Small(100);
  Spectrogram spectrogram(p);
  const auto sound = Noise(2 * p.chunk());
  std::vector<float> values(spectrogram.values());
  spectrogram.Analyse(sound, values);
  const auto last = static_cast<ptrdiff_t>(p.chunk()) - 1;
  for (const size_t side : {0U, 1U}) {
    for (const size_t t : {0U, 7U, 15U}) {
      for (const size_t f : {1U, 99U}) {
        double re = 0;
        double im = 0;
        for (ptrdiff_t n = 0; n < 480; ++n) {
          ptrdiff_t at = static_cast<ptrdiff_t>(120 * t) + n - 240;
          if (at < 0) at = -at;
          if (at > last) at = 2 * last - at;
          const double angle = 2 * std::numbers::pi * static_cast<double>(n) / 480;
          const double value = (0.5 - 0.5 * std::cos(angle)) * sound[2 * static_cast<size_t>(at) + side];
          re += value * std::cos(angle * static_cast<double>(f));
          im -= value * std::sin(angle * static_cast<double>(f));
        }
        const auto plane = [&](size_t index) { return values[(index * p.dim_f + f) * p.dim_t + t]; };
        EXPECT_NEAR(plane(2 * side), re, 1e-4) << side << " " << t << " " << f;
        EXPECT_NEAR(plane(2 * side + 1), im, 1e-4) << side << " " << t << " " << f;
      }
    }
  }
}

}  // namespace
}  // namespace waveshift::separation::mdx
