// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "timing/measures.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "alignment/phrase_problem.h"

namespace waveshift::bench {
namespace {

constexpr double kLateUnnoticed = 0.060;
constexpr double kEarlyUnnoticed = 0.040;
// Lines this far apart in the order do not meet.
constexpr size_t kNear = 40;

double Cost(const Case& given, const Plan& plan) {
  alignment::PhraseRooms rooms;
  alignment::Room room;
  room.longest = alignment::kNever / 4;
  rooms.rooms.assign(given.lines.size(), room);
  const auto problem = alignment::MakeProblem(given.lines, rooms, {}, {}, alignment::kNever, 0);
  std::vector<double> z;
  for (const Heard& heard : plan) {
    z.push_back(SecondsFromSamples(heard.start));
    z.push_back(SecondsFromSamples(heard.end()));
  }
  return alignment::Cost(problem, z);
}

double Drift(double off_s) {
  return off_s > 0 ? std::max(0.0, off_s - kLateUnnoticed) : std::max(0.0, -off_s - kEarlyUnnoticed);
}

double Overlap(const Case& given, const Plan& plan, size_t j) {
  double seconds = 0;
  for (size_t i = j; i-- > 0 && j - i < kNear;) {
    const Samples allowed = std::max<Samples>(0, given.lines[i].slot_end - given.lines[j].slot_start);
    const Samples over = std::min(plan[i].end(), plan[j].end()) - plan[j].start;
    seconds += SecondsFromSamples(std::max<Samples>(0, over - allowed));
  }
  return seconds;
}

using Intervals = std::vector<std::pair<Samples, Samples>>;

// Joined, in order.
Intervals Union(Intervals all) {
  std::sort(all.begin(), all.end());
  Intervals joined;
  for (const auto& [start, end] : all) {
    if (!joined.empty() && start <= joined.back().second) {
      joined.back().second = std::max(joined.back().second, end);
    } else {
      joined.emplace_back(start, end);
    }
  }
  return joined;
}

double Coverage(const Case& given, const Plan& plan) {
  Intervals slots;
  Intervals heard;
  for (size_t i = 0; i < plan.size(); ++i) {
    slots.emplace_back(given.lines[i].slot_start, given.lines[i].slot_end);
    heard.emplace_back(plan[i].start, plan[i].end());
  }
  slots = Union(std::move(slots));
  heard = Union(std::move(heard));
  Samples spoken = 0;
  Samples covered = 0;
  size_t k = 0;
  for (const auto& [start, end] : slots) {
    spoken += end - start;
    while (k < heard.size() && heard[k].second <= start) ++k;
    for (size_t j = k; j < heard.size() && heard[j].first < end; ++j) {
      covered += std::min(end, heard[j].second) - std::max(start, heard[j].first);
    }
  }
  return static_cast<double>(covered) / static_cast<double>(std::max<Samples>(1, spoken));
}

double Jumpiness(const Case& given, const Plan& plan) {
  std::map<std::string, size_t> last;
  double squares = 0;
  int64_t pairs = 0;
  for (size_t i = 0; i < plan.size(); ++i) {
    const auto [before, is_first] = last.try_emplace(given.lines[i].speaker, i);
    if (is_first) continue;
    const Samples pause = given.lines[i].slot_start - given.lines[before->second].slot_end;
    if (pause < alignment::kSmoothPause) {
      const double change = std::log(plan[i].speed / plan[before->second].speed);
      squares += change * change;
      ++pairs;
    }
    before->second = i;
  }
  return pairs == 0 ? 0 : std::sqrt(squares / static_cast<double>(pairs));
}

}  // namespace

Measures Measure(const Case& given, const Plan& plan) {
  Measures m;
  const auto n = static_cast<double>(plan.size());
  Samples natural = 0;
  Samples cut = 0;
  for (size_t i = 0; i < plan.size(); ++i) {
    const alignment::LineToPlace& line = given.lines[i];
    const double off = SecondsFromSamples(plan[i].start - line.slot_start);
    const double fills =
        static_cast<double>(plan[i].length) / static_cast<double>(line.slot_end - line.slot_start);
    natural += line.natural_length;
    cut += plan[i].cut;
    m.too_fast += (plan[i].speed > 1.2 + 1e-9) / n;
    m.drift_ms += 1000 * Drift(off) / n;
    m.worst_ms = std::max(m.worst_ms, 1000 * std::abs(off));
    m.slc_2 += (std::abs(fills - 1) <= 0.2) / n;
    m.slc_4 += (std::abs(fills - 1) <= 0.4) / n;
    const double overlap = Overlap(given, plan, i);
    m.overlap_s += overlap;
    const bool in_speed = plan[i].speed > 0.85 - 1e-9 && plan[i].speed < 1.3 + 1e-9;
    m.broken += (!in_speed || overlap > 1e-9 || plan[i].cut > 0) / n;
  }
  m.cost = m.broken > 0 ? std::numeric_limits<double>::infinity() : Cost(given, plan) / n;
  m.cut = static_cast<double>(cut) / static_cast<double>(std::max<Samples>(1, natural));
  m.jumpiness = Jumpiness(given, plan);
  m.coverage = Coverage(given, plan);
  return m;
}

}  // namespace waveshift::bench
