// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// One measured figure of `waveshift bench`, for people and programs.
#ifndef WAVESHIFT_APP_BENCH_BENCH_ROW_H_
#define WAVESHIFT_APP_BENCH_BENCH_ROW_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace waveshift::app {

// What a figure is held against: time cannot be less than flop / (what the machine multiplies and adds) nor
// than bytes / (what it reads).
struct BenchWork {
  double flop = 0;   // a multiplication and an addition count 2
  double bytes = 0;  // that have to be read at least once
};

struct BenchRow {
  std::string bench;      // "voices", "cold-start", "separation", "indextts", "machine"
  std::string subject;    // what was measured: "kokoro", "1.5 q8_0"
  std::string programme;  // of "separation": what was split; "" where that says nothing
  int threads = 0;
  int lines = 0;              // computed together; 0 where that says nothing
  std::string measure;        // "rtf_line", "gpt_step"
  std::string unit;           // "s", "MiB", "codes/s"; "s/s" for real-time factors
  double value = 0;           // the best of the rounds
  double median = 0;          // of the rounds
  std::optional<double> aim;  // what `value` should not exceed
  // That processors worked for the best round, all threads together; 0: not known. On a machine that others
  // use it says more than the time.
  double processor_s = 0;
  BenchWork work;  // nothing known: zeros
  // Of what the machine can do at best with this work; more than 1 when fewer operations or smaller numbers
  // than those of the definition do.
  std::optional<double> share_of_limit;
};

// The best and the median of a figure's rounds (at least one; the smaller is the better).
struct BenchRounds {
  double best = 0;
  double median = 0;
  double processor_s = 0;  // the least of the rounds; 0: not known
};
BenchRounds Summary(std::vector<double> values);

// The least time that a machine needs for some work, in seconds. `gflops` and `gbytes` a second, positive.
double LeastSeconds(const BenchWork& work, double gflops, double gbytes);
// Fills share_of_limit of rows in seconds that know their work.
void SetShares(std::vector<BenchRow>& rows, double gflops, double gbytes);

// Gets how far a bench is, from 0 to 1, and what it does.
using BenchProgress = std::function<void(double share, const std::string& what)>;

// A bench or a subject that was left out, and why.
struct BenchSkip {
  std::string subject;
  std::string reason;
};
struct BenchReport {
  std::vector<BenchRow> rows;
  std::vector<BenchSkip> skipped;
};

// One JSON document, and back; Internal when it is none. Numbers keep six digits.
std::string BenchJson(const BenchReport& report);
StatusOr<BenchReport> ParseBenchJson(std::string_view text);
// A table for people.
std::string BenchTable(const BenchReport& report);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_BENCH_BENCH_ROW_H_
