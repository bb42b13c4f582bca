// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The planner that WaveShift had before it looked ahead, without its warnings, kept slots and programme's
// end.
#include <algorithm>
#include <cmath>
#include <map>

#include "timing/strategies.h"

namespace waveshift::bench {
namespace {

using alignment::LineToPlace;

constexpr double kCap = 1.2;
// A line that fills less than this of its slot is slowed, the more the emptier the slot, down to kSlowest.
constexpr double kSlowBelow = 0.8;
constexpr double kSlowest = 0.92;
// Unless its speaker was hurried by more than this in the line before.
constexpr double kHurried = 1.02;
constexpr Samples kGap = SamplesFromMs(int64_t{80});

class GreedyPlanner {
 public:
  explicit GreedyPlanner(const Case& given) : given_(given) {}

  Plan All() {
    for (size_t i = 0; i < given_.lines.size(); ++i) Place(i);
    return plan_;
  }

 private:
  void Place(size_t i) {
    const LineToPlace& line = given_.lines[i];
    Samples start = line.slot_start;
    for (size_t j = i; j-- > 0 && i - j < 64;) {
      if (given_.lines[j].slot_end <= line.slot_start) start = std::max(start, plan_[j].end() + kGap);
    }
    const Samples free = RoomEnd(i) - start;
    Samples length = line.natural_length;
    if (length > free) {
      const auto shortest = static_cast<Samples>(std::ceil(static_cast<double>(length) / kCap));
      length = std::max(free, shortest);
    } else if (start == line.slot_start && last_speed_[line.speaker] <= kHurried) {
      length = std::clamp(Slowed(line), length, std::max(length, free));
    }
    const double speed = static_cast<double>(line.natural_length) / static_cast<double>(length);
    last_speed_[line.speaker] = speed;
    plan_.push_back({start, length, speed, 0});
  }

  Samples RoomEnd(size_t i) const {
    const LineToPlace& line = given_.lines[i];
    for (size_t j = i + 1; j < given_.lines.size(); ++j) {
      const Samples onset = given_.lines[j].slot_start;
      if (onset < line.slot_end) return line.slot_end;
      return onset - kGap;
    }
    return given_.length;
  }

  static Samples Slowed(const LineToPlace& line) {
    const double filled = static_cast<double>(line.natural_length) /
                          static_cast<double>(std::max<Samples>(1, line.slot_end - line.slot_start));
    if (filled >= kSlowBelow) return line.natural_length;
    const double share = std::min(1.0, (kSlowBelow - filled) / (0.25 * kSlowBelow));
    return static_cast<Samples>(static_cast<double>(line.natural_length) / (1 - share * (1 - kSlowest)));
  }

  const Case& given_;
  Plan plan_;
  std::map<std::string, double> last_speed_;
};

}  // namespace

Plan Greedy(const Case& given) { return GreedyPlanner(given).All(); }

}  // namespace waveshift::bench
