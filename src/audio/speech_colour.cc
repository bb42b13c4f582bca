// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "audio/speech_colour.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <numeric>

namespace waveshift::audio {
namespace {

constexpr int kFramesPerSecond = 100;
constexpr double kFirstCentreHz = 500;
// Frames that count as speech: at most this far below the line's loud ones (80th percentile).
constexpr double kLoudPercentile = 0.8;
constexpr double kActiveShare = 0.03;  // -15 dB
constexpr double kFloorPercentile = 0.1;
constexpr size_t kLeastFrames = 20;

double Percentile(std::vector<double> values, double share) {
  const auto at = values.begin() + static_cast<ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

double Total(const BandPowers& frame) { return std::accumulate(frame.begin(), frame.end(), 0.0); }

}  // namespace

double ColourCentreHz(size_t band) { return kFirstCentreHz * std::pow(2.0, static_cast<double>(band) / 3); }

BandAnalyzer::BandAnalyzer(int sample_rate_hz)
    : window_(static_cast<size_t>(sample_rate_hz / kFramesPerSecond)), fft_(std::bit_ceil(window_.size())) {
  const auto n = static_cast<double>(window_.size());
  for (size_t i = 0; i < window_.size(); ++i) {
    window_[i] = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * (static_cast<double>(i) + 0.5) / n);
  }
  const double width_hz = static_cast<double>(sample_rate_hz) / static_cast<double>(fft_.size());
  const double half_band = std::pow(2.0, 1.0 / 6);
  for (size_t band = 0; band < kColourBands; ++band) {
    const double low = ColourCentreHz(band) / half_band;
    const double high = ColourCentreHz(band) * half_band;
    if (2 * high > sample_rate_hz) break;
    for (size_t bin = 1; bin < fft_.size() / 2; ++bin) {
      const double centre = static_cast<double>(bin) * width_hz;
      const double overlap = std::min(high, centre + width_hz / 2) - std::max(low, centre - width_hz / 2);
      // Per sample and hertz, so that sounds of different rates compare.
      if (overlap > 0) shares_[band].push_back({bin, overlap / (n * sample_rate_hz)});
    }
  }
}

void BandAnalyzer::Add(std::span<const float> mono, std::vector<BandPowers>& frames) {
  for (size_t at = 0; at + window_.size() <= mono.size(); at += window_.size()) {
    spectrum_.assign(fft_.size(), {});
    for (size_t i = 0; i < window_.size(); ++i) {
      if (std::isfinite(mono[at + i])) spectrum_[i].re = window_[i] * static_cast<double>(mono[at + i]);
    }
    fft_.Forward(spectrum_);
    BandPowers powers{};
    for (size_t band = 0; band < kColourBands; ++band) {
      double sum = 0;
      for (const Share& share : shares_[band]) {
        const Complex& x = spectrum_[share.bin];
        sum += share.weight * (x.re * x.re + x.im * x.im);
      }
      powers[band] = static_cast<float>(sum);
    }
    frames.push_back(powers);
  }
}

LineColour ColourOf(std::span<const BandPowers> frames) {
  LineColour colour;
  if (frames.size() < kLeastFrames) return colour;
  std::vector<double> totals;
  for (const BandPowers& frame : frames) totals.push_back(Total(frame));
  const double active = kActiveShare * Percentile(totals, kLoudPercentile);
  size_t count = 0;
  for (size_t i = 0; i < frames.size(); ++i) {
    if (!(totals[i] > 0) || totals[i] < active) continue;
    ++count;
    for (size_t band = 0; band < kColourBands; ++band) colour.powers[band] += frames[i][band];
  }
  double sum = 0;
  for (size_t band = 0; band < kColourBands; ++band) {
    std::vector<double> of_band;
    for (const BandPowers& frame : frames) of_band.push_back(frame[band]);
    const double floor = Percentile(std::move(of_band), kFloorPercentile) * static_cast<double>(count);
    colour.powers[band] = std::max(0.0, colour.powers[band] - floor);
    sum += colour.powers[band];
  }
  if (!(sum > 0)) return {};
  for (double& power : colour.powers) power /= sum;
  colour.seconds = static_cast<double>(count) / kFramesPerSecond;
  return colour;
}

void SpeechColour::Add(const LineColour& line) {
  for (size_t band = 0; band < kColourBands; ++band) powers_[band] += line.seconds * line.powers[band];
  seconds_ += line.seconds;
}

std::array<double, kColourBands> SpeechColour::LevelsDb() const {
  std::array<double, kColourBands> levels{};
  for (size_t band = 0; band < kColourBands; ++band) levels[band] = 10 * std::log10(powers_[band] + 1e-12);
  return levels;
}

}  // namespace waveshift::audio
