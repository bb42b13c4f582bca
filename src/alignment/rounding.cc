// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "alignment/rounding.h"

#include <algorithm>
#include <cmath>

namespace waveshift::alignment {
namespace {

struct LatestPlan {
  std::vector<Samples> start;
  std::vector<Samples> end;
};

// Every line at its shortest, as late as the walls and the lines behind it allow.
LatestPlan PlanLatest(const PhraseRooms& phrase) {
  const size_t n = phrase.rooms.size();
  LatestPlan plan{std::vector<Samples>(n, kNever), std::vector<Samples>(n)};
  size_t k = phrase.orders.size();
  for (size_t i = 0; i < n; ++i) plan.end[i] = phrase.rooms[i].latest_end;
  for (size_t j = n; j-- > 0;) {
    plan.start[j] = std::min(plan.start[j], plan.end[j] - phrase.rooms[j].shortest);
    for (; k > 0 && phrase.orders[k - 1].second == j; --k) {
      const Order& order = phrase.orders[k - 1];
      Samples& before = (order.from_start ? plan.start : plan.end)[order.first];
      before = std::min(before, plan.start[j] - order.gap);
    }
  }
  return plan;
}

}  // namespace

SamplePlan RoundPlan(const PhraseRooms& phrase, std::span<const double> z, Samples origin) {
  const LatestPlan latest = PlanLatest(phrase);
  const size_t n = phrase.rooms.size();
  SamplePlan plan{std::vector<Samples>(n), std::vector<Samples>(n)};
  size_t k = 0;
  size_t fitting = 0;
  for (size_t j = 0; j < n; ++j) {
    const Room& room = phrase.rooms[j];
    Samples floor = room.earliest;
    for (; k < phrase.orders.size() && phrase.orders[k].second == j; ++k) {
      const Order& order = phrase.orders[k];
      floor = std::max(floor, (order.from_start ? plan.start : plan.end)[order.first] + order.gap);
    }
    if (!room.fits) continue;
    // Half a sample always goes up: rounding to even or away from zero would not keep whole differences.
    const auto at = [&](size_t i) {
      return origin + static_cast<Samples>(std::floor(z[i] * kTimelineRateHz + 0.5));
    };
    plan.start[j] = std::clamp(at(2 * fitting), floor, latest.start[j]);
    plan.end[j] = std::clamp(at(2 * fitting + 1), plan.start[j] + room.shortest,
                             std::min(plan.start[j] + room.longest, latest.end[j]));
    ++fitting;
  }
  return plan;
}

}  // namespace waveshift::alignment
