// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_PIPELINE_STAGE_GROUP_H_
#define WAVESHIFT_PIPELINE_STAGE_GROUP_H_

#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/status.h"

namespace waveshift::pipeline {

// Stages that run beside each other and end together: the first error, or a stop from outside, stops all of
// them. Start and Join are called by one thread. Every stage must return soon after its token is stopped.
class StageGroup {
 public:
  using Stage = std::function<Status(const std::stop_token&)>;

  explicit StageGroup(const std::stop_token& outer)
      : outer_(outer), on_outer_(outer, [this] { stop_.request_stop(); }) {}
  ~StageGroup() {
    stop_.request_stop();
    JoinThreads();
  }
  StageGroup(const StageGroup&) = delete;
  StageGroup& operator=(const StageGroup&) = delete;

  void Start(Stage stage) {
    threads_.emplace_back([this, stage = std::move(stage)] {
      const Status status = stage(stop_.get_token());
      if (!status.ok()) Fail(status);
    });
  }

  // Waits for all. The error that came first, Cancelled when the stop came from outside, or OK.
  Status Join() {
    JoinThreads();
    const std::lock_guard lock(mutex_);
    if (outer_.stop_requested() && first_error_.ok()) return Cancelled("stopped");
    return first_error_;
  }

 private:
  void Fail(const Status& status) {
    const std::lock_guard lock(mutex_);
    if (first_error_.ok()) first_error_ = outer_.stop_requested() ? Cancelled("stopped") : status;
    stop_.request_stop();
  }
  void JoinThreads() {
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  std::stop_source stop_;
  std::stop_token outer_;
  std::stop_callback<std::function<void()>> on_outer_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  Status first_error_;
};

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_STAGE_GROUP_H_
