// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_APP_FC_WARM_UP_H_
#define WAVESHIFT_APP_FC_WARM_UP_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include "base/status.h"
#include "service/task_manager.h"

namespace waveshift::app {

// Loads what speaks and has it speak a few words, so that the first job finds models in memory and kernels
// chosen. Any thread; several at once share one attempt.
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
  ~WarmUp();  // waits for the attempt, which is told to end
  WarmUp(const WarmUp&) = delete;
  WarmUp& operator=(const WarmUp&) = delete;

  // Once it was OK it stays so. Errors are the engine's; DeadlineExceeded when it takes longer than the
  // patience, also where a library hangs that cannot be stopped: the attempt is told to end, and the next
  // call waits for it or begins another one.
  Status Run(const std::stop_token& stop);
  // Whether models are in memory: after Run, or after a job (NoteLoaded).
  bool is_loaded() const { return is_loaded_; }
  void NoteLoaded() { is_loaded_ = true; }

 private:
  void Begin();  // mutex_ is held
  void Attempt(const std::stop_token& stop);
  Status Speak(const std::stop_token& stop);
  Status MakeRecording(const std::string& path, const std::stop_token& stop);

  const Options options_;
  std::atomic<bool> is_loaded_{false};
  std::mutex mutex_;
  std::condition_variable_any changed_;
  // Guarded by mutex_.
  bool is_running_ = false;
  int waiting_ = 0;  // callers of Run
  Status last_;      // how the last attempt ended
  bool is_done_ = false;
  std::jthread attempt_;
};

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_FC_WARM_UP_H_
