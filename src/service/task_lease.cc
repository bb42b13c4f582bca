// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What goes on beside the jobs, each on a thread of its own: leases are renewed, progress is written, cancel
// requests and abandoned tasks are looked for.
#include <algorithm>
#include <utility>

#include "service/task_manager.h"
#include "service/task_manager_internal.h"

namespace waveshift::service {
namespace {

using SteadyClock = std::chrono::steady_clock;

}  // namespace

bool TaskManager::WaitABeat(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, stop, options_.heartbeat, [] { return false; });
  return !stop.stop_requested();
}

void TaskManager::KeepLease(const EntryPtr& entry, const std::stop_token& stop) {
  while (WaitABeat(stop) && TendLease(entry)) {
  }
}

// False when it is lost.
bool TaskManager::TendLease(const EntryPtr& entry) {
  const Status tended = entry->fence->Tend();
  if (tended.ok()) return true;
  Log(entry->task.id, true, "lease lost: " + Message(tended));
  RequestStop(entry, StopReason::kLeaseLost);
  return false;
}

bool TaskManager::IsToBeCancelled(const EntryPtr& entry, stores::ObjectStore& objects) {
  return objects.Head(CancelKey(entry->task.id)).ok();
}

// The job has ended when `stop` is requested; nothing that a store has not answered by then delays its end.
void TaskManager::WatchJob(const EntryPtr& entry, const std::stop_token& stop) {
  const auto objects = deps_.objects->WithStop(stop);
  const auto tasks =
      deps_.tasks->With({.stop = stop, .before_write = [&entry] {
                           return entry->fence->is_lost() ? entry->fence->WhyLost() : OkStatus();
                         }});
  int written_percent = -1;
  SteadyClock::time_point last_write;  // the first progress is written at once
  while (WaitABeat(stop)) {
    if (entry->fence->is_lost()) continue;
    if (IsToBeCancelled(entry, *objects)) RequestStop(entry, StopReason::kCancelled);
    int percent = 0;
    {
      const std::lock_guard lock(mutex_);
      percent = static_cast<int>(std::clamp(entry->progress.percent, 0.0, 99.0));
    }
    const SteadyClock::time_point now = SteadyClock::now();
    if (percent == written_percent || now - last_write < options_.progress_interval) continue;
    last_write = now;
    const Status written = tasks->SetProgress(entry->task.id, percent);
    if (written.ok()) written_percent = percent;
    if (!written.ok() && !stop.stop_requested())
      Log(entry->task.id, true, "progress could not be stored: " + Message(written));
  }
}

// The one of the waiting tasks whose look is due for longest. Null: none is due. mutex_ is held.
TaskManager::EntryPtr TaskManager::NextWaitingToTend() {
  EntryPtr next;
  const SteadyClock::time_point now = SteadyClock::now();
  for (const EntryPtr& entry : waiting_) {
    if (entry->is_tended || entry->next_look > now) continue;
    if (!next || entry->next_look < next->next_look) next = entry;
  }
  return next;
}

void TaskManager::KeepWaitingLeases(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    EntryPtr entry;
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, stop, options_.heartbeat,
                        [&] { return (entry = NextWaitingToTend()) != nullptr; });
      if (!entry) continue;
      entry->is_tended = true;
    }
    TendWaiting(entry);
    const std::lock_guard lock(mutex_);
    entry->is_tended = false;
    entry->next_look = SteadyClock::now() + options_.heartbeat;
  }
}

void TaskManager::TendWaiting(const EntryPtr& entry) {
  if (TendLease(entry) && IsToBeCancelled(entry, *deps_.objects)) RequestStop(entry, StopReason::kCancelled);
  const std::stop_token stop = entry->stop.get_token();
  if (!stop.stop_requested()) return;
  // It need not wait for its turn to end. Where the store gives no answer this is tried again a beat later.
  if (!entry->fence->Check(stop).ok() && !entry->fence->is_lost()) return;
  if (TakeOutOfWaiting(entry)) Conclude(entry, Cancelled(kCancelledOnRequest)).IgnoreError();
}

bool TaskManager::TakeOutOfWaiting(const EntryPtr& entry) {
  const std::lock_guard lock(mutex_);
  return std::erase(waiting_, entry) > 0;
}

void TaskManager::RecoverAgainAndAgain(const std::stop_token& stop) {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, stop, options_.recovery_interval, [] { return false; });
    }
    if (stop.stop_requested()) return;
    Recover();
  }
}

}  // namespace waveshift::service
