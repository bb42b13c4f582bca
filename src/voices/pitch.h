// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Fundamental frequency of speech, frame by frame.
#ifndef WAVESHIFT_VOICES_PITCH_H_
#define WAVESHIFT_VOICES_PITCH_H_

#include <span>
#include <vector>

namespace waveshift::voices {

inline constexpr int kPitchRateHz = 16000;
inline constexpr double kLowestPitchHz = 60;
inline constexpr double kHighestPitchHz = 500;
inline constexpr double kPitchFrameSeconds = 0.010;

struct PitchTrack {
  std::vector<float> pitch_hz;  // one value per 10 ms; 0 where no voice is heard
  std::vector<bool>
      is_speech;  // loud enough against the line's own level to be speech; short gaps inside count as speech
  double speech_seconds() const;
};

// Stereo at 48 kHz (interleaved) as mono at kPitchRateHz, low-passed to the band where the lower harmonics
// lie (0 to about 1.2 kHz): noise above it would only blur the period. Samples that are no finite numbers
// count as 0.
std::vector<float> PitchBand(std::span<const float> interleaved_48k);

// Pitch of a band-limited signal at kPitchRateHz. Method: the cumulative mean normalised difference function
// of A. de Cheveigne and H. Kawahara, "YIN, a fundamental frequency estimator for speech and music", JASA
// 111(4), 2002, steps 1 to 5, over windows of 25 ms; then frames that stand alone or jump away from their
// neighbours are dropped. Pure; any thread.
PitchTrack TrackPitch(std::span<const float> band);

// Value at `fraction` (0..1) of the values in order, 0 when there is none. Zeros are passed over.
double PitchPercentile(std::vector<float> pitch_hz, double fraction);

}  // namespace waveshift::voices

#endif  // WAVESHIFT_VOICES_PITCH_H_
