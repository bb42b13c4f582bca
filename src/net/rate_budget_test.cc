// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "net/rate_budget.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace waveshift::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Time that passes only by waiting.
struct FakeTime {
  std::mutex mutex;
  std::chrono::steady_clock::time_point now{seconds(1000)};
  RetryClock Clock() {
    RetryClock clock;
    clock.now = [this] {
      const std::lock_guard lock(mutex);
      return now;
    };
    clock.sleep = [this](milliseconds time, const std::stop_token&) { Pass(time); };
    return clock;
  }
  void Pass(milliseconds time) {
    const std::lock_guard lock(mutex);
    now += time;
  }
  int64_t PassedMs() {
    const std::lock_guard lock(mutex);
    return std::chrono::duration_cast<milliseconds>(now -
                                                    std::chrono::steady_clock::time_point(seconds(1000)))
        .count();
  }
};

TEST(RateBudget, ABurstAndThenTheRate) {
  FakeTime time;
  RateBudget budget({.per_second = 4, .burst = 3}, time.Clock());
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(budget.Take({}).ok());
  EXPECT_EQ(time.PassedMs(), 0);
  for (int i = 0; i < 8; ++i) EXPECT_TRUE(budget.Take({}).ok());
  EXPECT_GE(time.PassedMs(), 2000);
  EXPECT_LE(time.PassedMs(), 2020);
  time.Pass(seconds(100));  // it does not fill beyond the burst
  const int64_t before = time.PassedMs();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(budget.Take({}).ok());
  EXPECT_EQ(time.PassedMs(), before);
  EXPECT_TRUE(budget.Take({}).ok());
  EXPECT_GT(time.PassedMs(), before);
}

TEST(RateBudget, AWaitThatIsTooLongIsRefusedAndTakesNothing) {
  FakeTime time;
  RateBudget budget({.per_second = 1, .burst = 1, .longest_wait = milliseconds(500)}, time.Clock());
  EXPECT_TRUE(budget.Take({}).ok());
  EXPECT_EQ(budget.Take({}).code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(budget.Take({}).code(), StatusCode::kResourceExhausted);
  time.Pass(milliseconds(600));
  EXPECT_TRUE(budget.Take({}).ok());
  EXPECT_LE(time.PassedMs(), 1010);
}

TEST(RateBudget, APauseHoldsEverybodyBack) {
  FakeTime time;
  RateBudget budget({}, time.Clock());
  budget.Pause(seconds(5));
  budget.Pause(seconds(2));  // the longer one counts
  EXPECT_TRUE(budget.Take({}).ok());
  EXPECT_EQ(time.PassedMs(), 5000);
  EXPECT_TRUE(budget.Take({}).ok());
  EXPECT_EQ(time.PassedMs(), 5000);
  EXPECT_TRUE(budget.Take({}, milliseconds(-1)).ok());  // there is nothing to wait for
  budget.Pause(seconds(2));
  EXPECT_EQ(budget.Take({}, milliseconds(1999)).code(), StatusCode::kResourceExhausted);
  budget.Pause(seconds(61));
  EXPECT_EQ(budget.Take({}).code(), StatusCode::kResourceExhausted);
}

TEST(RateBudget, AStopEndsTheWait) {
  std::stop_source stop;
  stop.request_stop();
  RateBudget budget({.per_second = 0.1, .burst = 1});
  EXPECT_EQ(budget.Take(stop.get_token()).code(), StatusCode::kCancelled);
  EXPECT_EQ(budget.Take(stop.get_token()).code(), StatusCode::kCancelled);  // without waiting ten seconds
}

TEST(RateBudget, ManyThreadsTakeNoMoreThanThereIs) {
  FakeTime time;
  RateBudget budget({.per_second = 0.001, .burst = 20, .longest_wait = milliseconds(1)}, time.Clock());
  std::atomic<int> taken{0};
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) taken += budget.Take({}).ok() ? 1 : 0;
    });
  }
  threads.clear();
  EXPECT_EQ(taken, 20);
}

}  // namespace
}  // namespace waveshift::net
