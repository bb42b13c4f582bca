// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_AUDIO_PEAKS_H_
#define WAVESHIFT_AUDIO_PEAKS_H_

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace waveshift::audio {

// Lowest and highest value of each `bin_samples` frames, for a picture of the waveform. Streams; the cuts
// between Add calls do not matter. Values that are not numbers are skipped. One thread at a time.
class PeakReducer {
 public:
  // Pre: bin_samples >= 1.
  explicit PeakReducer(int64_t bin_samples);
  // The bin that makes at most `bins` bins of `length` frames; at least 1.
  static int64_t BinFor(int64_t length, int64_t bins);

  void AddMono(std::span<const float> samples);
  // Both channels go into one bin.
  void AddStereo(std::span<const float> interleaved);
  // (low, high) of each bin so far; the last may be incomplete.
  std::vector<std::pair<float, float>> Peaks() const;

 private:
  void AddFrames(std::span<const float> values, size_t channels);
  int64_t bin_samples_;
  int64_t in_bin_ = 0;
  std::vector<std::pair<float, float>> peaks_;
};

}  // namespace waveshift::audio

#endif  // WAVESHIFT_AUDIO_PEAKS_H_
