// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// For tests: a job that does what the test says, and a manager over real stores.
#ifndef WAVESHIFT_SERVICE_TESTING_H_
#define WAVESHIFT_SERVICE_TESTING_H_

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "service/task_manager.h"

namespace waveshift::service::testing {

using Patience = std::chrono::seconds;
inline constexpr Patience kPatience{20};  // how long a test waits for what must happen

// Runs until it is let go, or stopped.
class FakeJob {
 public:
  JobRunner Runner() {
    return [this](const pipeline::JobSpec& spec, const pipeline::JobDeps& deps, const std::stop_token& stop) {
      return Run(spec, deps, stop);
    };
  }
  // Lets one job end like this.
  void Let(StatusOr<pipeline::JobResult> result) {
    const std::lock_guard lock(mutex_);
    results_.push_back(std::move(result));
    changed_.notify_all();
  }
  void LetComplete() {
    pipeline::JobResult result;
    result.completed = true;
    Let(result);
  }
  bool WaitForStarts(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return starts_ >= count; });
  }
  int starts() const {
    const std::lock_guard lock(mutex_);
    return starts_;
  }
  int most_at_once() const {
    const std::lock_guard lock(mutex_);
    return most_at_once_;
  }
  pipeline::JobSpec last_spec() const {
    const std::lock_guard lock(mutex_);
    return last_spec_;
  }
  // Whether it ends when it is asked to end soon; else it is always in the middle of a line.
  void SetWindsDown(bool winds_down) {
    const std::lock_guard lock(mutex_);
    winds_down_ = winds_down;
  }
  // Sent through the job's progress callback as soon as it runs.
  void SetProgress(const pipeline::Progress& progress) {
    const std::lock_guard lock(mutex_);
    progress_ = progress;
  }

 private:
  StatusOr<pipeline::JobResult> Run(const pipeline::JobSpec& spec, const pipeline::JobDeps& deps,
                                    const std::stop_token& stop) {
    pipeline::Progress progress;
    {
      const std::lock_guard lock(mutex_);
      progress = progress_;
    }
    deps.on_progress(progress);
    // With the mutex, so that nobody who has just looked misses it; so it must live longer than the lock.
    const std::stop_callback wake(deps.wind_down, [this] {
      const std::lock_guard lock(mutex_);
      changed_.notify_all();
    });
    std::unique_lock lock(mutex_);
    ++starts_;
    most_at_once_ = std::max(most_at_once_, ++running_);
    last_spec_ = spec;
    changed_.notify_all();
    const auto winds_down = [&] { return winds_down_ && deps.wind_down.stop_requested(); };
    changed_.wait(lock, stop, [&] { return !results_.empty() || winds_down(); });
    --running_;
    if (results_.empty()) return Cancelled("stopped");
    StatusOr<pipeline::JobResult> result = results_.front();
    results_.erase(results_.begin());
    lock.unlock();
    if (result.ok() && result->completed) {
      for (const std::string& key : {spec.layout.mp4_key, spec.layout.hls_prefix + "playlist.m3u8"}) {
        WS_RETURN_IF_ERROR(deps.output->Put(key, "made by the job", {}).status());
      }
    }
    return result;
  }

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<StatusOr<pipeline::JobResult>> results_;
  pipeline::Progress progress_;
  pipeline::JobSpec last_spec_;
  bool winds_down_ = true;
  int starts_ = 0;
  int running_ = 0;
  int most_at_once_ = 0;
};

// A task of one line whose video is in the store.
inline stores::NewTask SmallTask(const std::string& id) {
  stores::NewTask task;
  task.id = id;
  task.target_language = "en";
  task.video_path = "in/" + id + ".mp4";
  task.file_name = id + ".mp4";
  text::TranscriptLine line;
  line.sequence = 1;
  line.end_ms = 900;
  line.content_type = "speech";
  line.original = "你好";
  line.translation = "Hello.";
  task.lines.push_back(line);
  return task;
}

inline Status AddTask(stores::TaskStore& tasks, stores::ObjectStore& objects, const std::string& id) {
  WS_RETURN_IF_ERROR(objects.Put("in/" + id + ".mp4", "a video", {}).status());
  return tasks.Create(SmallTask(id));
}

// Fast enough for tests.
inline TaskManagerOptions FastOptions() {
  TaskManagerOptions options;
  options.heartbeat = std::chrono::milliseconds(10);
  options.progress_interval = std::chrono::milliseconds(0);
  options.recovery_interval = std::chrono::milliseconds(20);
  return options;
}

inline TaskManagerDeps DepsOf(stores::TaskStore& tasks, stores::ObjectStore& objects, FakeJob& job) {
  TaskManagerDeps deps;
  deps.tasks = &tasks;
  deps.objects = &objects;
  deps.engine = [](const std::string&) { return Engine(); };
  deps.run_job = job.Runner();
  return deps;
}

}  // namespace waveshift::service::testing

#endif  // WAVESHIFT_SERVICE_TESTING_H_
