// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_AUDIO_LIMITER_H_
#define WAVESHIFT_AUDIO_LIMITER_H_

#include <memory>
#include <span>
#include <vector>

namespace waveshift::audio {

struct LimiterOptions {
  double ceiling_dbtp = -1.5;  // -60 .. 0
  double lookahead_ms = 5;     // 0.1 .. 100: the gain glides down within this time before a peak
  double release_ms = 100;     // 1 .. 10000: time constant of the gain's way back
};

// Keeps a 48 kHz stereo programme under a true peak (4x oversampled, ITU-R BS.1770-4 annex 2), one gain for
// both channels. The gain follows the lowest gain needed within the look-ahead, smoothed over the same time,
// so it is always down before a peak arrives and never jumps. It is computed in whole numbers: exactly 1 when
// no peak is near, so that quieter sound passes bit for bit, and the same however the input is cut. Values
// that are not numbers count as 0. One thread at a time.
//
// Parts of a programme can be left out: where a frame's share is 0 it passes bit for bit, and its peaks count
// for nothing; between 0 and 1 the gain acts by that share (1 - share * (1 - gain)).
class TruePeakLimiter {
 public:
  explicit TruePeakLimiter(const LimiterOptions& options = {});
  ~TruePeakLimiter();
  TruePeakLimiter(const TruePeakLimiter&) = delete;
  TruePeakLimiter& operator=(const TruePeakLimiter&) = delete;

  // By how many frames the output lags behind the input.
  int latency_samples() const;

  // As many frames out as in, latency_samples() later (silence at first). Both interleaved and of the same
  // even size; may be the same.
  void Process(std::span<const float> in, std::span<float> out);
  // The same with a share for each frame. Pre: shares.size() >= in.size() / 2.
  void Process(std::span<const float> in, std::span<const float> shares, std::span<float> out);
  // Appends the last latency_samples() frames; the limiter is as new afterwards.
  void Flush(std::vector<float>& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace waveshift::audio

#endif  // WAVESHIFT_AUDIO_LIMITER_H_
