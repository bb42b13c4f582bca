// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "net/rate_budget.h"

#include <algorithm>
#include <string>
#include <utility>

namespace waveshift::net {

using std::chrono::milliseconds;

RateBudget::RateBudget(RateLimits limits, RetryClock clock)
    : limits_(limits),
      clock_(std::move(clock)),
      level_(limits.burst),
      filled_(clock_.now()),
      pause_end_(filled_) {}

Status RateBudget::Take(const std::stop_token& stop, milliseconds patience) {
  milliseconds wait{0};
  {
    const std::lock_guard lock(mutex_);
    const TimePoint now = clock_.now();
    const double seconds = std::chrono::duration<double>(now - filled_).count();
    level_ = std::min(limits_.burst, level_ + seconds * limits_.per_second);
    filled_ = now;
    if (level_ < 1) {
      wait = milliseconds(static_cast<int64_t>(1000 * (1 - level_) / limits_.per_second) + 1);
    }
    if (pause_end_ > now) {
      wait = std::max(wait, std::chrono::ceil<milliseconds>(pause_end_ - now));
    }
    // Without a wait nobody's patience matters, also when it has run out.
    if (wait.count() > 0 && wait > std::min(limits_.longest_wait, patience)) {
      return Overloaded("the budget of requests is used up for " + std::to_string(wait.count()) + " ms");
    }
    level_ -= 1;  // whoever comes next waits behind this one
  }
  if (wait.count() > 0) Wait(clock_, wait, stop);
  return stop.stop_requested() ? Cancelled("stopped") : OkStatus();
}

void RateBudget::Pause(milliseconds time) {
  const std::lock_guard lock(mutex_);
  pause_end_ = std::max(pause_end_, clock_.now() + time);
}

}  // namespace waveshift::net
