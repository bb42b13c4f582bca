// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// From probabilities of speech, one a window (vad.h), to stretches in which somebody speaks.
#ifndef WAVESHIFT_VOICES_SPEECH_SEGMENTS_H_
#define WAVESHIFT_VOICES_SPEECH_SEGMENTS_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/media_time.h"
#include "voices/vad.h"

namespace waveshift::voices {

struct SegmentRules {
  float enter = 0.5F;   // a stretch begins with a window at least as probable as this ...
  float leave = 0.35F;  // ... and ends where windows have been less probable than this for min_silence
  Samples min_silence = SamplesFromMs(int64_t{100});
  Samples min_speech = SamplesFromMs(int64_t{250});  // shorter stretches are dropped
  // Added at both ends, as far as the signal goes; two stretches that would meet share what lies between.
  Samples pad = SamplesFromMs(int64_t{30});
};

// [start, end) from the signal's first sample, in samples at 48 kHz.
struct SpeechSegment {
  Samples start = 0;
  Samples end = 0;
  friend bool operator==(const SpeechSegment&, const SpeechSegment&) = default;
};

// A stretch is given when it is certain where it ends: once the next one begins or the signal ends. O(1) a
// window and in memory. One thread at a time.
class SpeechSegmenter {
 public:
  explicit SpeechSegmenter(const SegmentRules& rules = {}) : rules_(rules) {}
  // The next windows; appends the stretches that they make certain. A value that is no number counts as 0.
  void Add(std::span<const float> probabilities, std::vector<SpeechSegment>& found);
  // The signal has ended. Pre: called once, last.
  void Finish(std::vector<SpeechSegment>& found);

 private:
  void Close(Samples end, std::vector<SpeechSegment>& found);

  const SegmentRules rules_;
  Samples position_ = 0;  // end of the windows so far
  bool speaking_ = false;
  Samples begin_ = 0;                     // of the stretch in hand, without pad
  std::optional<Samples> silent_since_;   // in it
  std::optional<SpeechSegment> waiting_;  // padded; what follows decides about its end
};

// All of a signal's stretches. Pure.
std::vector<SpeechSegment> FindSpeech(std::span<const float> probabilities, const SegmentRules& rules = {});

}  // namespace waveshift::voices

#endif  // WAVESHIFT_VOICES_SPEECH_SEGMENTS_H_
