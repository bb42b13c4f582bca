// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Work that ends early: cancelling, shutting down, removing.
#include <algorithm>
#include <utility>

#include "net/retry.h"
#include "service/deadline.h"
#include "service/fenced_store.h"
#include "service/task_manager.h"
#include "service/task_manager_internal.h"

namespace waveshift::service {
namespace {

using SteadyClock = std::chrono::steady_clock;
// Between two looks at a task that another process is asked to cancel; each pause is twice as long as the one
// before.
constexpr std::chrono::milliseconds kFirstPause{250};
constexpr std::chrono::milliseconds kLongestPause{2000};
// For stores that do not answer who cancels a task that nobody works on.
constexpr std::chrono::seconds kStorePatience{20};

}  // namespace

bool TaskManager::HasFailed(const stores::Task& task) const {
  return task.status == options_.failure_status || task.status == stores::kDefaultFailureStatus ||
         task.status == "failed";
}

// The first reason stays: a job that is being cancelled is not "interrupted" by the shutdown that follows.
// But one that ends for lack of time, or with this process, would be gone on with: who cancels it means its
// end.
void TaskManager::RequestStop(const EntryPtr& entry, StopReason reason) {
  {
    const std::lock_guard lock(mutex_);
    const bool goes_on = entry->reason == StopReason::kTimeLimit || entry->reason == StopReason::kShutdown;
    const bool is_final = reason == StopReason::kCancelled && goes_on;
    if (entry->reason == StopReason::kNone || is_final) entry->reason = reason;
  }
  entry->stop.request_stop();
  if (reason == StopReason::kTimeLimit || reason == StopReason::kShutdown) entry->give_up.request_stop();
}

StatusOr<TaskState> TaskManager::Cancel(const std::string& id, std::chrono::milliseconds patience) {
  if (!IsValidTaskId(id)) return NotFound("task " + id.substr(0, 128) + " does not exist");
  while (true) {
    EntryPtr entry;
    {
      const Claiming claiming(*this, id);
      entry = Find(id);
      if (!entry) return CancelInactive(id, patience);
    }
    WS_ASSIGN_OR_RETURN(TaskState state, CancelActive(entry, patience));
    if (!state.active) WS_RETURN_IF_ERROR(CheckUnended(state.task));
    // A job that ended for lack of time just before has left the task to the next request.
    if (state.active || state.task.status != stores::kStatusProcessing) return state;
  }
}

StatusOr<TaskState> TaskManager::CancelActive(const EntryPtr& entry, std::chrono::milliseconds patience) {
  const std::string& id = entry->task.id;
  RequestStop(entry, StopReason::kCancelled);
  {
    const std::lock_guard lock(mutex_);
    entry->next_look = SteadyClock::now();  // if it waits, who keeps its lease ends it
    Changed();
  }
  WaitUntilIdle(id, patience, {});
  return Get(id);
}

// To whoever has the task now, or takes it next.
Status TaskManager::PassCancelOn(const EntryPtr& entry) {
  const auto objects = deps_.objects->WithStop(entry->give_up.get_token());
  const Status passed = objects->Put(CancelKey(entry->task.id), "cancel\n", {}).status();
  return Annotate(passed, "the request to cancel it could not be passed on");
}

Status TaskManager::CheckUnended(const stores::Task& task) const {
  if (task.status != stores::kStatusCompleted && !HasFailed(task)) return OkStatus();
  return AlreadyExists("task " + task.id + " has ended already (" + task.status + ")");
}

StatusOr<TaskState> TaskManager::CancelInactive(const std::string& id, std::chrono::milliseconds patience) {
  WS_ASSIGN_OR_RETURN(const stores::Task task, deps_.tasks->Get(id));
  WS_RETURN_IF_ERROR(CheckUnended(task));
  if (task.status == stores::kStatusCancelled) return StateOf(task);
  // The lease keeps a start elsewhere from coming between.
  WS_ASSIGN_OR_RETURN(const std::unique_ptr<LeaseFence> fence, AcquireFence(id));
  if (!fence) return CancelElsewhere(id, patience);
  auto state = CancelWithLease(id, *fence);
  // A store that answered too late: who has the task now is asked.
  if (!state.ok() && IsTakenOver(*fence)) return CancelElsewhere(id, patience);
  return state;
}

StatusOr<TaskState> TaskManager::CancelWithLease(const std::string& id, LeaseFence& fence) {
  // The holder before may have ended it between the look and the lease.
  WS_ASSIGN_OR_RETURN(stores::Task task, deps_.tasks->Get(id));
  WS_RETURN_IF_ERROR(CheckUnended(task));
  if (task.status != stores::kStatusCancelled) {
    const Deadline limit(SteadyClock::now() + kStorePatience, closing_.get_token());
    auto written = WriteCancelled(id, fence, limit.token());
    if (!written.ok())
      return limit.Explain(written.status(), "task " + id + ": the stores gave no answer in time");
    task = *std::move(written);
  }
  return StateOf(task);
}

// As long as the task's lease is held.
StatusOr<stores::Task> TaskManager::WriteCancelled(const std::string& id, LeaseFence& fence,
                                                   const std::stop_token& stop) {
  WS_RETURN_IF_ERROR(FinishWithRetry(id, stores::kStatusCancelled, kCancelledOnRequest, fence, stop));
  Log(id, false, kCancelledOnRequest);
  return deps_.tasks->Get(id);
}

// Whether somebody asked to cancel a task whose holder is gone and did not see it. A request for a run before
// is none: it has gone away with that run's end.
StatusOr<bool> TaskManager::WasToBeCancelled(const stores::Task& task) {
  if (task.status == stores::kStatusProcessing) {
    const Status asked = deps_.objects->Head(CancelKey(task.id)).status();
    if (asked.ok()) return true;
    if (asked.code() != StatusCode::kNotFound) return Annotate(asked, "task " + task.id);
  }
  return false;
}

StatusOr<TaskState> TaskManager::CancelElsewhere(const std::string& id, std::chrono::milliseconds patience) {
  {
    const Deadline limit(SteadyClock::now() + kStorePatience, closing_.get_token());
    const auto objects = deps_.objects->WithStop(limit.token());
    const Status asked = objects->Put(CancelKey(id), "cancel\n", {}).status();
    WS_RETURN_IF_ERROR(limit.Explain(asked, "task " + id + ": the stores gave no answer in time"));
  }
  const SteadyClock::time_point end = SteadyClock::now() + patience;
  for (auto pause = kFirstPause;; pause = std::min(2 * pause, kLongestPause)) {
    WS_ASSIGN_OR_RETURN(const stores::Task task, deps_.tasks->Get(id));
    WS_RETURN_IF_ERROR(CheckUnended(task));
    const SteadyClock::time_point now = SteadyClock::now();
    if (task.status != stores::kStatusProcessing || now >= end) return StateOf(task);
    net::Wait({}, std::min(pause, std::chrono::ceil<std::chrono::milliseconds>(end - now)),
              closing_.get_token());
    if (closing_.stop_requested()) return StateOf(task);
  }
}

// Under a lease that is renewed: a long video has thousands of objects. What stops the stores ends it.
Status TaskManager::DeleteOutputs(const std::string& id, LeaseFence& fence) {
  FencedObjectStore fenced(*deps_.objects, fence, closing_.get_token());
  const pipeline::OutputLayout layout = pipeline::LayoutForTask(id);
  for (const std::string& prefix :
       {layout.hls_prefix, "videos/" + id + "/", layout.subtitles_prefix, layout.report_prefix}) {
    WS_RETURN_IF_ERROR(stores::DeletePrefix(fenced, prefix));
  }
  return deps_.tasks->With(GuardOf(fence, {}))->Delete(id);
}

Status TaskManager::Remove(const std::string& id) {
  if (!IsValidTaskId(id)) return NotFound("task " + id.substr(0, 128) + " does not exist");
  const Claiming claiming(*this, id);
  if (Find(id)) return AlreadyExists("task " + id + " is being worked on; cancel it first");
  WS_RETURN_IF_ERROR(deps_.tasks->Get(id).status());
  {
    WS_ASSIGN_OR_RETURN(const std::unique_ptr<LeaseFence> fence, AcquireFence(id));
    if (!fence)
      return AlreadyExists("task " + id + " is being worked on by another process; cancel it first");
    WS_RETURN_IF_ERROR(DeleteOutputs(id, *fence));
  }
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(recent_, [&](const auto& item) { return item.first == id; });
  }
  return stores::DeletePrefix(*deps_.objects, "journal/" + id + "/");
}

void TaskManager::Shutdown() {
  std::vector<std::jthread> threads;
  std::vector<EntryPtr> running;
  std::vector<EntryPtr> waiting;
  {
    const std::lock_guard lock(mutex_);
    shut_down_ = true;
    threads.swap(threads_);
    waiting.assign(waiting_.begin(), waiting_.end());
    waiting_.clear();
    for (const auto& [id, entry] : active_) {
      if (std::find(waiting.begin(), waiting.end(), entry) == waiting.end()) running.push_back(entry);
    }
    Changed();
  }
  closing_.request_stop();
  for (const EntryPtr& entry : running) RequestStop(entry, StopReason::kShutdown);
  for (const EntryPtr& entry : waiting) {
    RequestStop(entry, StopReason::kShutdown);
    Conclude(entry, Cancelled("the server is shutting down")).IgnoreError();
  }
  for (std::jthread& thread : threads) thread.request_stop();
  for (std::jthread& thread : threads) thread.join();
}

}  // namespace waveshift::service
