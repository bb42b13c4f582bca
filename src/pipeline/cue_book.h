// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The subtitles of what has been placed so far.
#ifndef WAVESHIFT_PIPELINE_CUE_BOOK_H_
#define WAVESHIFT_PIPELINE_CUE_BOOK_H_

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "pipeline/line_state.h"
#include "text/subtitles.h"

namespace waveshift::pipeline {

// Any thread. Memory: the dubbed texts.
class CueBook {
 public:
  explicit CueBook(std::string language) : language_(std::move(language)) {}

  // A dubbed line, timed to its speech.
  void Add(const LineState& line);
  // All cues so far, in order of start, as long as they want to be read (text/reading_time.h). With
  // `borders_ms`, the ends of the segments, cues up to a border do not change when later lines are added.
  std::vector<text::Cue> Cues(const std::vector<int64_t>& borders_ms = {}) const;
  // Those of Cues(borders_ms) that touch [start_ms, end_ms). Time and memory: of these cues, not of all.
  std::vector<text::Cue> CuesIn(int64_t start_ms, int64_t end_ms,
                                const std::vector<int64_t>& borders_ms = {}) const;

 private:
  const std::string language_;
  mutable std::mutex mutex_;
  std::vector<text::Cue> spoken_;  // as long as the speech, in order of start
  int64_t longest_ms_ = 0;         // of spoken_
};

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_CUE_BOOK_H_
