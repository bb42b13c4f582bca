// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Tasks that run within the request that starts them, for as long as it may take.
#include <algorithm>
#include <utility>

#include "service/deadline.h"
#include "service/task_manager.h"
#include "service/task_manager_internal.h"

namespace waveshift::service {
namespace {

using SteadyClock = std::chrono::steady_clock;
// Beyond a dead run's lease.
constexpr std::chrono::seconds kLeaseSlack{15};

// What a wait without a limit waits for.
SteadyClock::time_point Later() { return SteadyClock::now() + std::chrono::hours(24 * 365); }

}  // namespace

TaskManager::Place TaskManager::WaitForPlace(const std::string& id, const RequestLimits& limits) {
  const SteadyClock::time_point end = limits.wind_down_at.value_or(Later());
  const auto most = static_cast<size_t>(std::max(1, options_.concurrent_jobs));
  std::unique_lock lock(mutex_);
  if (active_.contains(id)) {
    const auto is_over = [&] { return shut_down_ || !active_.contains(id); };
    if (!changed_.wait_until(lock, end, is_over)) return Place::kOutOfTime;
    return shut_down_ ? Place::kShutDown : Place::kBusyTaskEnded;
  }
  const auto is_free = [&] { return shut_down_ || running_ < most; };
  if (!changed_.wait_until(lock, end, is_free)) return Place::kOutOfTime;
  if (shut_down_) return Place::kShutDown;
  ++running_;
  return Place::kTaken;
}

void TaskManager::LeavePlace() {
  const std::lock_guard lock(mutex_);
  --running_;
  Changed();
}

StatusOr<WithinRequest> TaskManager::RunWithin(const std::string& id, const RequestLimits& limits) {
  using End = WithinRequest::End;
  if (!IsValidTaskId(id))
    return InvalidArgument("task_id: 1 to 128 letters, digits, '.', '_' or '-' are allowed");
  const SteadyClock::time_point give_up = SteadyClock::now() + options_.lease_lifetime + kLeaseSlack;
  const Deadline limit(limits.stop_at.value_or(Later()), closing_.get_token());
  while (true) {
    const Place place = WaitForPlace(id, limits);
    if (place == Place::kShutDown) return FailedPrecondition("the server is shutting down");
    if (place != Place::kTaken) {
      WS_ASSIGN_OR_RETURN(TaskState state, Get(id));
      if (place == Place::kOutOfTime) return WithinRequest{End::kOutOfTime, std::move(state)};
      if (state.task.status != stores::kStatusProcessing) return WithinRequest{End::kEnded, std::move(state)};
      continue;  // the other request's time was over; this one may have some left
    }
    const auto taken = TakeForRequest(id, limit.token());
    if (taken.ok() && taken->entry) return RunInPlace(taken->entry, limits);
    LeavePlace();
    WS_RETURN_IF_ERROR(limit.Explain(taken.status(), "the stores gave no answer within the request's time"));
    if (taken->task.id.empty()) continue;
    if (!taken->elsewhere) return WithinRequest{End::kEnded, StateOf(taken->task)};
    if (!WaitElsewhere(limits, give_up)) return WithinRequest{End::kElsewhere, StateOf(taken->task)};
  }
}

// An empty Taken: another request here was quicker.
StatusOr<TaskManager::Taken> TaskManager::TakeForRequest(const std::string& id, const std::stop_token& stop) {
  const Claiming claiming(*this, id);
  if (Find(id)) return Taken{};
  WS_ASSIGN_OR_RETURN(Taken taken, Take(id, stop));
  if (!taken.entry) return taken;
  {
    const std::lock_guard lock(mutex_);
    if (!shut_down_) {
      active_[id] = taken.entry;
      Changed();
      return taken;
    }
  }
  taken.entry->fence->Release();
  return FailedPrecondition("the server is shutting down");
}

// False when there is no use in looking again.
bool TaskManager::WaitElsewhere(const RequestLimits& limits, SteadyClock::time_point end) {
  const SteadyClock::time_point next = SteadyClock::now() + options_.elsewhere_poll;
  if (next > std::min(end, limits.wind_down_at.value_or(Later()))) return false;
  std::unique_lock lock(mutex_);
  return !changed_.wait_until(lock, next, [this] { return shut_down_; });
}

StatusOr<WithinRequest> TaskManager::RunInPlace(const EntryPtr& entry, const RequestLimits& limits) {
  using End = WithinRequest::End;
  {
    const std::jthread watch([&](const std::stop_token& stop) { WatchLimits(entry, limits, stop); });
    Execute(entry).IgnoreError();  // it is in the store and the log
  }
  StopReason reason;
  bool made_progress = false;
  {
    const std::lock_guard lock(mutex_);
    reason = entry->reason;
    made_progress = entry->progress.new_work > 0;
  }
  WS_ASSIGN_OR_RETURN(TaskState state, Get(entry->task.id));
  End end = End::kEnded;
  if (state.task.status == stores::kStatusProcessing) {
    // A shutdown that comes to a job without time left is still a shutdown for who asked.
    const bool is_taken_over = IsTakenOver(*entry->fence);
    end = reason == StopReason::kShutdown    ? End::kShutDown
          : reason != StopReason::kLeaseLost ? End::kOutOfTime
          : is_taken_over                    ? End::kElsewhere
                                             : End::kLeftOpen;
  }
  return WithinRequest{end, std::move(state), made_progress};
}

void TaskManager::WatchLimits(const EntryPtr& entry, const RequestLimits& limits,
                              const std::stop_token& stop) {
  const auto wait = [&](SteadyClock::time_point until) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, stop, until, [] { return false; });
    return !stop.stop_requested();
  };
  if (!limits.wind_down_at || !wait(*limits.wind_down_at)) return;
  Log(entry->task.id, false, "the request's time is nearly over: no further line is begun");
  RequestWindDown(entry, StopReason::kTimeLimit);
  if (!limits.stop_at || !wait(*limits.stop_at)) return;
  Log(entry->task.id, true, "the request's time is over: what is under way is given up");
  RequestStop(entry, StopReason::kTimeLimit);
}

void TaskManager::RequestWindDown(const EntryPtr& entry, StopReason reason) {
  {
    const std::lock_guard lock(mutex_);
    if (entry->reason == StopReason::kNone) entry->reason = reason;
  }
  entry->wind_down.request_stop();
}

void TaskManager::WindDown(std::chrono::milliseconds patience) {
  std::vector<EntryPtr> entries;
  {
    const std::lock_guard lock(mutex_);
    shut_down_ = true;
    for (const auto& [id, entry] : active_) {
      const bool waits = std::find(waiting_.begin(), waiting_.end(), entry) != waiting_.end();
      if (!waits) entries.push_back(entry);
    }
    Changed();
  }
  for (const EntryPtr& entry : entries) RequestWindDown(entry, StopReason::kShutdown);
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, patience, [&] {
    return std::none_of(entries.begin(), entries.end(),
                        [this](const EntryPtr& entry) { return active_.contains(entry->task.id); });
  });
}

}  // namespace waveshift::service
