// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/wind_down.h"

#include <optional>

#include <gtest/gtest.h>

namespace waveshift::pipeline {
namespace {

TEST(WindDown, SoonWaitsForTheLinesThatAreBeingSpoken) {
  std::stop_source stop;
  std::stop_source soon;
  WindDown wind_down(stop.get_token(), soon.get_token());
  {
    const WindDown::Speaking one(wind_down);
    std::optional<WindDown::Speaking> two(wind_down);
    soon.request_stop();
    EXPECT_FALSE(wind_down.token().stop_requested());
    two.reset();
    EXPECT_FALSE(wind_down.token().stop_requested());
  }
  EXPECT_TRUE(wind_down.token().stop_requested());
}

TEST(WindDown, SoonIsNowWhenNothingIsSpoken) {
  std::stop_source soon;
  WindDown wind_down({}, soon.get_token());
  { const WindDown::Speaking one(wind_down); }
  EXPECT_FALSE(wind_down.token().stop_requested());
  soon.request_stop();
  EXPECT_TRUE(wind_down.token().stop_requested());
}

TEST(WindDown, StopWaitsForNothing) {
  std::stop_source stop;
  WindDown wind_down(stop.get_token(), {});
  const WindDown::Speaking one(wind_down);
  stop.request_stop();
  EXPECT_TRUE(wind_down.token().stop_requested());
}

TEST(WindDown, WhatWasRequestedBeforeCounts) {
  std::stop_source soon;
  soon.request_stop();
  EXPECT_TRUE(WindDown({}, soon.get_token()).token().stop_requested());
}

}  // namespace
}  // namespace waveshift::pipeline
