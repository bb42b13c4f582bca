// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "separation/deepfilter/filter.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "separation/deepfilter/features.h"

namespace waveshift::separation::deepfilter {
namespace {

TEST(FilterSpectrum, FiltersLowBinsAndMasksTheOthers) {
  std::array<Spectrum, kOrder> noisy;
  std::array<const Spectrum*, kOrder> pointers{};
  for (size_t i = 0; i < kOrder; ++i) {
    for (size_t k = 0; k < kBins; ++k) noisy[i][k] = {static_cast<float>(i + 1), static_cast<float>(k)};
    pointers[i] = &noisy[i];
  }
  std::vector<float> mask(kBands);
  for (size_t band = 0; band < kBands; ++band) mask[band] = static_cast<float>(band) / kBands;
  std::vector<float> coefficients(kCoefficients);
  for (size_t k = 0; k < kFilteredBins; ++k) {
    coefficients[(k * kOrder + 0) * 2] = 1;      // the earliest as it is
    coefficients[(k * kOrder + 4) * 2 + 1] = 2;  // the latest times 2i
  }
  Spectrum speech;
  FilterSpectrum(pointers, std::span<const float, kBands>(mask),
                 std::span<const float, kCoefficients>(coefficients), speech);
  for (size_t k = 0; k < kFilteredBins; ++k) {
    const auto bin = static_cast<float>(k);
    EXPECT_EQ(speech[k], std::complex<float>(1 - 2 * bin, bin + 10)) << k;
  }
  size_t bin = 0;
  for (size_t band = 0; band < kBands; ++band) {
    for (size_t i = 0; i < BandWidths()[band]; ++i, ++bin) {
      if (bin < kFilteredBins) continue;
      EXPECT_EQ(speech[bin], noisy[2][bin] * mask[band]) << bin;  // two earlier, two later
    }
  }
}

}  // namespace
}  // namespace waveshift::separation::deepfilter
