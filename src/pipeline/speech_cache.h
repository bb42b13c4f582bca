// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_PIPELINE_SPEECH_CACHE_H_
#define WAVESHIFT_PIPELINE_SPEECH_CACHE_H_

#include <map>
#include <memory>
#include <stop_token>
#include <vector>

#include "base/status.h"
#include "pipeline/speech_track.h"

namespace waveshift::pipeline {

// A SpeechTrack for two readers, one some seconds behind the other: who measures the lines, and who mixes
// them. What was separated once is kept for the second, with a second on each side of what was asked for, and
// short pauses between. Memory: at most kMostBlocks seconds of stereo, 25 MB. One thread at a time.
class SpeechCache {
 public:
  static constexpr Samples kBlock = kTimelineRateHz;
  static constexpr size_t kMostBlocks = 64;

  SpeechCache(SoundOpener open, std::shared_ptr<const separation::Separator> separator)
      : track_(std::move(open), std::move(separator)) {}

  // As SpeechTrack::Read, in any order.
  Status Read(Samples start, Samples frames, std::vector<float>& interleaved, const std::stop_token& stop);
  // How many blocks were separated so far.
  int64_t separated_blocks() const { return separated_blocks_; }

 private:
  Status Reach(int64_t block, const std::stop_token& stop);
  Status Separate(int64_t block, const std::stop_token& stop);
  void Forget(int64_t first, int64_t last);

  SpeechTrack track_;
  std::map<int64_t, std::vector<float>> blocks_;
  int64_t separated_blocks_ = 0;
};

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_SPEECH_CACHE_H_
