// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "timing/strategies.h"

#include <algorithm>
#include <cmath>

namespace waveshift::bench {
namespace {

using alignment::kNever;
using alignment::LineToPlace;
using alignment::PlannerOptions;

Plan PlanWith(const Case& given, const PlannerOptions& options) {
  const auto planner = alignment::MakePlanner(options, given.length);
  Plan plan;
  const auto take = [&plan](const std::vector<alignment::Placement>& placements) {
    for (const auto& p : placements) plan.push_back({p.start, p.fits ? p.length : 0, p.speed, 0});
  };
  for (const LineToPlace& line : given.lines) take(planner->Add(line));
  take(planner->Finish());
  return plan;
}

Samples Scaled(Samples natural, double speed) {
  return std::max<Samples>(1, std::llround(static_cast<double>(natural) / speed));
}

double Ratio(Samples natural, Samples room) {
  return static_cast<double>(natural) / static_cast<double>(std::max<Samples>(room, 1));
}

// Start of the next slot that begins at or behind the end of line i's.
Samples NextOnset(const Case& given, size_t i) {
  for (size_t j = i + 1; j < given.lines.size(); ++j) {
    if (given.lines[j].slot_start >= given.lines[i].slot_end) return given.lines[j].slot_start;
  }
  return given.length;
}

Heard Trimmed(const LineToPlace& line, double speed, Samples room) {
  const Samples whole = Scaled(line.natural_length, speed);
  const Samples length = std::max<Samples>(1, std::min(whole, room));
  const auto cut = std::llround(static_cast<double>(whole - length) * speed);
  return {line.slot_start, length, speed, cut};
}

}  // namespace

Plan Ours(const Case& given) { return PlanWith(given, {}); }

Plan OursAtOnce(const Case& given) {
  PlannerOptions options;
  options.phrase_pause = options.longest_phrase = kNever;
  options.most_lines = given.lines.size();
  return PlanWith(given, options);
}

Plan SlotStretch(const Case& given) {
  Plan plan;
  for (const LineToPlace& line : given.lines) {
    const Samples slot = line.slot_end - line.slot_start;
    plan.push_back({line.slot_start, slot, Ratio(line.natural_length, slot), 0});
  }
  return plan;
}

Plan SlotStretchCapped(const Case& given) {
  Plan plan;
  for (const LineToPlace& line : given.lines) {
    const double speed = std::clamp(Ratio(line.natural_length, line.slot_end - line.slot_start), 0.8, 1.3);
    plan.push_back({line.slot_start, Scaled(line.natural_length, speed), speed, 0});
  }
  return plan;
}

Plan ChunkStretch(const Case& given) {
  constexpr size_t kMostLines = 5;
  const Samples tolerance = SamplesFromMs(int64_t{1500});
  Plan plan;
  for (size_t first = 0; first < given.lines.size();) {
    size_t end = first + 1;
    Samples sound = given.lines[first].natural_length;
    while (end < given.lines.size() && end - first < kMostLines &&
           given.lines[end].slot_start - given.lines[end - 1].slot_end < tolerance) {
      sound += given.lines[end++].natural_length;
    }
    const Samples begin = given.lines[first].slot_start;
    const Samples next = end < given.lines.size() ? given.lines[end].slot_start : given.length;
    Samples pauses = 0;
    for (size_t i = first + 1; i < end; ++i) {
      pauses += std::max<Samples>(0, given.lines[i].slot_start - given.lines[i - 1].slot_end);
    }
    const Samples room = std::min(given.lines[end - 1].slot_end + tolerance, next) - begin;
    const double speed = std::clamp(Ratio(sound + pauses, room), 1.0, 1.4);
    Samples at = begin;
    for (size_t i = first; i < end; ++i) {
      Heard heard = Trimmed(given.lines[i], speed, std::max<Samples>(1, next - at));
      heard.start = at;
      plan.push_back(heard);
      if (i + 1 == end) break;
      const Samples pause = std::max<Samples>(0, given.lines[i + 1].slot_start - given.lines[i].slot_end);
      at = std::min(next - 1, heard.end() + Scaled(pause, speed));
    }
    first = end;
  }
  return plan;
}

Plan BatchProportion(const Case& given) {
  constexpr size_t kBatch = 3;
  constexpr double kSlowest = 1.12;
  Plan plan;
  Samples at = given.lines.empty() ? 0 : given.lines.front().slot_start;
  for (size_t first = 0; first < given.lines.size(); first += kBatch) {
    const size_t end = std::min(given.lines.size(), first + kBatch);
    double over = 0;
    double excess = 0;  // of the lines that lie on the side of the total
    const auto off = [&](size_t i) {
      const LineToPlace& line = given.lines[i];
      return static_cast<double>(line.natural_length - (line.slot_end - line.slot_start));
    };
    for (size_t i = first; i < end; ++i) over += off(i);
    for (size_t i = first; i < end; ++i) {
      if (off(i) * over > 0) excess += off(i);
    }
    for (size_t i = first; i < end; ++i) {
      const LineToPlace& line = given.lines[i];
      const auto natural = static_cast<double>(line.natural_length);
      double length = off(i) * over > 0 ? natural - over * off(i) / excess : natural;
      length = std::clamp(length, 1.0, natural * kSlowest);
      const auto whole = static_cast<Samples>(std::llround(length));
      plan.push_back({at, whole, natural / length, 0});
      at += whole;
      if (i + 1 < given.lines.size()) {
        at += std::max<Samples>(0, given.lines[i + 1].slot_start - line.slot_end);
      }
    }
  }
  return plan;
}

Plan GapStretchTrim(const Case& given) {
  const Samples guard = SamplesFromMs(int64_t{50});
  Plan plan;
  for (size_t i = 0; i < given.lines.size(); ++i) {
    const LineToPlace& line = given.lines[i];
    const Samples slot = line.slot_end - line.slot_start;
    const Samples room = std::max(slot, NextOnset(given, i) - guard - line.slot_start);
    double speed = std::clamp(Ratio(line.natural_length, room), 1.0, 1.8);
    const double filled = Ratio(line.natural_length, slot) / 0.95;
    if (filled < 1) speed = std::max(0.85, filled);
    plan.push_back(Trimmed(line, speed, room));
  }
  return plan;
}

Plan GapTrim(const Case& given) {
  Plan plan;
  for (size_t i = 0; i < given.lines.size(); ++i) {
    plan.push_back(Trimmed(given.lines[i], 1, NextOnset(given, i) - given.lines[i].slot_start));
  }
  return plan;
}

const std::vector<Strategy>& Strategies() {
  static const std::vector<Strategy> kStrategies = {{"ours", Ours},
                                                    {"ours, without a window", OursAtOnce},
                                                    {"greedy", Greedy},
                                                    {"slot-stretch", SlotStretch},
                                                    {"slot-stretch, capped", SlotStretchCapped},
                                                    {"chunk-stretch, cut", ChunkStretch},
                                                    {"batch proportion", BatchProportion},
                                                    {"gap, stretch, trim", GapStretchTrim},
                                                    {"gap, trim", GapTrim}};
  return kStrategies;
}

}  // namespace waveshift::bench
