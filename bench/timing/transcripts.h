// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Transcripts with takes to plan: made ones of many kinds, the same at every run, and the recorded sample.
#ifndef WAVESHIFT_BENCH_TIMING_TRANSCRIPTS_H_
#define WAVESHIFT_BENCH_TIMING_TRANSCRIPTS_H_

#include <string>
#include <vector>

#include "alignment/planner.h"
#include "base/status.h"

namespace waveshift::bench {

struct Case {
  std::string name;
  std::vector<alignment::LineToPlace> lines;
  Samples length = 0;  // of the programme
};

// What a made transcript looks like.
struct Kind {
  const char* name;
  size_t lines;
  int64_t slot_ms[2];   // shortest and longest slot
  int64_t pause_ms[2];  // between slots
  double fill;          // natural length over slot: median
  double spread;        // and standard deviation of its logarithm
  int speakers;
  int overlapping;  // percent of lines that begin before the one before ends
};

const std::vector<Kind>& Kinds();
Case MakeCase(const Kind& kind);
// A transcript file (JSON, SRT, VTT) with takes of the length that is usual for their texts.
StatusOr<Case> RecordedCase(const std::string& path);

}  // namespace waveshift::bench

#endif  // WAVESHIFT_BENCH_TIMING_TRANSCRIPTS_H_
