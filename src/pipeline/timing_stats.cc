// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/timing_stats.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

namespace waveshift::pipeline {
namespace {

struct Edge {
  Samples at = 0;
  int slots = 0;  // +1: a slot begins here, -1: it ends
  int lines = 0;  // the same of dubbed lines
};

void SweepEdges(std::vector<Edge>& edges, TimingStats& stats) {
  std::sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) { return a.at < b.at; });
  int slots = 0;
  int lines = 0;
  for (size_t i = 0; i < edges.size(); ++i) {
    slots += edges[i].slots;
    lines += edges[i].lines;
    if (i + 1 == edges.size()) break;
    const Samples length = edges[i + 1].at - edges[i].at;
    if (slots > 0) stats.original_speech += length;
    if (lines > 0) stats.dubbed_speech += length;
    if (slots > 0 && lines > 0) stats.covered += length;
    if (slots > 1) stats.original_overlap += length;
    if (lines > 1) stats.dubbed_overlap += length;
  }
}

size_t SpeedBin(double speed) {
  const auto bin = std::upper_bound(kSpeedBinEnds.begin(), kSpeedBinEnds.end(), speed + 1e-9);
  return static_cast<size_t>(bin - kSpeedBinEnds.begin());
}

// Sums, to be divided by the number of lines.
void AddLine(const LineState& line, TimingStats& stats) {
  const auto slot = static_cast<double>(std::max<Samples>(1, line.slot_end - line.slot_start));
  const double unlike = std::abs(static_cast<double>(line.length) / slot - 1);
  stats.slc_20 += unlike <= 0.2;
  stats.slc_40 += unlike <= 0.4;
  const double shift_ms = std::abs(MsFromSamples(line.start - line.slot_start));
  stats.mean_start_shift_ms += shift_ms;
  stats.max_start_shift_ms = std::max(stats.max_start_shift_ms, shift_ms);
  ++stats.speed_bins[SpeedBin(line.speed)];
}

}  // namespace

TimingStats MeasureTiming(const std::vector<LineState>& lines) {
  TimingStats stats;
  std::vector<Edge> edges;
  std::map<std::string, double> last_speed;
  double count = 0;
  double changes = 0;
  for (const LineState& line : lines) {
    if (line.status != LineStatus::kDubbed) continue;
    ++count;
    AddLine(line, stats);
    edges.insert(edges.end(),
                 {{line.slot_start, 1, 0}, {line.slot_end, -1, 0}, {line.start, 0, 1}, {line.end(), 0, -1}});
    const auto [before, first] = last_speed.try_emplace(line.line.speaker, line.speed);
    if (first) continue;
    stats.speed_change_mean += std::abs(line.speed - before->second);
    before->second = line.speed;
    ++changes;
  }
  SweepEdges(edges, stats);
  if (count > 0) {
    stats.slc_20 /= count;
    stats.slc_40 /= count;
    stats.mean_start_shift_ms /= count;
  }
  if (changes > 0) stats.speed_change_mean /= changes;
  return stats;
}

}  // namespace waveshift::pipeline
