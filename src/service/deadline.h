// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_SERVICE_DEADLINE_H_
#define WAVESHIFT_SERVICE_DEADLINE_H_

#include <chrono>
#include <stop_token>
#include <string_view>
#include <thread>

#include "base/status.h"

namespace waveshift::service {

// Requests a stop when a time has come, or another stop is requested. Any thread may look at it.
class Deadline {
 public:
  explicit Deadline(std::chrono::steady_clock::time_point end, const std::stop_token& other = {});
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  std::stop_token token() const { return stop_.get_token(); }
  // The time has come, whatever else was requested.
  bool is_over() const { return std::chrono::steady_clock::now() >= end_; }
  // An error of work that this stops: DeadlineExceeded with `late` as its message when the time was the
  // reason.
  Status Explain(const Status& error, std::string_view late) const;

 private:
  const std::chrono::steady_clock::time_point end_;
  std::stop_source stop_;
  std::jthread timer_;  // the last member: it ends first
};

}  // namespace waveshift::service

#endif  // WAVESHIFT_SERVICE_DEADLINE_H_
