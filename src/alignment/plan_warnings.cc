// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "alignment/plan_warnings.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace waveshift::alignment {
namespace {

constexpr Samples kWorthSaying = SamplesFromMs(int64_t{50});
// A lag that is not noticed (EBU R 37-2007).
constexpr Samples kLate = SamplesFromMs(int64_t{60});
constexpr Samples kLongBorrow = SamplesFromMs(int64_t{500});

// "1.2 s"; never "0.0 s".
std::string Seconds(Samples n) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f s", std::max(0.1, SecondsFromSamples(n)));
  return text.data();
}

}  // namespace

void Warn(const LineToPlace& line, const Room& room, Samples borrow_until, const PlannerOptions& options,
          Placement& placement) {
  const Samples end = placement.start + placement.length;
  const Samples longer = placement.length - std::max<Samples>(0, line.slot_end - line.slot_start);
  auto& warnings = placement.warnings;
  if ((end > borrow_until && longer >= kWorthSaying) || longer > kLongBorrow) {
    warnings.push_back(Seconds(longer) + " longer than its slot");
  }
  const Samples late = placement.start - line.slot_start;
  if (late >= kLate) warnings.push_back("starts " + Seconds(late) + " late");
  if (-late > options.usual_early) {
    warnings.push_back("starts " + Seconds(-late) + " early to end with the video");
  }
  if (placement.length < room.usual_shortest) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "spoken %.2f times as fast to end in time",
                  placement.speed * line.take_speed);
    warnings.emplace_back(text.data());
  }
  if (end > line.next_kept) {
    warnings.push_back("runs " + Seconds(end - line.next_kept) + " into a slot that keeps its sound");
  }
}

Placement NoSound() {
  Placement placement;
  placement.fits = false;
  placement.warnings.emplace_back("has no sound to place");
  return placement;
}

Placement DoesNotFit(const LineToPlace& line, const Room& room) {
  Placement placement;
  placement.fits = false;
  placement.start = room.earliest;
  placement.length = std::max<Samples>(1, room.shortest);
  placement.speed = static_cast<double>(line.natural_length) / static_cast<double>(placement.length);
  placement.warnings.push_back(Seconds(room.too_long_by) + " too long to be spoken before the video ends");
  return placement;
}

}  // namespace waveshift::alignment
