// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/deadline.h"

#include <condition_variable>
#include <mutex>

#include <gtest/gtest.h>

namespace waveshift::service {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

bool WaitForStop(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  changed.wait_for(lock, stop, std::chrono::seconds(20), [] { return false; });
  return stop.stop_requested();
}

TEST(Deadline, StopsWhenItsTimeHasCome) {
  const Deadline deadline(SteadyClock::now() + milliseconds(10));
  EXPECT_TRUE(WaitForStop(deadline.token()));
  EXPECT_TRUE(deadline.is_over());
  const Status late = deadline.Explain(Cancelled("stopped"), "took too long");
  EXPECT_EQ(late.code(), StatusCode::kDeadlineExceeded);
  EXPECT_EQ(Message(late), "took too long");
  EXPECT_EQ(deadline.Explain(Unavailable("broken"), "took too long").code(), StatusCode::kUnavailable);
}

TEST(Deadline, StopsWithAnother) {
  std::stop_source other;
  const Deadline deadline(SteadyClock::now() + hours(1), other.get_token());
  EXPECT_FALSE(deadline.token().stop_requested());
  other.request_stop();
  EXPECT_TRUE(WaitForStop(deadline.token()));
  EXPECT_FALSE(deadline.is_over());
  EXPECT_EQ(deadline.Explain(Cancelled("stopped"), "took too long").code(), StatusCode::kCancelled);
}

TEST(Deadline, OneThatHasPassedStopsAtOnceAndAnUnusedOneEnds) {
  EXPECT_TRUE(WaitForStop(Deadline(SteadyClock::now() - hours(1)).token()));
  std::stop_source other;
  { const Deadline unused(SteadyClock::now() + hours(1), other.get_token()); }
  other.request_stop();  // nobody is there any more
}

}  // namespace
}  // namespace waveshift::service
