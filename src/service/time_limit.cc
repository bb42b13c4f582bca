// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/time_limit.h"

#include <algorithm>
#include <charconv>

namespace waveshift::service {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kMostSeconds = 86400;
constexpr seconds kLeastMargin{2};
constexpr seconds kMostMargin{120};

}  // namespace

seconds PlatformLimit(const Request& request) {
  for (const char* name : {"x-fc-function-timeout", "x-fc-timeout"}) {
    const std::string value = request.Header(name);
    int number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error == std::errc() && end == value.data() + value.size() && number > 0 && number <= kMostSeconds)
      return seconds(number);
  }
  return seconds(0);
}

RequestLimits LimitsFor(std::chrono::steady_clock::time_point begun, seconds limit, seconds margin) {
  if (limit <= seconds(0)) return {};
  milliseconds before = margin;
  if (margin <= seconds(0))
    before = std::clamp<milliseconds>(duration_cast<milliseconds>(limit) / 20, kLeastMargin, kMostMargin);
  before = std::min(before, duration_cast<milliseconds>(limit) / 2);
  return {.wind_down_at = begun + limit - before, .stop_at = begun + limit - before / 4};
}

}  // namespace waveshift::service
