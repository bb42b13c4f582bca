// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// When to send a request again, and how long to wait before: exponential back-off with jitter, and what the
// server asks for with Retry-After.
#ifndef WAVESHIFT_NET_RETRY_H_
#define WAVESHIFT_NET_RETRY_H_

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string_view>

#include "base/status.h"
#include "net/http_client.h"

namespace waveshift::net {

// 408, 425, 429, 500, 502, 503, 504 and 520-527 (a gateway's own errors).
bool IsTransientHttp(int http_status);

// Retry-After: seconds, or an HTTP date (RFC 9110, 10.2.3) seen from `now`; a date that has passed is 0.
// Nothing when it is neither.
std::optional<std::chrono::milliseconds> ParseRetryAfter(std::string_view value,
                                                         std::chrono::system_clock::time_point now);

struct RetryPolicy {
  int max_attempts = 4;
  std::chrono::milliseconds first_delay{500};  // doubles with every attempt
  std::chrono::milliseconds longest_delay{20000};
  double jitter = 0.5;  // a delay is taken at random from [(1 - jitter), 1] of its length
  // A server that asks for a longer wait is not asked again.
  std::chrono::milliseconds longest_retry_after{60000};
  // No attempt begins later than this after the first.
  std::chrono::milliseconds budget{180000};
  // Which answers and which failures to try again. A request that may not be repeated (it is not idempotent)
  // sets retry_errors to false.
  std::function<bool(const HttpResponse&)> retry_response = [](const HttpResponse& response) {
    return IsTransientHttp(response.status);
  };
  bool retry_errors = true;  // those for which IsRetryable holds
};

// What time and chance are; tests bring their own.
struct RetryClock {
  std::function<std::chrono::steady_clock::time_point()> now = &std::chrono::steady_clock::now;
  std::function<std::chrono::system_clock::time_point()> wall = &std::chrono::system_clock::now;
  // Waits, or less when `stop` is requested.
  std::function<void(std::chrono::milliseconds, const std::stop_token&)> sleep;  // empty: really
  std::function<double()> random;                                                // [0, 1); empty: really
};

// Waits as the clock says, or less when `stop` is requested.
void Wait(const RetryClock& clock, std::chrono::milliseconds time, const std::stop_token& stop);

// Calls `send` until it gives something that is not to be tried again, attempts or time run out, or `stop`
// (Cancelled). Returns what the last call gave. `attempt` counts from 0.
StatusOr<HttpResponse> Retry(const RetryPolicy& policy, const RetryClock& clock, const std::stop_token& stop,
                             const std::function<StatusOr<HttpResponse>(int attempt)>& send);

}  // namespace waveshift::net

#endif  // WAVESHIFT_NET_RETRY_H_
