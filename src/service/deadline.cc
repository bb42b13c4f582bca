// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/deadline.h"

#include <condition_variable>
#include <mutex>

namespace waveshift::service {
namespace {

void WaitAndStop(const std::stop_token& done, std::chrono::steady_clock::time_point end,
                 const std::stop_token& other, std::stop_source& stop) {
  std::mutex mutex;
  std::condition_variable_any changed;
  const std::stop_callback wake(other, [&] {
    const std::lock_guard lock(mutex);
    changed.notify_all();
  });
  {
    std::unique_lock lock(mutex);
    changed.wait_until(lock, done, end, [&] { return other.stop_requested(); });
  }
  if (!done.stop_requested()) stop.request_stop();
}

}  // namespace

Deadline::Deadline(std::chrono::steady_clock::time_point end, const std::stop_token& other)
    : end_(end),
      timer_([this, other](const std::stop_token& done) { WaitAndStop(done, end_, other, stop_); }) {}

Status Deadline::Explain(const Status& error, std::string_view late) const {
  return error.code() == StatusCode::kCancelled && is_over() ? DeadlineExceeded(late) : error;
}

}  // namespace waveshift::service
