// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_SEPARATION_DEEPFILTER_FEATURES_H_
#define WAVESHIFT_SEPARATION_DEEPFILTER_FEATURES_H_

#include <array>
#include <span>

#include "separation/deepfilter/layout.h"

namespace waveshift::separation::deepfilter {

// How many bins each band has; together kBins. Bands are equally wide on the ERB scale of Glasberg and Moore
// (1990), 9.265 ln(1 + f / (24.7 * 9.265)), and at least kLeastBinsOfBand bins.
const std::array<size_t, kBands>& BandWidths();

// What the network hears of one spectrum.
struct Features {
  std::array<float, kBands> level;  // of each band in dB, above its mean, over 40
  std::array<float, 2 * kFilteredBins>
      spectrum;  // real parts, then imaginary parts, over the root of the mean
};

// Features of the spectra of one signal, in order. The means are exponential ones with kNormSeconds, and
// begin at what the network was trained with. One thread at a time.
class FeatureTracker {
 public:
  FeatureTracker();
  void Next(const Spectrum& spectrum, Features& features);

 private:
  std::array<float, kBands> mean_level_db_;
  std::array<float, kFilteredBins> mean_magnitude_;
};

}  // namespace waveshift::separation::deepfilter

#endif  // WAVESHIFT_SEPARATION_DEEPFILTER_FEATURES_H_
