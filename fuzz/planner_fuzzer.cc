// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Bytes as a transcript with takes: every plan keeps its bounds.
#include "alignment/planner.h"

#include <algorithm>
#include <vector>

#include "fuzzing.h"

namespace {

using waveshift::Samples;
using waveshift::SamplesFromMs;
using waveshift::fuzz::Require;
namespace alignment = waveshift::alignment;

constexpr size_t kMostLines = 60;
constexpr size_t kBytesALine = 8;

struct Script {
  std::vector<alignment::LineToPlace> lines;
  Samples length = 0;
};

// Eight bytes a line: distance from the slot before, slot, take, speaker and tempo, what is kept and
// measured.
Script ScriptOf(const uint8_t* data, size_t size) {
  Script script;
  Samples at = 0;
  for (size_t i = 0; i + kBytesALine <= size && script.lines.size() < kMostLines; i += kBytesALine) {
    const uint8_t* b = data + i;
    alignment::LineToPlace line;
    at += SamplesFromMs(int64_t{b[0]} * b[0] / 8);
    line.slot_start = at;
    line.slot_end = at + int64_t{b[1]} * b[1] * 4;
    line.natural_length = int64_t{b[2]} * b[2] * 5 + b[3];
    line.speaker = static_cast<char>('A' + b[4] % 3);
    line.take_speed = 0.7 + static_cast<double>(b[4]) / 256;
    if (b[5] % 4 == 0) line.spoken_length = b[5] * 1000;
    if (b[6] % 4 == 0) line.quiet_until = line.slot_end + b[6] * 200;
    if (b[7] % 8 == 0) line.next_kept = line.slot_end + b[7] * 100;
    script.lines.push_back(line);
    script.length = std::max(script.length, line.slot_end);
  }
  for (size_t i = 0; i + 1 < script.lines.size(); ++i) {
    script.lines[i].next_start = script.lines[i + 1].slot_start;
  }
  script.length -= size > 0 ? std::min<Samples>(script.length, data[size - 1] * 400) : 0;
  return script;
}

std::vector<alignment::Placement> PlanOf(const Script& script) {
  const auto planner = alignment::MakePlanner({}, script.length);
  std::vector<alignment::Placement> plan;
  for (const auto& line : script.lines) {
    for (auto& p : planner->Add(line)) plan.push_back(std::move(p));
  }
  for (auto& p : planner->Finish()) plan.push_back(std::move(p));
  return plan;
}

void CheckPair(const Script& script, const std::vector<alignment::Placement>& plan, size_t i, size_t j) {
  const Samples apart = script.lines[j].slot_start - script.lines[i].slot_end;
  const Samples planned = plan[j].start - (plan[i].start + plan[i].length);
  Require(plan[j].start >= plan[i].start, "lines keep their order");
  Require(planned >= std::min<Samples>(apart, 0), "no overlap that was not there, none longer than it was");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Script script = ScriptOf(data, size);
  const auto plan = PlanOf(script);
  Require(plan.size() == script.lines.size(), "every line has its placement");
  const alignment::PlannerOptions options;
  for (size_t j = 0; j < plan.size(); ++j) {
    if (!plan[j].fits) {
      Require(!plan[j].warnings.empty(), "what does not fit says why");
      continue;
    }
    const double tempo = plan[j].speed * script.lines[j].take_speed;
    Require(plan[j].length > 0 && plan[j].start >= 0, "there is something to hear");
    Require(plan[j].start + plan[j].length <= script.length, "nothing lies behind the programme");
    Require(plan[j].speed <= 1 || tempo <= options.hard_max_speed + 1e-9, "never faster than the hard cap");
    Require(plan[j].speed >= 1 || tempo >= options.min_speed - 1e-9, "never slower than the slowest");
    for (size_t i = 0; i < j; ++i) {
      if (plan[i].fits) CheckPair(script, plan, i, j);
    }
  }
  return 0;
}
