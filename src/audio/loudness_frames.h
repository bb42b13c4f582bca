// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Loudness of stretches of a programme that goes by once: its K-weighted power is kept in frames of 10 ms, of
// which the gated loudness of any stretch is made afterwards (ITU-R BS.1770-4; the filter is libebur128's).
#ifndef WAVESHIFT_AUDIO_LOUDNESS_FRAMES_H_
#define WAVESHIFT_AUDIO_LOUDNESS_FRAMES_H_

#include <memory>
#include <span>
#include <vector>

#include "base/media_time.h"

namespace waveshift::audio {

inline constexpr Samples kLoudnessFrame = SamplesFromMs(int64_t{10});

// 48 kHz stereo. One thread at a time.
class LoudnessFrames {
 public:
  LoudnessFrames();
  ~LoudnessFrames();
  LoudnessFrames(const LoudnessFrames&) = delete;
  LoudnessFrames& operator=(const LoudnessFrames&) = delete;

  // Appends the power of each whole frame, both channels added; values that are not numbers count as 0.
  // Pre: whole frames.
  void Add(std::span<const float> interleaved, std::vector<float>& powers);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Gated loudness in LUFS of the frames with these powers. What is shorter than a gating block (400 ms) has
// the mean over its own length. -infinity for silence (below -70 LUFS). Any thread.
double GatedLoudness(std::span<const float> powers);

}  // namespace waveshift::audio

#endif  // WAVESHIFT_AUDIO_LOUDNESS_FRAMES_H_
