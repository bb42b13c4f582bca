// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Parts of TaskManager that its source files share.
#ifndef WAVESHIFT_SERVICE_TASK_MANAGER_INTERNAL_H_
#define WAVESHIFT_SERVICE_TASK_MANAGER_INTERNAL_H_

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

#include "service/lease_fence.h"
#include "service/task_manager.h"

namespace waveshift::service {

// One task that this process has the lease of.
struct TaskManager::Entry {
  explicit Entry(stores::Task t) : task(std::move(t)) {}

  const stores::Task task;  // as it was when it was taken, with status "processing"
  std::stop_source stop;
  std::stop_source wind_down;
  // Requested when there is no more time to wait for a store: its time limit, a shutdown.
  std::stop_source give_up;
  // Set before the entry is shared.
  std::function<void(const pipeline::Progress&)> on_progress;
  std::function<void(const std::string&)> on_notice;

  // Guarded by TaskManager::mutex_.
  pipeline::Progress progress;
  StopReason reason = StopReason::kNone;
  // While it waits: whether one of the threads looks after it, and when the next look is due.
  bool is_tended = false;
  std::chrono::steady_clock::time_point next_look = std::chrono::steady_clock::now();

  std::unique_ptr<LeaseFence> fence;  // set before the entry is shared
};

// Lives while one caller looks at one id.
class TaskManager::Claiming {
 public:
  Claiming(TaskManager& manager, std::string id) : manager_(manager), id_(std::move(id)) {
    std::unique_lock lock(manager_.mutex_);
    manager_.changed_.wait(lock, [this] { return !manager_.claiming_.contains(id_); });
    manager_.claiming_.insert(id_);
  }
  ~Claiming() {
    const std::lock_guard lock(manager_.mutex_);
    manager_.claiming_.erase(id_);
    manager_.Changed();
  }
  Claiming(const Claiming&) = delete;
  Claiming& operator=(const Claiming&) = delete;

 private:
  TaskManager& manager_;
  const std::string id_;
};

inline constexpr char kCancelledOnRequest[] = "cancelled on request";

// Whether somebody else has the lease, as far as this process knows.
bool IsTakenOver(const LeaseFence& fence);

std::string LeaseKey(const std::string& task_id);
std::string CancelKey(const std::string& task_id);

}  // namespace waveshift::service

#endif  // WAVESHIFT_SERVICE_TASK_MANAGER_INTERNAL_H_
