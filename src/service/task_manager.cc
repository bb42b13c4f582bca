// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Taking, queueing and looking up tasks. What happens to a task that runs is in task_run.cc, what keeps it
// ours meanwhile in task_lease.cc, how work on it ends early in task_cancel.cc.
#include "service/task_manager.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "service/fenced_store.h"
#include "service/task_manager_internal.h"

namespace waveshift::service {
namespace {

constexpr int kMostTasksToRecover = 1000;  // at a time
constexpr size_t kRecentTasks = 256;
// Of tasks that wait. More than one, so that the others' leases are renewed while one request hangs.
constexpr int kLeaseKeepers = 4;

std::string HolderName() {
  char host[256] = "localhost";
  ::gethostname(host, sizeof(host) - 1);
  return std::string(host) + ":" + std::to_string(::getpid()) + ":" + MakeUuid().substr(0, 8);
}

Status ShutDownStatus() { return FailedPrecondition("the server is shutting down"); }

}  // namespace

std::string LeaseKey(const std::string& task_id) { return "journal/" + task_id + "/lease"; }
std::string CancelKey(const std::string& task_id) { return "journal/" + task_id + "/cancel"; }

bool IsTakenOver(const LeaseFence& fence) {
  return fence.is_lost() && fence.WhyLost().code() == StatusCode::kCancelled;
}

TaskManager::TaskManager(TaskManagerOptions options, TaskManagerDeps deps)
    : options_(std::move(options)),
      deps_(std::move(deps)),
      holder_(HolderName()),
      inputs_(deps_.objects, options_.public_base_url, deps_.fetcher, options_.max_input_bytes) {}

TaskManager::~TaskManager() { Shutdown(); }

void TaskManager::Begin() {
  const auto start = [this](int count, void (TaskManager::*work)(const std::stop_token&)) {
    const std::lock_guard lock(mutex_);
    for (int i = 0; i < count && !shut_down_; ++i)
      threads_.emplace_back([this, work](const std::stop_token& stop) { (this->*work)(stop); });
  };
  start(kLeaseKeepers, &TaskManager::KeepWaitingLeases);  // also of what is found first, while more is found
  Recover();
  start(std::max(1, options_.concurrent_jobs), &TaskManager::Work);
  start(1, &TaskManager::RecoverAgainAndAgain);
}

// "completed" alone is not enough: the product also writes it when a transcript is ready and no dub was made
// yet. A store that cannot be reached has not said that there is none.
StatusOr<bool> TaskManager::IsFinished(const stores::Task& task) {
  if (task.status != stores::kStatusCompleted) return false;
  const Status found = deps_.objects->Head(pipeline::LayoutForTask(task.id).mp4_key).status();
  if (!found.ok() && found.code() != StatusCode::kNotFound) return Annotate(found, "task " + task.id);
  return found.ok();
}

StatusOr<std::unique_ptr<LeaseFence>> TaskManager::AcquireFence(const std::string& id) {
  const auto asked_at = deps_.lease_clock.now();
  auto lease = deps_.objects->AcquireLease(LeaseKey(id), holder_, options_.lease_lifetime);
  if (lease.status().code() == StatusCode::kAlreadyExists) return std::unique_ptr<LeaseFence>();
  if (!lease.ok()) return Annotate(lease.status(), "task " + id);
  return std::make_unique<LeaseFence>(*std::move(lease), options_.lease_lifetime, asked_at,
                                      deps_.lease_clock);
}

// The fence is sure of the lease for two thirds of its lifetime; what it lets through has the rest.
stores::CallGuard TaskManager::GuardOf(LeaseFence& fence, const std::stop_token& stop) const {
  const std::chrono::milliseconds lifetime = options_.lease_lifetime;
  return {.stop = stop,
          .before_write = [&fence, stop] { return fence.Check(stop); },
          .longest_write = lifetime / 3};
}

StatusOr<TaskManager::Taken> TaskManager::Take(const std::string& id, const std::stop_token& stop) {
  Taken taken;
  WS_ASSIGN_OR_RETURN(taken.task, deps_.tasks->Get(id));
  WS_ASSIGN_OR_RETURN(const bool is_finished, IsFinished(taken.task));
  if (is_finished) return taken;
  WS_ASSIGN_OR_RETURN(std::unique_ptr<LeaseFence> fence, AcquireFence(id));
  if (fence) {
    auto claimed = TakeWithLease(id, fence, stop);
    // A store that answered too late: the lease had run out, and somebody else has it.
    const bool is_taken_over = !claimed.ok() && fence && IsTakenOver(*fence);
    if (!claimed.ok() && !is_taken_over && IsShutDown()) return ShutDownStatus();
    if (!is_taken_over) return claimed;
  }
  taken.elsewhere = true;
  taken.task.status = stores::kStatusProcessing;
  return taken;
}

StatusOr<TaskManager::Taken> TaskManager::TakeWithLease(const std::string& id,
                                                        std::unique_ptr<LeaseFence>& fence,
                                                        const std::stop_token& stop) {
  Taken taken;
  // The holder before may have ended it between the first look and the lease.
  WS_ASSIGN_OR_RETURN(taken.task, deps_.tasks->Get(id));
  WS_ASSIGN_OR_RETURN(const bool is_finished, IsFinished(taken.task));
  if (is_finished) return taken;
  WS_ASSIGN_OR_RETURN(const bool is_cancelled, WasToBeCancelled(taken.task));
  if (is_cancelled) {
    WS_ASSIGN_OR_RETURN(taken.task, WriteCancelled(id, *fence, stop));
  }
  const auto objects = deps_.objects->WithStop(stop);
  WS_RETURN_IF_ERROR(FencedObjectStore(*objects, *fence, stop).Delete(CancelKey(id)));
  if (is_cancelled) return taken;
  // False means "processing" without a holder: a crash left it, and it is ours now.
  WS_ASSIGN_OR_RETURN(const bool claimed, deps_.tasks->With(GuardOf(*fence, stop))->Claim(id));
  if (claimed) {  // what the store has now, without asking again
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    taken.task.started_at_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
    taken.task.completed_at_ms = 0;
    taken.task.progress = 0;
  }
  taken.task.status = stores::kStatusProcessing;
  taken.task.error_message.clear();
  taken.entry = std::make_shared<Entry>(taken.task);
  taken.entry->fence = std::move(fence);
  taken.entry->progress.stage = "queued";
  if (!claimed) {
    Log(id, false, "taken up again: its lease was free");
    taken.entry->progress.percent = taken.task.progress;  // what was shown before does not go back
  }
  return taken;
}

Status TaskManager::Enqueue(const EntryPtr& entry, bool is_recovery) {
  const std::lock_guard lock(mutex_);
  if (shut_down_) return ShutDownStatus();
  if (!is_recovery && waiting_.size() >= options_.max_waiting) {
    return ResourceExhausted(std::to_string(waiting_.size()) + " tasks are waiting already; try again later");
  }
  active_[entry->task.id] = entry;
  waiting_.push_back(entry);
  Changed();
  return OkStatus();
}

StatusOr<TaskState> TaskManager::Start(const std::string& id) {
  if (!IsValidTaskId(id))
    return InvalidArgument("task_id: 1 to 128 letters, digits, '.', '_' or '-' are allowed");
  const Claiming claiming(*this, id);
  {
    const std::lock_guard lock(mutex_);
    if (shut_down_) return ShutDownStatus();
    if (const auto it = active_.find(id); it != active_.end()) {
      return TaskState{it->second->task, it->second->progress, true};
    }
    // Said before the task is claimed, so that its status stays as it is.
    if (waiting_.size() >= options_.max_waiting) {
      return ResourceExhausted(std::to_string(waiting_.size()) +
                               " tasks are waiting already; try again later");
    }
  }
  WS_ASSIGN_OR_RETURN(const Taken taken, Take(id, closing_.get_token()));
  if (!taken.entry) return StateOf(taken.task);
  if (const Status status = Enqueue(taken.entry, false); !status.ok()) {
    // Stays "processing" with a free lease: whoever looks next goes on with it.
    taken.entry->fence->Release();
    return status;
  }
  return StateOf(taken.task);
}

StatusOr<TaskState> TaskManager::RunHere(const std::string& id,
                                         const std::function<void(const pipeline::Progress&)>& on_progress,
                                         const std::function<void(const std::string&)>& on_notice,
                                         const std::stop_token& stop) {
  if (!IsValidTaskId(id))
    return InvalidArgument("task id: 1 to 128 letters, digits, '.', '_' or '-' are allowed");
  EntryPtr entry;
  {
    const Claiming claiming(*this, id);
    if (Find(id)) return AlreadyExists("task " + id + " is being worked on already");
    WS_ASSIGN_OR_RETURN(const Taken taken, Take(id, stop));
    if (taken.elsewhere) return AlreadyExists("task " + id + " is being worked on by another process");
    if (!taken.entry && taken.task.status == stores::kStatusCancelled) return Cancelled(kCancelledOnRequest);
    if (!taken.entry) return StateOf(taken.task);
    entry = taken.entry;
    entry->on_progress = on_progress;
    entry->on_notice = on_notice;
    const std::lock_guard lock(mutex_);
    active_[id] = entry;
    ++running_;
    Changed();
  }
  const std::stop_callback on_stop(stop, [&] { RequestStop(entry, StopReason::kShutdown); });
  WS_RETURN_IF_ERROR(Execute(entry));
  return Get(id);
}

StatusOr<TaskState> TaskManager::Get(const std::string& id) {
  if (!IsValidTaskId(id)) return NotFound("task " + id.substr(0, 128) + " does not exist");
  if (const EntryPtr entry = Find(id)) {
    const std::lock_guard lock(mutex_);
    return TaskState{entry->task, entry->progress, true};
  }
  WS_ASSIGN_OR_RETURN(const stores::Task task, deps_.tasks->Get(id));
  return StateOf(task);
}

StatusOr<std::vector<TaskState>> TaskManager::List(int limit, int offset) {
  WS_ASSIGN_OR_RETURN(const std::vector<stores::Task> tasks, deps_.tasks->List(limit, offset));
  std::vector<TaskState> states;
  states.reserve(tasks.size());
  for (const stores::Task& task : tasks) {
    if (const EntryPtr entry = Find(task.id)) {
      const std::lock_guard lock(mutex_);
      states.push_back({entry->task, entry->progress, true});
    } else {
      TaskState state{task, {}, false};
      state.progress.percent = task.progress;
      state.progress.stage = task.status == stores::kStatusCompleted ? "done" : "";
      states.push_back(std::move(state));
    }
  }
  return states;
}

// Tasks that a crash or a shutdown left. Ones that another process works on keep their lease and are passed
// by.
void TaskManager::Recover() {
  const auto tasks = deps_.tasks->ListProcessing(kMostTasksToRecover);
  if (!tasks.ok()) {
    Log("", true, "could not look for unfinished tasks: " + Message(tasks.status()));
    return;
  }
  for (const stores::Task& task : *tasks) {
    if (!IsValidTaskId(task.id)) continue;
    const Claiming claiming(*this, task.id);
    if (Find(task.id) || IsShutDown()) continue;
    const auto taken = Take(task.id, closing_.get_token());
    if (!taken.ok()) Log(task.id, true, "could not be taken up again: " + Message(taken.status()));
    if (!taken.ok() || !taken->entry) continue;
    if (!Enqueue(taken->entry, true).ok()) taken->entry->fence->Release();
  }
}

TaskState TaskManager::StateOf(const stores::Task& task) {
  if (const EntryPtr entry = Find(task.id)) {
    const std::lock_guard lock(mutex_);
    return {entry->task, entry->progress, true};
  }
  return {task, EndedProgress(task), false};
}

void TaskManager::Remember(const std::string& id, const pipeline::Progress& progress) {
  const std::lock_guard lock(mutex_);
  std::erase_if(recent_, [&](const auto& item) { return item.first == id; });
  recent_.emplace_back(id, progress);
  if (recent_.size() > kRecentTasks) recent_.pop_front();
}

bool TaskManager::WaitUntilIdle(const std::string& id, std::chrono::milliseconds patience,
                                const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, stop, patience, [&] { return !active_.contains(id); });
}

uint64_t TaskManager::WaitForChange(uint64_t seen, std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, patience, [&] { return version_ != seen || shut_down_; });
  return version_;
}

bool TaskManager::IsShutDown() const {
  const std::lock_guard lock(mutex_);
  return shut_down_;
}

std::pair<size_t, size_t> TaskManager::Load() const {
  const std::lock_guard lock(mutex_);
  return {running_, waiting_.size()};
}

void TaskManager::Log(const std::string& id, bool is_error, const std::string& line) const {
  if (deps_.log) deps_.log(id, is_error, line);
}

TaskManager::EntryPtr TaskManager::Find(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto it = active_.find(id);
  return it == active_.end() ? nullptr : it->second;
}

void TaskManager::Changed() {
  ++version_;
  changed_.notify_all();
}

}  // namespace waveshift::service
