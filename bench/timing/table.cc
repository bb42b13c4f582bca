// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Prints how ways to time a dub compare: waveshift_alignment_bench [TRANSCRIPT...]. Exit 0 also where ours is
// not the best in a column: what is printed says so.
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "timing/measures.h"

namespace waveshift::bench {
namespace {

// Without a window a case of this size would take minutes.
constexpr size_t kMostAtOnce = 600;

struct Row {
  const Strategy* strategy;
  Measures measures;
};

// A column in which smaller is better.
struct Column {
  const char* name;
  double (*value)(const Measures&);
  double worth_naming;  // differences below it are not
};

const std::vector<Column>& Columns() {
  static const std::vector<Column> kColumns = {
      {"cost", [](const Measures& m) { return m.cost; }, 1e-9},
      {"above 1.2x", [](const Measures& m) { return m.too_fast; }, 1e-9},
      {"cut", [](const Measures& m) { return m.cut; }, 1e-9},
      {"drift", [](const Measures& m) { return m.drift_ms; }, 0.05},
      {"jumpiness", [](const Measures& m) { return m.jumpiness; }, 5e-4},
      {"coverage", [](const Measures& m) { return -m.coverage; }, 5e-4},
      {"SLC 0.2", [](const Measures& m) { return -m.slc_2; }, 5e-4},
      {"SLC 0.4", [](const Measures& m) { return -m.slc_4; }, 5e-4}};
  return kColumns;
}

void PrintRow(const Row& row, double milliseconds) {
  const Measures& m = row.measures;
  std::printf(
      "  %-22s %10.3f %6.1f%% %6.1f%% %6.2f%% %9.1f %8.0f %8.4f %8.2f%% %6.1f%% %6.1f%% %9.1f %9.2f\n",
      row.strategy->name, m.cost, 100 * m.broken, 100 * m.too_fast, 100 * m.cut, m.drift_ms, m.worst_ms,
      m.jumpiness, 100 * m.coverage, 100 * m.slc_2, 100 * m.slc_4, m.overlap_s, milliseconds);
}

// Where a strategy that breaks no hard bound is better than ours.
void PrintBetter(const std::vector<Row>& rows) {
  for (size_t i = 1; i < rows.size(); ++i) {
    if (rows[i].measures.broken > 0) continue;
    for (const Column& column : Columns()) {
      const double ours = column.value(rows[0].measures);
      if (column.value(rows[i].measures) < ours - column.worth_naming) {
        std::printf("  ! %s is better in %s\n", rows[i].strategy->name, column.name);
      }
    }
  }
}

void Compare(const Case& given) {
  std::printf("\n%s (%zu lines)\n  %-24s %10s %8s %7s %9s %9s %9s %9s %8s %8s %9s %9s\n", given.name.c_str(),
              given.lines.size(), "", "cost/line", ">1.2x", "cut", "drift ms", "worst ms", "jumps",
              "coverage", "SLC .2", "SLC .4", "overlap s", "plan ms");
  std::vector<Row> rows;
  for (const Strategy& strategy : Strategies()) {
    if (strategy.plan == OursAtOnce && given.lines.size() > kMostAtOnce) continue;
    const auto begin = std::chrono::steady_clock::now();
    const Plan plan = strategy.plan(given);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    rows.push_back({&strategy, Measure(given, plan)});
    PrintRow(rows.back(), took.count());
  }
  PrintBetter(rows);
}

int Run(const std::vector<std::string>& transcripts) {
  for (const std::string& path : transcripts) {
    const auto recorded = RecordedCase(path);
    if (!recorded.ok()) {
      std::fprintf(stderr, "%s\n", Message(recorded.status()).c_str());
      return 3;
    }
    Compare(*recorded);
  }
  for (const Kind& kind : Kinds()) Compare(MakeCase(kind));
  return 0;
}

}  // namespace
}  // namespace waveshift::bench

int main(int argc, char** argv) { return waveshift::bench::Run({argv + 1, argv + argc}); }
