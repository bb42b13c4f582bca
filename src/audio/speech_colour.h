// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What a voice sounds like on average, whatever it says and however loud: its long-term spectrum in third
// octaves, where speech is understood.
#ifndef WAVESHIFT_AUDIO_SPEECH_COLOUR_H_
#define WAVESHIFT_AUDIO_SPEECH_COLOUR_H_

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "audio/fft.h"

namespace waveshift::audio {

inline constexpr size_t kColourBands = 13;  // centres 500 Hz, 630 Hz, ... 8 kHz
double ColourCentreHz(size_t band);

// Power of each band in one frame. A band that the sample rate cannot hold has none.
using BandPowers = std::array<float, kColourBands>;

// Frames of 10 ms of mono sound. One thread at a time.
class BandAnalyzer {
 public:
  // Pre: sample_rate_hz >= 1000.
  explicit BandAnalyzer(int sample_rate_hz);
  // Appends the powers of each whole frame. Values that are not numbers count as 0.
  void Add(std::span<const float> mono, std::vector<BandPowers>& frames);

 private:
  struct Share {  // of one bin in one band
    size_t bin = 0;
    double weight = 0;
  };
  std::vector<double> window_;
  Fft fft_;
  std::array<std::vector<Share>, kColourBands> shares_;
  std::vector<Complex> spectrum_;
};

// The speech of one line: powers that add up to 1, and how many seconds of speech they are of (0: none was
// found).
struct LineColour {
  std::array<double, kColourBands> powers{};
  double seconds = 0;
};

// Of the frames that are about as loud as the loudest of them. The level that a band does not fall below (its
// 10th percentile: the pauses between sounds) counts as background and is taken off. Pure.
LineColour ColourOf(std::span<const BandPowers> frames);

// Of all lines of a voice so far, each weighted by its length.
class SpeechColour {
 public:
  void Add(const LineColour& line);
  double seconds() const { return seconds_; }
  // Level of each band in dB; only differences mean something.
  std::array<double, kColourBands> LevelsDb() const;

 private:
  std::array<double, kColourBands> powers_{};
  double seconds_ = 0;
};

}  // namespace waveshift::audio

#endif  // WAVESHIFT_AUDIO_SPEECH_COLOUR_H_
