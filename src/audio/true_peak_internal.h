// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Four-fold oversampling for peaks between samples (ITU-R BS.1770-4, annex 2), inside the room only.
#ifndef WAVESHIFT_AUDIO_TRUE_PEAK_INTERNAL_H_
#define WAVESHIFT_AUDIO_TRUE_PEAK_INTERNAL_H_

#include <array>
#include <cstddef>

namespace waveshift::audio::internal {

// Taps of a phase; twice as many as the annex' filter, so that peaks of sound near the band's edge are seen
// too.
inline constexpr size_t kPeakTaps = 24;
// A peak between frames n and n + 1 needs frames n - 11 .. n + 12.
inline constexpr size_t kPeakAhead = kPeakTaps / 2;

class PeakInterpolator {
 public:
  PeakInterpolator();
  // peaks[i] = max(peaks[i], |x| at and between frames i and i + 1), where x[i + kPeakAhead - 1] is frame i
  // and x holds n + kPeakTaps - 1 values.
  void Raise(const float* x, size_t n, float* peaks) const;
  // No peak between samples of at most 1 is higher than this.
  float bound() const { return bound_; }

 private:
  std::array<std::array<float, kPeakTaps>, 3> phases_{};
  float bound_ = 1;
};

}  // namespace waveshift::audio::internal

#endif  // WAVESHIFT_AUDIO_TRUE_PEAK_INTERNAL_H_
