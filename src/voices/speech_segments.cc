// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "voices/speech_segments.h"

#include <algorithm>

namespace waveshift::voices {

void SpeechSegmenter::Add(std::span<const float> probabilities, std::vector<SpeechSegment>& found) {
  for (const float probability : probabilities) {
    const Samples start = position_;
    position_ += kSpeechWindow;
    if (probability >= rules_.enter) {
      if (!speaking_) begin_ = start;
      speaking_ = true;
      silent_since_.reset();
    } else if (speaking_ && !(probability >= rules_.leave)) {
      if (!silent_since_.has_value()) silent_since_ = start;
      if (position_ - *silent_since_ >= rules_.min_silence) Close(*silent_since_, found);
    }
  }
}

void SpeechSegmenter::Finish(std::vector<SpeechSegment>& found) {
  if (speaking_) Close(silent_since_.value_or(position_), found);
  if (!waiting_.has_value()) return;
  waiting_->end = std::min(waiting_->end, position_);
  found.push_back(*waiting_);
  waiting_.reset();
}

void SpeechSegmenter::Close(Samples end, std::vector<SpeechSegment>& found) {
  speaking_ = false;
  silent_since_.reset();
  if (end - begin_ < rules_.min_speech) return;
  SpeechSegment segment{std::max<Samples>(0, begin_ - rules_.pad), end + rules_.pad};
  if (waiting_.has_value()) {
    if (waiting_->end > segment.start) {
      const Samples middle = (waiting_->end - rules_.pad + begin_) / 2;
      waiting_->end = middle;
      segment.start = middle;
    }
    found.push_back(*waiting_);
  }
  waiting_ = segment;
}

std::vector<SpeechSegment> FindSpeech(std::span<const float> probabilities, const SegmentRules& rules) {
  std::vector<SpeechSegment> found;
  SpeechSegmenter segmenter(rules);
  segmenter.Add(probabilities, found);
  segmenter.Finish(found);
  return found;
}

}  // namespace waveshift::voices
