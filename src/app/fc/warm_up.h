// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_APP_FC_WARM_UP_H_
#define WAVESHIFT_APP_FC_WARM_UP_H_

#include <atomic>
#include <chrono>
#include <mutex>
#include <stop_token>
#include <string>

#include "base/status.h"
#include "service/task_manager.h"

namespace waveshift::app {

// Loads what speaks and has it speak a few words, so that the first job finds models in memory and kernels
// chosen. Any thread; several at once wait for the first.
class WarmUp {
 public:
  struct Options {
    service::EngineFactory engine;  // that jobs speak with
    // Speaks the recording for an engine that imitates one.
    service::EngineFactory recording_engine;
    std::string scratch_parent;
    std::chrono::seconds patience{290};  // the platform gives /initialize at most 300 s
  };
  explicit WarmUp(Options options) : options_(std::move(options)) {}

  // Once it was OK it stays so. Errors are the engine's; DeadlineExceeded when it takes too long.
  Status Run(const std::stop_token& stop);
  // Whether models are in memory: after Run, or after a job (NoteLoaded).
  bool is_loaded() const { return is_loaded_; }
  void NoteLoaded() { is_loaded_ = true; }

 private:
  Status Speak(const std::stop_token& stop);
  Status MakeRecording(const std::string& path, const std::stop_token& stop);

  const Options options_;
  std::mutex mutex_;
  bool done_ = false;  // guarded by mutex_
  std::atomic<bool> is_loaded_{false};
};

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_FC_WARM_UP_H_
