// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "net/retry.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace waveshift::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Time stands still but for the waits.
struct FakeTime {
  RetryClock Clock() {
    RetryClock clock;
    clock.now = [this] { return std::chrono::steady_clock::time_point(passed); };
    clock.wall = [this] {
      return std::chrono::system_clock::from_time_t(1767225600) + passed;
    };  // 2026-01-01
    clock.sleep = [this](milliseconds time, const std::stop_token&) {
      waits.push_back(time.count());
      passed += time;
    };
    clock.random = [this] { return random; };
    return clock;
  }
  milliseconds passed{0};
  double random = 0;
  std::vector<int64_t> waits;
};

HttpResponse Answer(int status, const std::string& retry_after = "") {
  HttpResponse response{.status = status};
  if (!retry_after.empty()) response.headers.push_back({"retry-after", retry_after});
  return response;
}

TEST(ParseRetryAfter, SecondsAndDates) {
  const auto now = std::chrono::system_clock::from_time_t(784111777 - 10);  // 1994-11-06T08:49:27Z
  EXPECT_EQ(ParseRetryAfter("120", now), seconds(120));
  EXPECT_EQ(ParseRetryAfter("0", now), seconds(0));
  EXPECT_EQ(ParseRetryAfter("Sun, 06 Nov 1994 08:49:37 GMT", now), seconds(10));
  EXPECT_EQ(ParseRetryAfter("Sunday, 06-Nov-94 08:49:37 GMT", now), seconds(10));
  EXPECT_EQ(ParseRetryAfter("Sun Nov  6 08:49:37 1994", now), seconds(10));
  EXPECT_EQ(ParseRetryAfter("Sun, 06 Nov 1994 08:00:00 GMT", now), seconds(0));
  for (const char* bad : {"", "soon", "-1", "1.5", "12 s"}) EXPECT_FALSE(ParseRetryAfter(bad, now)) << bad;
  EXPECT_EQ(ParseRetryAfter("99999999999999999999", now), seconds(366LL * 24 * 3600));
  EXPECT_EQ(ParseRetryAfter("Fri, 31 Dec 9999 23:59:59 GMT", now), seconds(366LL * 24 * 3600));
}

TEST(Retry, WaitsDoubleUpToTheLongestAndJitterOnlyShortens) {
  FakeTime time;
  int calls = 0;
  const RetryPolicy policy{.max_attempts = 6, .first_delay = milliseconds(500), .longest_delay = seconds(3)};
  const auto fail = [&](int attempt) -> StatusOr<HttpResponse> {
    EXPECT_EQ(attempt, calls++);
    return Answer(503);
  };
  EXPECT_EQ(Retry(policy, time.Clock(), {}, fail)->status, 503);
  EXPECT_EQ(calls, 6);
  EXPECT_EQ(time.waits, (std::vector<int64_t>{500, 1000, 2000, 3000, 3000}));
  time.waits.clear();
  time.random = 1;
  calls = 0;
  EXPECT_EQ(Retry(policy, time.Clock(), {}, fail)->status, 503);
  EXPECT_EQ(time.waits, (std::vector<int64_t>{250, 500, 1000, 1500, 1500}));
}

TEST(Retry, EndsWithTheFirstGoodAnswer) {
  FakeTime time;
  const auto result = Retry({}, time.Clock(), {}, [](int attempt) -> StatusOr<HttpResponse> {
    if (attempt == 0) return Unavailable("refused");
    return Answer(attempt == 1 ? 500 : 200);
  });
  EXPECT_EQ(result->status, 200);
  EXPECT_EQ(time.waits.size(), 2U);
}

TEST(Retry, WhatCannotGetBetterIsNotTriedAgain) {
  FakeTime time;
  int calls = 0;
  for (const int status : {200, 301, 400, 401, 404, 422, 501}) {
    EXPECT_EQ(
        Retry({}, time.Clock(), {}, [&](int) -> StatusOr<HttpResponse> { return ++calls, Answer(status); })
            ->status,
        status);
  }
  EXPECT_EQ(calls, 7);
  EXPECT_FALSE(Retry({}, time.Clock(), {}, [&](int) -> StatusOr<HttpResponse> {
                 ++calls;
                 return InvalidArgument("bad URL");
               }).ok());
  RetryPolicy once;
  once.retry_errors = false;
  EXPECT_FALSE(Retry(once, time.Clock(), {}, [&](int) -> StatusOr<HttpResponse> {
                 ++calls;
                 return Unavailable("reset");
               }).ok());
  EXPECT_EQ(calls, 9);
  EXPECT_TRUE(time.waits.empty());
}

TEST(Retry, RetryAfterIsObeyedUnlessItIsTooLong) {
  FakeTime time;
  const auto ask = [](const std::string& header) {
    return [header](int attempt) -> StatusOr<HttpResponse> {
      return attempt == 0 ? Answer(429, header) : Answer(200);
    };
  };
  EXPECT_EQ(Retry({}, time.Clock(), {}, ask("7"))->status, 200);
  EXPECT_EQ(Retry({}, time.Clock(), {}, ask("Thu, 01 Jan 2026 00:00:30 GMT"))->status,
            200);  // 23 s ahead now
  EXPECT_EQ(time.waits, (std::vector<int64_t>{7000, 23000}));
  EXPECT_EQ(Retry({}, time.Clock(), {}, ask("61"))->status, 429);
  EXPECT_EQ(Retry({}, time.Clock(), {}, ask("nonsense"))->status, 200);
  EXPECT_EQ(time.waits.back(), 500);
}

TEST(Retry, NoAttemptBeginsAfterTheBudget) {
  FakeTime time;
  int calls = 0;
  RetryPolicy policy{.max_attempts = 100, .first_delay = seconds(1), .longest_delay = seconds(1)};
  policy.budget = milliseconds(3500);
  EXPECT_EQ(
      Retry(policy, time.Clock(), {}, [&](int) -> StatusOr<HttpResponse> { return ++calls, Answer(500); })
          ->status,
      500);
  EXPECT_EQ(calls, 4);
}

TEST(Retry, StopsAtOnce) {
  FakeTime time;
  std::stop_source stop;
  int calls = 0;
  const auto result = Retry({}, time.Clock(), stop.get_token(), [&](int) -> StatusOr<HttpResponse> {
    ++calls;
    stop.request_stop();
    return Answer(500);
  });
  EXPECT_EQ(result.status().code(), StatusCode::kCancelled);
  EXPECT_EQ(calls, 1);
}

TEST(Retry, ARealWaitEndsWithTheStop) {
  std::stop_source stop;
  RetryPolicy policy;
  policy.first_delay = policy.longest_delay = std::chrono::minutes(5);
  policy.budget = std::chrono::hours(1);
  std::jthread stopper;
  const auto result = Retry(policy, {}, stop.get_token(), [&](int) -> StatusOr<HttpResponse> {
    stopper = std::jthread([&] { stop.request_stop(); });
    return Answer(500);
  });
  EXPECT_EQ(result.status().code(), StatusCode::kCancelled);
}

}  // namespace
}  // namespace waveshift::net
