// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_TTS_INDEXTTS_GPT_FINISHED_BEAMS_INTERNAL_H_
#define WAVESHIFT_TTS_INDEXTTS_GPT_FINISHED_BEAMS_INTERNAL_H_

#include <cstdint>
#include <span>
#include <vector>

namespace waveshift::tts::indextts {

// The best complete sequences of a beam search (reference, section 5.4, "Adding to F").
class FinishedBeams {
 public:
  FinishedBeams(int most, double length_penalty, int max_codes);

  // `score` is the sum of log-probabilities, `length` the number that it is divided by (to the power of the
  // length penalty).
  void Add(std::span<const int32_t> codes, float score, int length);
  bool full() const { return entries_.size() == most_; }
  // Whether no sequence that ends now with `score` could still come in.
  bool BeatAll(float score, int length) const;
  // The best; the last added of equals. Empty when there is none.
  std::span<const int32_t> Best() const;

 private:
  struct Entry {
    double value;
    std::vector<int32_t> codes;
  };
  double Value(float score, int length) const;

  size_t most_;
  double length_penalty_;
  double worst_ = 1e9;
  std::vector<Entry> entries_;               // in the order in which they came
  std::vector<std::vector<int32_t>> spare_;  // memory for codes, so that adding asks for none
};

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_GPT_FINISHED_BEAMS_INTERNAL_H_
