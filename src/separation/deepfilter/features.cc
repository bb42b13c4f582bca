// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "separation/deepfilter/features.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace waveshift::separation::deepfilter {
namespace {

constexpr double kErbScale = 9.265;
constexpr double kErbHz = 24.7 * kErbScale;
// Means at the start: from the lowest band or bin to the highest, in equal steps.
constexpr float kFirstLevelDb = -60;
constexpr float kLastLevelDb = -90;
constexpr float kFirstMagnitude = 1e-3F;
constexpr float kLastMagnitude = 1e-4F;
constexpr float kLevelScale = 40;
constexpr float kLeastPower = 1e-10F;

std::array<size_t, kBands> MakeBandWidths() {
  constexpr double kBinHz = static_cast<double>(kSampleRateHz) / kFrame;
  const double step = kErbScale * std::log1p(kSampleRateHz / 2.0 / kErbHz) / kBands;
  std::array<size_t, kBands> widths{};
  size_t begin = 0;
  for (size_t band = 0; band < kBands; ++band) {
    const double top_hz = kErbHz * std::expm1(static_cast<double>(band + 1) * step / kErbScale);
    const auto end = static_cast<size_t>(std::lround(top_hz / kBinHz));
    const size_t least = begin + kLeastBinsOfBand;
    widths[band] = (end > least ? end : least) - begin;
    begin += widths[band];
  }
  widths[kBands - 1] += kBins - begin;  // the bin at half the rate
  return widths;
}

// The weight that a mean keeps from one spectrum to the next. The network was trained with three digits.
float Kept() {
  const double exact = std::exp(-static_cast<double>(kHop) / kSampleRateHz / kNormSeconds);
  return static_cast<float>(std::round(exact * 1000) / 1000);
}

}  // namespace

const std::array<size_t, kBands>& BandWidths() {
  static const std::array<size_t, kBands> widths = MakeBandWidths();
  return widths;
}

FeatureTracker::FeatureTracker() : mean_level_db_(), mean_magnitude_() {
  for (size_t i = 0; i < kBands; ++i) {
    mean_level_db_[i] = kFirstLevelDb + (kLastLevelDb - kFirstLevelDb) * static_cast<float>(i) / (kBands - 1);
  }
  for (size_t i = 0; i < kFilteredBins; ++i) {
    mean_magnitude_[i] =
        kFirstMagnitude + (kLastMagnitude - kFirstMagnitude) * static_cast<float>(i) / (kFilteredBins - 1);
  }
}

void FeatureTracker::Next(const Spectrum& spectrum, Features& features) {
  static const float kept = Kept();
  size_t bin = 0;
  for (size_t band = 0; band < kBands; ++band) {
    const size_t width = BandWidths()[band];
    float power = 0;
    for (size_t i = 0; i < width; ++i) power += std::norm(spectrum[bin++]);
    const float level_db = 10 * std::log10(power / static_cast<float>(width) + kLeastPower);
    float& mean = mean_level_db_[band];
    mean = level_db * (1 - kept) + mean * kept;
    features.level[band] = (level_db - mean) / kLevelScale;
  }
  for (size_t i = 0; i < kFilteredBins; ++i) {
    float& mean = mean_magnitude_[i];
    mean = std::abs(spectrum[i]) * (1 - kept) + mean * kept;
    // After some minutes of digital silence the mean would be 0, and 0 / 0 no number.
    mean = std::max(mean, 1e-30F);
    const float scale = 1 / std::sqrt(mean);
    features.spectrum[i] = spectrum[i].real() * scale;
    features.spectrum[kFilteredBins + i] = spectrum[i].imag() * scale;
  }
}

}  // namespace waveshift::separation::deepfilter
