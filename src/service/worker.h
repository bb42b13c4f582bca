// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The later product's engine, sentence by sentence (worker_routes.cc has its routes): a task is registered,
// its sentences are spoken in batches while it is still being transcribed, and the caller writes down where
// the sounds lie. Callers send everything again after an error or a lost answer, so whatever is asked for
// twice is done once.
#ifndef WAVESHIFT_SERVICE_WORKER_H_
#define WAVESHIFT_SERVICE_WORKER_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "service/media_inputs.h"
#include "service/task_manager.h"
#include "service/worker_lines.h"
#include "service/worker_request.h"
#include "service/worker_tasks.h"
#include "service/worker_voices.h"
#include "stores/object_store.h"
#include "stores/task_store.h"

namespace waveshift::service {

struct WorkerOptions {
  std::string public_base_url;  // of the results' addresses; "" = they are object keys
  // A request answers by then; Cloudflare gives an answer up after 100 s.
  std::chrono::milliseconds patience{90000};
  // For a store that does not answer: who registers a task or takes that back, who asks for its state.
  std::chrono::milliseconds register_patience{10000};
  std::chrono::milliseconds look_patience{1500};
  int most_requests = 16;     // at one time; more are refused
  int max_characters = 4096;  // of a sentence
  size_t batch_size = 3;
  std::string scratch_parent;
};

struct WorkerDeps {
  stores::ObjectStore* objects = nullptr;
  stores::TaskStore* tasks = nullptr;  // for recordings that a task's transcript names; null: none
  const MediaInputs* inputs = nullptr;
  EngineFactory engine;  // as of jobs
};

// What is known of a registered task.
struct WorkerTaskState {
  WorkerTask task;
  std::string audio_key;  // of the object that audio_url means; "" when there is none here
  std::string video_key;
};

struct SentenceResult {
  int64_t sequence = 0;
  std::string audio;  // address or key; "" when it failed
  int64_t duration_ms = 0;
  std::string error;                // one line; "" when it was spoken
  std::optional<int64_t> start_ms;  // with WorkerRequest::move_starts: where it can begin
  double speed = 1;                 // of fitting into the slot
  std::string engine, voice;
  std::vector<std::string> warnings;
};

// Any thread.
class Worker {
 public:
  // What the deps point to outlives it.
  Worker(WorkerOptions options, WorkerDeps deps);

  // Registers the task, for every instance that shares the store. Nothing is downloaded: recordings are read
  // when sentences need them. Errors are the store's; DeadlineExceeded when it gave no answer for
  // register_patience: nothing stays of that, the same may be asked again.
  StatusOr<WorkerTaskState> Initialize(const std::string& id, const WorkerInit& init);
  StatusOr<WorkerTaskState> Find(const std::string& id);  // NotFound: not registered
  // Takes the registration away; what was spoken stays. NotFound.
  Status Forget(const std::string& id);

  // A result for each sentence, in order. NotFound: request.task_id is not registered; ResourceExhausted:
  // too many requests; DeadlineExceeded: not all finished in time, they go on, ask again;
  // FailedPrecondition: nothing can speak, or the server ends; InvalidArgument: nobody here speaks the
  // language; Unavailable and the like: a store or host cannot be reached now.
  StatusOr<std::vector<SentenceResult>> Synthesize(const WorkerRequest& request);

  // Ends what is being spoken, soon. Repeatable.
  void Stop();
  const WorkerOptions& options() const { return options_; }

 private:
  // Where sounds and the notes about them go.
  struct Prefixes {
    std::string sound;
    std::string notes;
  };
  struct Plan {
    std::vector<SentenceResult> results;  // one a sentence
    std::vector<LineOrder> orders;        // of those that can be spoken
    std::vector<size_t> places;           // of the orders among the results
  };

  // What `ask` makes of the tasks in the store, if that answers within `patience`.
  template <typename Question>
  auto AskInTime(const std::string& id, std::chrono::milliseconds patience, const Question& ask)
      -> decltype(ask(std::declval<WorkerTasks&>()));
  StatusOr<WorkerTaskState> StateOf(WorkerTask task);
  static StatusOr<Prefixes> PrefixesFor(const std::string& task_id, WorkerTasks& tasks);
  StatusOr<std::vector<SentenceResult>> Speak(const WorkerRequest& request,
                                              std::chrono::steady_clock::time_point deadline,
                                              const std::stop_token& stop);
  static void AddToPlan(const WorkerRequest& request, size_t index, const SentenceVoice& choice,
                        const LineOrder& like, Plan& plan);
  Status Collect(const std::vector<LineOutcome>& outcomes, Plan& plan) const;
  std::string AddressOf(const std::string& key) const;

  const WorkerOptions options_;
  const WorkerDeps deps_;
  LineMaker lines_;
  std::stop_source stop_;
  std::atomic<int> requests_{0};
};

}  // namespace waveshift::service

#endif  // WAVESHIFT_SERVICE_WORKER_H_
