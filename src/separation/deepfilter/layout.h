// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The sizes of DeepFilterNet3, as its config.ini says them.
#ifndef WAVESHIFT_SEPARATION_DEEPFILTER_LAYOUT_H_
#define WAVESHIFT_SEPARATION_DEEPFILTER_LAYOUT_H_

#include <array>
#include <complex>
#include <cstddef>

namespace waveshift::separation::deepfilter {

inline constexpr int kSampleRateHz = 48000;
inline constexpr size_t kFrame = 960;            // samples that one spectrum sees: 20 ms
inline constexpr size_t kHop = 480;              // samples from one spectrum to the next: 10 ms
inline constexpr size_t kBins = kFrame / 2 + 1;  // 50 Hz apart, the first is 0 Hz
inline constexpr size_t kBands = 32;             // on the ERB scale, all bins
inline constexpr size_t kLeastBinsOfBand = 2;    // narrower bands are widened
inline constexpr size_t kFilteredBins = 96;      // the lowest, which are filtered rather than masked
inline constexpr size_t kOrder = 5;              // spectra that make one filtered bin
inline constexpr size_t kLookahead = 2;          // of them, those that come later
inline constexpr double kNormSeconds = 1;        // time constant of the features' means

using Spectrum = std::array<std::complex<float>, kBins>;

}  // namespace waveshift::separation::deepfilter

#endif  // WAVESHIFT_SEPARATION_DEEPFILTER_LAYOUT_H_
