// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// How many requests a service may be asked: a bucket that fills steadily and that every request takes from. A
// service that says "too many" can have everybody wait.
#ifndef WAVESHIFT_NET_RATE_BUDGET_H_
#define WAVESHIFT_NET_RATE_BUDGET_H_

#include <chrono>
#include <mutex>
#include <stop_token>

#include "base/status.h"
#include "net/retry.h"

namespace waveshift::net {

struct RateLimits {
  double per_second = 2;  // in the long run
  double burst = 300;     // that many at once after a quiet time
  // A request that would wait longer is not sent.
  std::chrono::milliseconds longest_wait{60000};
};

// Any number of threads at once.
class RateBudget {
 public:
  explicit RateBudget(RateLimits limits, RetryClock clock = {});
  RateBudget(const RateBudget&) = delete;
  RateBudget& operator=(const RateBudget&) = delete;

  // Takes one request, after waiting for it. ResourceExhausted when that would take longer than `patience` or
  // the limits' longest wait; then nothing is taken. Cancelled.
  Status Take(const std::stop_token& stop, std::chrono::milliseconds patience = std::chrono::hours(1));
  // Nobody is let through for this long from now on; a longer pause that runs already stays.
  void Pause(std::chrono::milliseconds time);

 private:
  using TimePoint = std::chrono::steady_clock::time_point;
  const RateLimits limits_;
  const RetryClock clock_;
  std::mutex mutex_;
  double level_;      // requests that may be sent now; below 0 when some wait
  TimePoint filled_;  // when level_ was right
  TimePoint pause_end_;
};

}  // namespace waveshift::net

#endif  // WAVESHIFT_NET_RATE_BUDGET_H_
