// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "separation/deepfilter/filter.h"

#include <cstddef>

#include "separation/deepfilter/features.h"

namespace waveshift::separation::deepfilter {

void FilterSpectrum(const std::array<const Spectrum*, kOrder>& noisy, std::span<const float, kBands> mask,
                    std::span<const float, kCoefficients> coefficients, Spectrum& speech) {
  const Spectrum& now = *noisy[kOrder - 1 - kLookahead];
  size_t bin = 0;
  for (size_t band = 0; band < kBands; ++band) {
    const size_t end = bin + BandWidths()[band];
    for (; bin < end; ++bin) speech[bin] = now[bin] * mask[band];
  }
  for (size_t k = 0; k < kFilteredBins; ++k) {
    float re = 0;
    float im = 0;
    for (size_t i = 0; i < kOrder; ++i) {
      const std::complex<float> x = (*noisy[i])[k];
      const float a = coefficients[2 * (k * kOrder + i)];
      const float b = coefficients[2 * (k * kOrder + i) + 1];
      re += x.real() * a - x.imag() * b;
      im += x.real() * b + x.imag() * a;
    }
    speech[k] = {re, im};
  }
}

}  // namespace waveshift::separation::deepfilter
