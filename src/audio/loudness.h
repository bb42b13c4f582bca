// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Loudness by ITU-R BS.1770-4 / EBU R128 (libebur128).
#ifndef WAVESHIFT_AUDIO_LOUDNESS_H_
#define WAVESHIFT_AUDIO_LOUDNESS_H_

#include <memory>
#include <span>

#include "audio/buffer.h"

namespace waveshift::audio {

// What BS.1770 makes of a mono sound: one loudspeaker, or the same in left and right of a stereo mix (3.01 LU
// louder).
enum class MonoAs { kOneChannel, kBothSides };

// Gated integrated loudness in LUFS. A sound shorter than one gating block (400 ms) has no gated loudness:
// then the K-weighted mean over its own length (ungated) is given, so that a short "Yes." compares with long
// lines. -infinity for silence (below -70 LUFS), an empty buffer, or one without a usable rate (below 1000
// Hz). Any thread.
double IntegratedLoudness(const MonoBuffer& buffer, MonoAs meaning = MonoAs::kBothSides);
double IntegratedLoudness(const StereoBuffer& buffer);

struct LoudnessSummary {
  double integrated_lufs = 0;    // -infinity for silence
  double true_peak_dbtp = 0;     // of the louder channel, 4x oversampled; -infinity for silence
  double loudness_range_lu = 0;  // EBU Tech 3342; 0 for silence or less than 3 s
};

// Measures a 48 kHz stereo programme as it goes by. Memory does not depend on its length (loudness is sorted
// into steps of 0.1 LU). One thread at a time. The cuts between Add calls do not matter.
class LoudnessMeter {
 public:
  static std::unique_ptr<LoudnessMeter> Make();
  ~LoudnessMeter();
  LoudnessMeter(const LoudnessMeter&) = delete;
  LoudnessMeter& operator=(const LoudnessMeter&) = delete;

  // Left and right interleaved; an odd last value is ignored. A value that is not a number counts as 0.
  void Add(std::span<const float> interleaved);
  // Of everything so far; more may follow.
  LoudnessSummary Summary() const;

 private:
  class TruePeak;
  struct Impl;
  explicit LoudnessMeter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Decibels that bring speech from `measured_lufs` to `target_lufs`, at most `max_boost_db` up (a take that is
// nearly silent must not become a roar of noise); 0 when either is not a finite number.
double SpeechGainDb(double measured_lufs, double target_lufs, double max_boost_db = 24.0);

// A factor from decibels: 10^(db/20).
double GainFromDb(double db);

}  // namespace waveshift::audio

#endif  // WAVESHIFT_AUDIO_LOUDNESS_H_
