// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/line_room.h"

#include <algorithm>
#include <cmath>

namespace waveshift::pipeline {
namespace {

constexpr double kTolerance = 1.02;
constexpr double kComfortableSpeed = 1.08;
constexpr double kFarTooShort = 0.5;
constexpr Samples kNoticeableSilence = kTimelineRateHz;

bool Speaks(const LineState& line) {
  return line.status == LineStatus::kToSpeak || line.status == LineStatus::kDubbed;
}

}  // namespace

Samples RoomOf(std::span<const LineState> lines, size_t index, Samples programme_length, Samples min_gap) {
  const LineState& line = lines[index];
  for (size_t j = index + 1; j < lines.size() && lines[j].slot_start < line.slot_end; ++j) {
    if (Speaks(lines[j])) return line.slot_end - line.slot_start;
  }
  const auto later = lines.subspan(index + 1);
  const auto next =
      std::lower_bound(later.begin(), later.end(), line.slot_end,
                       [](const LineState& other, Samples at) { return other.slot_start < at; });
  const Samples end = next == later.end() ? programme_length : next->slot_start - min_gap;
  return std::max(end, line.slot_end) - line.slot_start;
}

double SpeedLeft(double max_speed, double take_speed) {
  return std::max(1.0, take_speed > 0 ? max_speed / take_speed : max_speed);
}

bool IsHopeless(Samples natural_length, Samples room, double speed_left) {
  return static_cast<double>(natural_length) > static_cast<double>(room) * speed_left * kTolerance;
}

Samples ComfortableLength(Samples room, double speed_left) {
  return static_cast<Samples>(
      std::floor(static_cast<double>(room) * std::min(speed_left, kComfortableSpeed)));
}

bool IsFarTooShort(Samples natural_length, Samples slot_length) {
  return static_cast<double>(natural_length) < kFarTooShort * static_cast<double>(slot_length) &&
         slot_length - natural_length >= kNoticeableSilence;
}

}  // namespace waveshift::pipeline
