// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "net/retry.h"

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <mutex>
#include <random>
#include <string>

namespace waveshift::net {
namespace {

using std::chrono::milliseconds;

constexpr int64_t kLongestWaitSeconds = 366LL * 24 * 3600;

void SleepReally(milliseconds time, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, stop, time, [] { return false; });
}

double RandomReally() {
  thread_local std::minstd_rand engine{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(engine);
}

milliseconds Delay(const RetryPolicy& policy, int attempt, double random) {
  double longest = static_cast<double>(policy.first_delay.count());
  for (int i = 0; i < attempt && longest < static_cast<double>(policy.longest_delay.count()); ++i)
    longest *= 2;
  longest = std::min(longest, static_cast<double>(policy.longest_delay.count()));
  return milliseconds(static_cast<int64_t>(longest * (1 - policy.jitter * random)));
}

bool TryAgain(const RetryPolicy& policy, const StatusOr<HttpResponse>& result) {
  if (result.ok()) return policy.retry_response && policy.retry_response(*result);
  return policy.retry_errors && IsRetryable(result.status());
}

}  // namespace

bool IsTransientHttp(int http_status) {
  switch (http_status) {
    case 408:
    case 425:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
      return true;
    default:
      return http_status >= 520 && http_status <= 527;
  }
}

std::optional<milliseconds> ParseRetryAfter(std::string_view value,
                                            std::chrono::system_clock::time_point now) {
  if (value.empty() || value.size() > 64) return std::nullopt;
  if (value.front() >= '0' && value.front() <= '9') {
    int64_t seconds = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (error == std::errc::result_out_of_range) seconds = kLongestWaitSeconds;
    if (end != value.data() + value.size()) return std::nullopt;
    return std::chrono::seconds(std::min(seconds, kLongestWaitSeconds));
  }
  const auto at = ParseHttpDate(value);
  if (!at) return std::nullopt;
  const auto wait = *at - now;
  return std::clamp(std::chrono::duration_cast<milliseconds>(wait), milliseconds(0),
                    milliseconds(std::chrono::seconds(kLongestWaitSeconds)));
}

void Wait(const RetryClock& clock, milliseconds time, const std::stop_token& stop) {
  if (clock.sleep) return clock.sleep(time, stop);
  SleepReally(time, stop);
}

StatusOr<HttpResponse> Retry(const RetryPolicy& policy, const RetryClock& clock, const std::stop_token& stop,
                             const std::function<StatusOr<HttpResponse>(int attempt)>& send) {
  const auto began = clock.now();
  for (int attempt = 0;; ++attempt) {
    if (stop.stop_requested()) return Cancelled("stopped");
    StatusOr<HttpResponse> result = send(attempt);
    if (attempt + 1 >= policy.max_attempts || !TryAgain(policy, result)) return result;
    milliseconds wait = Delay(policy, attempt, clock.random ? clock.random() : RandomReally());
    if (result.ok()) {
      const auto asked = ParseRetryAfter(result->Header("Retry-After"), clock.wall());
      if (asked && *asked > policy.longest_retry_after) return result;
      if (asked) wait = std::max(wait, *asked);
    }
    if (clock.now() + wait - began > policy.budget) return result;
    Wait(clock, wait, stop);
  }
}

}  // namespace waveshift::net
