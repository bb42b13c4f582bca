// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Runs tasks of the stores as jobs: a queue, a few worker threads, and the promises of contract.md section 4:
// starting is idempotent, a job never runs twice at once (also not in two processes), every way out of a job
// leaves a final status, and what a crash or a shutdown interrupts goes on later.
//
// Who may work on a task is decided twice: the lease `journal/ID/lease` says who has it now (it ends with its
// holder), and TaskStore::Claim turns the status to "processing". A task that is "processing" while its lease
// is free was left by a crash; it is taken over. A cancel request of another process is the object
// `journal/ID/cancel`, which the holder looks for.
//
// A store that gives no answer for a while ends no task. Before an end is written, the store must have said
// that the lease is still ours, and it is asked until it answers or the lease has run out. In the second case
// nothing is written: the task stays in "processing" for whoever takes it next.
#ifndef WAVESHIFT_SERVICE_TASK_MANAGER_H_
#define WAVESHIFT_SERVICE_TASK_MANAGER_H_

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/status.h"
#include "pipeline/job.h"
#include "service/lease_fence.h"
#include "service/media_inputs.h"
#include "service/task_state.h"
#include "stores/object_store.h"
#include "stores/task_store.h"
#include "tts/synthesizer.h"
#include "voices/speaker_profile.h"
#include "voices/vad.h"

namespace waveshift::service {

// The engine that speaks a job's lines.
struct Engine {
  std::shared_ptr<tts::Synthesizer> synthesizer;
  voices::VoiceNamer voice_namer;
  std::map<std::string, voices::VoiceNamer, std::less<>> other_namers;  // of an Ensemble's other engines
  std::string notice;  // for the user, about the choice of the engine; "" when there is nothing to say
};
// What becomes of the original sound.
struct Background {
  pipeline::BackgroundMode mode = pipeline::BackgroundMode::kDuck;
  std::shared_ptr<const separation::Separator> separator;  // of kSeparate
  std::vector<std::string> notices;                        // for the user, about the choice
};
using BackgroundFactory = std::function<StatusOr<Background>()>;
using EngineFactory = std::function<StatusOr<Engine>(const std::string& language)>;
using JobRunner = std::function<StatusOr<pipeline::JobResult>(
    const pipeline::JobSpec&, const pipeline::JobDeps&, const std::stop_token&)>;

struct TaskManagerOptions {
  int concurrent_jobs = 1;
  size_t max_waiting = 100;  // ResourceExhausted above
  std::chrono::seconds lease_lifetime{60};
  // Renewals, cancel requests, progress writes are looked at this often.
  std::chrono::milliseconds heartbeat{1000};
  std::chrono::milliseconds progress_interval{1000};   // between two progress writes of a task
  std::chrono::milliseconds recovery_interval{60000};  // between two searches for abandoned tasks
  std::chrono::milliseconds elsewhere_poll{10000};     // RunWithin: between two looks at a foreign lease
  std::string failure_status = stores::kDefaultFailureStatus;
  std::string scratch_parent;
  // Where everybody can read the objects, "" = nowhere: inputs (an audio_key, too) that are addresses below
  // it are read as objects.
  std::string public_base_url;
  int64_t max_input_bytes = int64_t{64} << 30;  // of a file from another host
  pipeline::JobOptions job;
};

// How long a job may run within a request. None: without limit.
struct RequestLimits {
  using TimePoint = std::chrono::steady_clock::time_point;
  std::optional<TimePoint> wind_down_at;  // no line is begun from then on
  std::optional<TimePoint> stop_at;       // what is under way then is given up
};

// How the time of a request that works on a task ended.
struct WithinRequest {
  enum class End {
    kEnded,      // the task has: the state says how
    kOutOfTime,  // it stays in "processing"; the next request goes on with it
    kElsewhere,  // another process works on it
    kLeftOpen,   // the object store gave no answer until the lease had run out; it stays in "processing"
    kShutDown,   // this process ends; the task stays in "processing"
  };
  End end = End::kEnded;
  TaskState state;
  bool made_progress = false;  // kOutOfTime: the next request has less to do than this one had
};

struct TaskManagerDeps {
  stores::TaskStore* tasks = nullptr;
  stores::ObjectStore* objects = nullptr;
  EngineFactory engine;
  BackgroundFactory background;  // asked by each job that speaks; none: as the options' job says
  JobRunner run_job;             // pipeline::RunJob outside tests
  std::shared_ptr<net::PublicFetcher> fetcher;        // of inputs from other hosts; null: there are none
  simplify::ChatModel* chat_model = nullptr;          // of all jobs; null: none. Outlives the manager
  std::shared_ptr<const voices::Vad> voice_activity;  // of all jobs; null: levels tell speech
  // One line about a task, for the log. Called from any thread, also several at once.
  std::function<void(const std::string& task_id, bool is_error, const std::string& line)> log;
  LeaseClock lease_clock;
};

class TaskManager {
 public:
  // Threads start with Begin(). The stores outlive the manager.
  TaskManager(TaskManagerOptions options, TaskManagerDeps deps);
  // Shuts down.
  ~TaskManager();
  TaskManager(const TaskManager&) = delete;
  TaskManager& operator=(const TaskManager&) = delete;

  // Starts the workers and takes up what an earlier process left in "processing".
  void Begin();

  // Sees to it that the task is worked on, and gives its state now: "processing" (here or elsewhere) or
  // "completed" (it is not run again). NotFound; ResourceExhausted when too many wait; Unavailable when a
  // store cannot be reached or the manager is shut down.
  StatusOr<TaskState> Start(const std::string& id);

  // Runs the task on the calling thread, to its end: `waveshift run`. Gives the state of the completed task
  // (at once when it was completed before), else why it did not complete: the job's own error, Internal when
  // too many lines failed, AlreadyExists when somebody else works on it, Cancelled. A requested `stop` leaves
  // the task in "processing", to be taken up again.
  StatusOr<TaskState> RunHere(const std::string& id,
                              const std::function<void(const pipeline::Progress&)>& on_progress,
                              const std::function<void(const std::string&)>& on_notice,
                              const std::stop_token& stop);

  // Runs the task on the calling thread, within a request: nothing of it goes on afterwards. Waits while
  // another request here works on it, while concurrent_jobs run already, and while another process has it,
  // until a dead one's lease must have run out. When the time is over the job ends at a line's end, its lease
  // is free and its journal written. NotFound, Unavailable, FailedPrecondition (shut down): nothing was
  // begun.
  StatusOr<WithinRequest> RunWithin(const std::string& id, const RequestLimits& limits);

  // No further task is begun; jobs end at a line's end, or after `patience`. Their tasks stay in
  // "processing".
  void WindDown(std::chrono::milliseconds patience);

  // Ends work on the task, or marks it as cancelled before it began. Waits up to `patience` for a running
  // job. The state then says "cancelled", or still "processing" when the job needs longer. AlreadyExists (a
  // conflict) when the task has ended otherwise.
  StatusOr<TaskState> Cancel(const std::string& id, std::chrono::milliseconds patience);

  StatusOr<TaskState> Get(const std::string& id);
  // Whether it runs or waits here.
  bool IsActive(const std::string& id) const { return Find(id) != nullptr; }
  StatusOr<std::vector<TaskState>> List(int limit, int offset);

  // Waits until the task is not active here any more, or `stop`, or `patience` is over. True when it is not
  // active.
  bool WaitUntilIdle(const std::string& id, std::chrono::milliseconds patience, const std::stop_token& stop);
  // Waits up to `patience` for any change of any task here since `seen` (0 at first); gives the number to
  // wait for next.
  uint64_t WaitForChange(uint64_t seen, std::chrono::milliseconds patience);

  // Deletes a task that nobody works on, with everything that its job made. AlreadyExists when it is worked
  // on.
  Status Remove(const std::string& id);

  // Stops all jobs and threads. Tasks that were running or waiting stay in "processing": the next Begin()
  // goes on with them. Repeatable.
  void Shutdown();
  bool IsShutDown() const;
  // Jobs that run now, and tasks that wait.
  std::pair<size_t, size_t> Load() const;
  // What its tasks may name as input.
  const MediaInputs& inputs() const { return inputs_; }

 private:
  enum class StopReason { kNone, kCancelled, kShutdown, kLeaseLost, kTimeLimit };
  struct Entry;
  using EntryPtr = std::shared_ptr<Entry>;
  // Marks an id as being looked at by one caller, so that two requests for one task come after each other.
  class Claiming;

  // With the Claiming of the id held. A null entry in the result: the task is finished, or somebody else
  // works on it, or it was to be cancelled and now is.
  struct Taken {
    EntryPtr entry;
    stores::Task task;
    bool elsewhere = false;
  };
  StatusOr<Taken> Take(const std::string& id, const std::stop_token& stop);
  // Null: another process has the task's lease.
  StatusOr<std::unique_ptr<LeaseFence>> AcquireFence(const std::string& id);
  StatusOr<Taken> TakeWithLease(const std::string& id, std::unique_ptr<LeaseFence>& fence,
                                const std::stop_token& stop);
  // Of task store calls under a lease.
  stores::CallGuard GuardOf(LeaseFence& fence, const std::stop_token& stop) const;
  StatusOr<bool> IsFinished(const stores::Task& task);
  Status Enqueue(const EntryPtr& entry, bool is_recovery);

  void Work(const std::stop_token& stop);
  // The whole life of a taken entry; gives how it ended.
  Status Execute(const EntryPtr& entry);
  StatusOr<pipeline::JobResult> RunJobOf(const EntryPtr& entry);
  StatusOr<pipeline::JobSpec> BuildSpec(const Entry& entry, const std::string& scratch);
  void OnProgress(const EntryPtr& entry, const pipeline::Progress& progress);
  // RunJobOf with progress written and cancel requests looked for beside it.
  StatusOr<pipeline::JobResult> RunWatched(const EntryPtr& entry);
  // Writes the final status, lets the lease go and takes the entry out of the table.
  Status Conclude(const EntryPtr& entry, const StatusOr<pipeline::JobResult>& result);
  // The first of the result: whether its row has it.
  std::pair<bool, Status> WriteEnd(const EntryPtr& entry, const StatusOr<pipeline::JobResult>& result);
  // How a task is to end: the result of Execute, and the word and the error for its row; no word: nothing is
  // written.
  struct Ending;
  Ending EndingOf(const StatusOr<pipeline::JobResult>& result, StopReason reason) const;
  // Nothing is written once the lease is lost. After `stop` there is one more try, of a few seconds.
  Status FinishWithRetry(const std::string& id, const std::string& status, const std::string& error,
                         LeaseFence& fence, const std::stop_token& stop);
  StopReason ReasonOf(const Entry& entry) const;

  // Each of these runs on a thread of its own until `stop`; so what one store call of a task waits for delays
  // no other task, and its own progress does not delay its lease.
  void KeepLease(const EntryPtr& entry, const std::stop_token& stop);  // of a task that runs
  void WatchJob(const EntryPtr& entry, const std::stop_token& stop);   // beside a job
  void KeepWaitingLeases(const std::stop_token& stop);                 // several share these tasks
  void RecoverAgainAndAgain(const std::stop_token& stop);

  bool WaitABeat(const std::stop_token& stop);  // false: `stop` was requested
  EntryPtr NextWaitingToTend();
  void TendWaiting(const EntryPtr& entry);
  bool TendLease(const EntryPtr& entry);
  static bool IsToBeCancelled(const EntryPtr& entry, stores::ObjectStore& objects);
  bool TakeOutOfWaiting(const EntryPtr& entry);
  Status PassCancelOn(const EntryPtr& entry);
  void RequestStop(const EntryPtr& entry, StopReason reason);
  void Recover();

  // RunWithin: a place among the jobs that run, for a task that nobody here works on.
  enum class Place { kTaken, kBusyTaskEnded, kOutOfTime, kShutDown };
  Place WaitForPlace(const std::string& id, const RequestLimits& limits);
  void LeavePlace();
  StatusOr<Taken> TakeForRequest(const std::string& id, const std::stop_token& stop);
  StatusOr<WithinRequest> RunInPlace(const EntryPtr& entry, const RequestLimits& limits);
  bool WaitElsewhere(const RequestLimits& limits, std::chrono::steady_clock::time_point end);
  void WatchLimits(const EntryPtr& entry, const RequestLimits& limits, const std::stop_token& stop);
  void RequestWindDown(const EntryPtr& entry, StopReason reason);

  StatusOr<TaskState> CancelActive(const EntryPtr& entry, std::chrono::milliseconds patience);
  StatusOr<TaskState> CancelInactive(const std::string& id, std::chrono::milliseconds patience);
  StatusOr<TaskState> CancelElsewhere(const std::string& id, std::chrono::milliseconds patience);
  StatusOr<TaskState> CancelWithLease(const std::string& id, LeaseFence& fence);
  // AlreadyExists when it has ended otherwise than by being cancelled.
  Status CheckUnended(const stores::Task& task) const;
  StatusOr<stores::Task> WriteCancelled(const std::string& id, LeaseFence& fence,
                                        const std::stop_token& stop);
  Status DeleteOutputs(const std::string& id, LeaseFence& fence);
  StatusOr<bool> WasToBeCancelled(const stores::Task& task);
  bool HasFailed(const stores::Task& task) const;
  TaskState StateOf(const stores::Task& task);
  pipeline::Progress EndedProgress(const stores::Task& task);
  void Remember(const std::string& id, const pipeline::Progress& progress);
  void Log(const std::string& id, bool is_error, const std::string& line) const;
  EntryPtr Find(const std::string& id) const;
  void Changed();  // mutex_ is held

  const TaskManagerOptions options_;
  const TaskManagerDeps deps_;
  const std::string holder_;
  const MediaInputs inputs_;

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  uint64_t version_ = 1;
  bool shut_down_ = false;
  std::stop_source closing_;  // ends what requests wait for, with Shutdown
  std::map<std::string, EntryPtr> active_;
  std::set<std::string> claiming_;
  std::deque<EntryPtr> waiting_;
  size_t running_ = 0;
  // The last progress of tasks that ended here or were looked up, oldest first.
  std::deque<std::pair<std::string, pipeline::Progress>> recent_;
  std::vector<std::jthread> threads_;
};

}  // namespace waveshift::service

#endif  // WAVESHIFT_SERVICE_TASK_MANAGER_H_
