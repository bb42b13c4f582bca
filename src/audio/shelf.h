// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_AUDIO_SHELF_H_
#define WAVESHIFT_AUDIO_SHELF_H_

#include <span>

namespace waveshift::audio {

// A gentle second-order high shelf (R. Bristow-Johnson, Audio EQ Cookbook): from a corner on everything is
// louder or softer, below nothing changes. A plain value; Process may be called from any thread.
class HighShelf {
 public:
  // Half of the gain is reached at the corner. Pre: 0 < corner < rate / 2, |gain_db| <= 24.
  HighShelf(double corner_hz, double gain_db, int sample_rate_hz);
  // A whole sound in place, from silence on. A gain of 0 dB changes nothing, to the bit.
  void Process(std::span<float> samples) const;
  double ResponseDb(double hz) const;

 private:
  double rate_hz_;
  bool flat_;
  double b_[3];
  double a_[3];  // a_[0] is 1
};

}  // namespace waveshift::audio

#endif  // WAVESHIFT_AUDIO_SHELF_H_
