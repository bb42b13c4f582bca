// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_SEPARATION_DEEPFILTER_FILTER_H_
#define WAVESHIFT_SEPARATION_DEEPFILTER_FILTER_H_

#include <array>
#include <span>

#include "separation/deepfilter/layout.h"

namespace waveshift::separation::deepfilter {

inline constexpr size_t kCoefficients = kFilteredBins * kOrder * 2;

// The speech in one spectrum. `noisy`: the spectra from kOrder - 1 - kLookahead before it to kLookahead after
// it. The lowest kFilteredBins bins are sums over these, weighted by `coefficients` (by bin, then by
// spectrum, real and imaginary part); the others are the spectrum's own, times `mask`, a factor for each
// band. Pure.
void FilterSpectrum(const std::array<const Spectrum*, kOrder>& noisy, std::span<const float, kBands> mask,
                    std::span<const float, kCoefficients> coefficients, Spectrum& speech);

}  // namespace waveshift::separation::deepfilter

#endif  // WAVESHIFT_SEPARATION_DEEPFILTER_FILTER_H_
