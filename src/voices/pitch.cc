// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "voices/pitch.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>

namespace waveshift::voices {
namespace {

constexpr int kHop = static_cast<int>(kPitchRateHz * kPitchFrameSeconds);
constexpr int kWindow = kPitchRateHz / 40;
constexpr int kShortestLag = static_cast<int>(kPitchRateHz / kHighestPitchHz);
constexpr int kLongestLag = static_cast<int>(kPitchRateHz / kLowestPitchHz) + 1;
constexpr int kSpan = kWindow + kLongestLag + 1;  // samples that one frame looks at

// A frame is voiced below this (0 = perfectly periodic). Noise at 10 dB below the voice lifts the minimum by
// about 0.1; noise alone comes below it by chance only, and not for several frames in a row.
constexpr double kVoicedBelow = 0.25;
// The first dip below this is taken, also when a later one (the octave below) is a little deeper.
constexpr double kFirstDipBelow = 0.15;
// Speech lies within this of the line's loud parts (90th percentile of the frames).
constexpr double kSpeechBelowLoudDb = 25;
constexpr double kSilenceRms = 1e-4;  // -80 dBFS: nothing was recorded
constexpr int kShortGapFrames = 25;   // 250 ms: the usual border between a gap inside speech and a pause
constexpr int kShortestVoicedFrames = 5;
constexpr double kLargestStepSemitones = 3;  // between neighbouring frames

constexpr int kTaps = 97;  // at 48 kHz: 2 ms

std::array<float, kTaps> LowPass() {
  std::array<float, kTaps> taps = {};
  const double cut = 1200.0 / 48000.0;
  double sum = 0;
  for (int i = 0; i < kTaps; ++i) {
    const int n = i - kTaps / 2;
    const double x = 2 * std::numbers::pi * cut * n;
    const double sinc = n == 0 ? 1.0 : std::sin(x) / x;
    const double hann = 0.5 + 0.5 * std::cos(2 * std::numbers::pi * n / (kTaps + 1));
    taps[static_cast<size_t>(i)] = static_cast<float>(sinc * hann);
    sum += sinc * hann;
  }
  for (float& tap : taps) tap = static_cast<float>(tap / sum);
  return taps;
}

// The normalised difference function d'(lag) of one frame; d'(0) = 1.
using Difference = std::array<float, kLongestLag + 2>;
Difference NormalisedDifference(const float* x) {
  Difference d = {};
  d[0] = 1;
  double running = 0;
  for (int lag = 1; lag <= kLongestLag + 1 && lag < static_cast<int>(d.size()); ++lag) {
    float sum = 0;
    const float* y = x + lag;
    for (int i = 0; i < kWindow; ++i) {
      const float e = x[i] - y[i];
      sum += e * e;
    }
    running += sum;
    d[static_cast<size_t>(lag)] = running > 0 ? static_cast<float>(sum * lag / running) : 1.0F;
  }
  return d;
}

// The lag of the minimum near `lag`, between samples.
double Refine(const Difference& d, int lag) {
  const auto i = static_cast<size_t>(lag);
  const double a = d[i - 1];
  const double b = d[i];
  const double c = d[i + 1];
  const double bend = a - 2 * b + c;
  return bend > 1e-12 ? lag + std::clamp(0.5 * (a - c) / bend, -0.5, 0.5) : lag;
}

float FramePitch(const float* x) {
  const Difference d = NormalisedDifference(x);
  int best = 0;
  for (int lag = kShortestLag; lag <= kLongestLag; ++lag) {
    const auto i = static_cast<size_t>(lag);
    if (d[i] > d[i - 1] || d[i] > d[i + 1]) continue;  // no dip
    if (best == 0 || d[i] < d[static_cast<size_t>(best)]) best = lag;
    if (d[i] < kFirstDipBelow) break;
  }
  if (best == 0 || d[static_cast<size_t>(best)] >= kVoicedBelow) return 0;
  const double pitch = kPitchRateHz / Refine(d, best);
  return pitch >= kLowestPitchHz && pitch <= kHighestPitchHz ? static_cast<float>(pitch) : 0.0F;
}

std::vector<double> FrameLevels(std::span<const float> band, size_t frames) {
  std::vector<double> rms(frames);
  for (size_t f = 0; f < frames; ++f) {
    double sum = 0;
    for (int i = 0; i < kWindow; ++i) {
      const double s = band[f * kHop + static_cast<size_t>(i)];
      sum += s * s;
    }
    rms[f] = std::sqrt(sum / kWindow);
  }
  return rms;
}

std::vector<bool> FindSpeech(const std::vector<double>& rms) {
  std::vector<double> sorted = rms;
  const auto loud = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() * 9 / 10);
  std::nth_element(sorted.begin(), loud, sorted.end());
  const double gate = std::max(kSilenceRms, *loud * std::pow(10.0, -kSpeechBelowLoudDb / 20));
  std::vector<bool> speech(rms.size());
  std::ptrdiff_t last = -1;
  for (size_t f = 0; f < rms.size(); ++f) {
    if (rms[f] < gate) continue;
    const auto here = static_cast<std::ptrdiff_t>(f);
    const bool closes_gap = last >= 0 && here - last <= kShortGapFrames;
    for (std::ptrdiff_t g = closes_gap ? last + 1 : here; g <= here; ++g)
      speech[static_cast<size_t>(g)] = true;
    last = here;
  }
  return speech;
}

// Keeps runs of at least kShortestVoicedFrames in which the pitch moves as a voice can.
void DropLoneFrames(std::vector<float>& pitch) {
  size_t begin = 0;
  while (begin < pitch.size()) {
    size_t end = begin + 1;
    if (pitch[begin] > 0) {
      while (end < pitch.size() && pitch[end] > 0 &&
             std::abs(12 * std::log2(pitch[end] / pitch[end - 1])) <= kLargestStepSemitones) {
        ++end;
      }
    }
    if (end - begin < kShortestVoicedFrames) {
      std::fill(pitch.begin() + static_cast<std::ptrdiff_t>(begin),
                pitch.begin() + static_cast<std::ptrdiff_t>(end), 0.0F);
    }
    begin = end;
  }
}

}  // namespace

double PitchTrack::speech_seconds() const {
  return kPitchFrameSeconds * static_cast<double>(std::count(is_speech.begin(), is_speech.end(), true));
}

std::vector<float> PitchBand(std::span<const float> interleaved_48k) {
  static const std::array<float, kTaps> kLowPass = LowPass();
  constexpr size_t kStep = 48000 / kPitchRateHz;
  std::vector<float> mono(interleaved_48k.size() / 2 + kTaps);  // half the taps of silence on each side
  for (size_t i = 0; i + 1 < interleaved_48k.size(); i += 2) {
    const float s = 0.5F * (interleaved_48k[i] + interleaved_48k[i + 1]);
    mono[i / 2 + kTaps / 2] = std::isfinite(s) ? std::clamp(s, -8.0F, 8.0F) : 0.0F;
  }
  std::vector<float> band(interleaved_48k.size() / 2 / kStep);
  for (size_t n = 0; n < band.size(); ++n) {
    float sum = 0;
    const float* x = mono.data() + n * kStep;
    for (size_t k = 0; k < kTaps; ++k) sum += kLowPass[k] * x[k];
    band[n] = sum;
  }
  return band;
}

PitchTrack TrackPitch(std::span<const float> band) {
  PitchTrack track;
  if (band.size() < kSpan) return track;
  const size_t frames = (band.size() - kSpan) / kHop + 1;
  track.is_speech = FindSpeech(FrameLevels(band, frames));
  track.pitch_hz.resize(frames);
  for (size_t f = 0; f < frames; ++f) {
    if (track.is_speech[f]) track.pitch_hz[f] = FramePitch(band.data() + f * kHop);
  }
  DropLoneFrames(track.pitch_hz);
  return track;
}

double PitchPercentile(std::vector<float> pitch_hz, double fraction) {
  std::erase_if(pitch_hz, [](float p) { return !(p > 0); });
  if (pitch_hz.empty()) return 0;
  const auto place = static_cast<std::ptrdiff_t>(
      std::llround(std::clamp(fraction, 0.0, 1.0) * static_cast<double>(pitch_hz.size() - 1)));
  std::nth_element(pitch_hz.begin(), pitch_hz.begin() + place, pitch_hz.end());
  return pitch_hz[static_cast<size_t>(place)];
}

}  // namespace waveshift::voices
