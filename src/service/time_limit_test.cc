// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/time_limit.h"

#include <gtest/gtest.h>

namespace waveshift::service {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Request With(const char* name, const char* value) {
  Request request;
  request.headers[name] = value;
  return request;
}

TEST(TimeLimit, ThePlatformSaysItInSeconds) {
  EXPECT_EQ(PlatformLimit(With("x-fc-function-timeout", "7200")), seconds(7200));
  EXPECT_EQ(PlatformLimit(With("X-Fc-Timeout", "60")), seconds(60));
  EXPECT_EQ(PlatformLimit({}), seconds(0));
  for (const char* nonsense : {"", "0", "-5", "60s", " 60", "1e3", "86401", "99999999999999"})
    EXPECT_EQ(PlatformLimit(With("x-fc-function-timeout", nonsense)), seconds(0)) << nonsense;
}

TEST(TimeLimit, TheMarginSuitsTheLimit) {
  const auto begun = std::chrono::steady_clock::now();
  const auto margin = [&](int limit, int asked = 0) {
    const RequestLimits limits = LimitsFor(begun, seconds(limit), seconds(asked));
    // A quarter of the margin is left for the answer.
    EXPECT_EQ(begun + seconds(limit) - *limits.stop_at, (begun + seconds(limit) - *limits.wind_down_at) / 4);
    return std::chrono::duration_cast<milliseconds>(begun + seconds(limit) - *limits.wind_down_at);
  };
  EXPECT_EQ(margin(7200), seconds(120));
  EXPECT_EQ(margin(600), seconds(30));
  EXPECT_EQ(margin(30), seconds(2));
  EXPECT_EQ(margin(3), milliseconds(1500));
  EXPECT_EQ(margin(600, 60), seconds(60));
  EXPECT_EQ(margin(60, 600), seconds(30));
  EXPECT_FALSE(LimitsFor(begun, seconds(0), seconds(5)).wind_down_at);
}

}  // namespace
}  // namespace waveshift::service
