// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_PIPELINE_PROGRESS_H_
#define WAVESHIFT_PIPELINE_PROGRESS_H_

#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/job.h"

namespace waveshift::pipeline {

// Turns what the stages say into a steady stream of Progress, and notes how long each stage took. Any thread
// may call.
class ProgressTracker {
 public:
  using Clock = std::chrono::steady_clock;
  ProgressTracker(std::function<void(const Progress&)> sink, int64_t lines_total);

  // A stage begins; stages may overlap. The name shown is that of the stage begun last.
  void Begin(const std::string& stage);
  void End(const std::string& stage);
  // Work that was done within other stages, in seconds.
  void AddStage(const std::string& stage, double seconds);
  // The share of the whole job that is done, 0..100. Never goes back.
  void SetPercent(double percent);
  void LineDone();
  void SetLinesTotal(int64_t lines_total);
  // `new_seconds` of media are finished (what an earlier run left does not count for the speed).
  void MediaDone(double new_seconds);
  // A line was spoken, or a segment published, that no later run has to make again.
  void NewWork();
  // The last message: 100 percent.
  void Finish();

  double WallSeconds() const;
  // (name, seconds) in order of beginning.
  std::vector<std::pair<std::string, double>> Stages() const;

 private:
  struct Stage {
    std::string name;
    Clock::time_point begin;
    double seconds = -1;
  };
  void Report(bool always);  // mutex_ is held

  std::function<void(const Progress&)> sink_;
  mutable std::mutex mutex_;
  const Clock::time_point begin_ = Clock::now();
  Clock::time_point last_report_;
  double media_seconds_ = 0;
  Progress state_;
  std::vector<Stage> stages_;
};

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_PROGRESS_H_
