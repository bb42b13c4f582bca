// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// A short stretch of the programme as sound files beside the report, one for each of: the original, its
// speech and its background where the job has them apart, and the mix. report.html plays them side by side.
#ifndef WAVESHIFT_PIPELINE_LISTENING_H_
#define WAVESHIFT_PIPELINE_LISTENING_H_

#include <functional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "audio/buffer.h"
#include "base/media_time.h"
#include "base/status.h"
#include "pipeline/line_state.h"
#include "stores/object_store.h"

namespace waveshift::pipeline {

struct Stretch {
  Samples start = 0;
  Samples end = 0;
};

// The fifteen seconds (or all of a shorter programme) in which most dubbed speech sounds, from a little
// before a line on; the earliest of equals. Empty when no line is dubbed.
Stretch ChooseStretch(const std::vector<LineState>& lines, Samples length);

// Takes a stretch out of a programme that goes by. One thread at a time.
class StretchRecorder {
 public:
  explicit StretchRecorder(Stretch stretch) : stretch_(stretch) {}
  // `interleaved` begins at `at`. Pre: called in order.
  void Add(Samples at, const std::vector<float>& interleaved);
  const audio::StereoBuffer& sound() const { return sound_; }

 private:
  Stretch stretch_;
  audio::StereoBuffer sound_;
};

// A part of the original that the job has apart. `read` gives a stretch of it, exactly as long.
struct Stem {
  std::string name;  // "speech" or "background"
  std::function<StatusOr<audio::StereoBuffer>(Stretch stretch, const std::stop_token& stop)> read;
};

// One row of the page.
struct ListeningRow {
  std::string name;  // "original", "speech", "background" or "mix"
  std::string path;  // relative to the report
  double integrated_lufs = 0;
  double true_peak_dbtp = 0;
  std::vector<std::pair<float, float>> peaks;  // (lowest, highest) of equal parts
};

struct Listening {
  Stretch stretch;
  std::vector<ListeningRow> rows;
};

// Where a row's file lies, relative to the report.
std::string ListeningPath(const std::string& name);
// The files that a job may leave, relative to the report.
std::vector<std::string> ListeningPaths();

// Measures a sound and stores it under report_prefix + path. A sound of no length leaves nothing. Errors are
// the store's.
Status AddListeningRow(stores::ObjectStore& store, const std::string& report_prefix, const std::string& name,
                       const audio::StereoBuffer& sound, Listening& listening);

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_LISTENING_H_
