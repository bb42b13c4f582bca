// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The planner's speed: a whole transcript an iteration.
#include <benchmark/benchmark.h>

#include "timing/strategies.h"

namespace waveshift::bench {
namespace {

// Argument: which of Kinds().
void BM_Plan(benchmark::State& state) {
  const Case given = MakeCase(Kinds()[static_cast<size_t>(state.range(0))]);
  for (auto _ : state) benchmark::DoNotOptimize(Ours(given));
  state.SetLabel(given.name);
  state.counters["lines/s"] =
      benchmark::Counter(static_cast<double>(given.lines.size()) * static_cast<double>(state.iterations()),
                         benchmark::Counter::kIsRate);
}
BENCHMARK(BM_Plan)->DenseRange(0, static_cast<int>(Kinds().size()) - 1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace waveshift::bench
