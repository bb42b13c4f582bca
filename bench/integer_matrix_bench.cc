// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Products with quantised matrices on one thread, of every set of instructions that this machine has. The
// matrix is the widest of IndexTTS 1.5's GPT; 3 rows are a step of a line, 24 of eight lines, 117 the second
// pass. "GFLOP/s" counts 2 for each multiply-add of the definition.
#include <benchmark/benchmark.h>

#include <string>

#include "runtime/cpu/aligned_floats.h"
#include "runtime/cpu/given_matrix_test_tools.h"
#include "runtime/cpu/integer_matrix.h"

namespace waveshift {
namespace {

constexpr int64_t kRows = 5120;
constexpr int64_t kDepth = 1280;

// Arguments: instructions, rows of x.
void Product(benchmark::State& state, cpu::Storage storage) {
  const cpu::IntegerIsa isa = cpu::AvailableIntegerIsas()[static_cast<size_t>(state.range(0))];
  const int64_t rows = state.range(1);
  const cpu::Given given(storage, kRows, kDepth, 1);
  cpu::AlignedFloats memory;
  memory.GrowTo(cpu::IntegerMatrix::Bytes(given.matrix, isa) / static_cast<int64_t>(sizeof(float)));
  cpu::Workers workers(1);
  const cpu::IntegerMatrix matrix(given.matrix, reinterpret_cast<char*>(memory.data()), &workers, isa);
  const cpu::Language language;
  const std::vector<float> values = cpu::Random(2).Values(kDepth);
  cpu::Activations x;
  x.Resize(rows, kDepth, true);
  for (int64_t row = 0; row < rows; ++row) {
    std::copy(values.begin(), values.end(), x.row(row));
    language.Finish(&x, row);
  }
  std::vector<float> y(static_cast<size_t>(rows * kRows));
  for (auto _ : state) {
    matrix.Multiply(x, {.y = y.data(), .y_row = kRows}, &workers);
    benchmark::ClobberMemory();
  }
  const double done = 2e-9 * static_cast<double>(rows * kRows * kDepth * state.iterations());
  state.counters["GFLOP/s"] = benchmark::Counter(done, benchmark::Counter::kIsRate);
  state.SetLabel(std::string(cpu::IsaName(isa)));
}

void OnAllInstructions(benchmark::internal::Benchmark* bench) {
  const auto count = static_cast<int64_t>(cpu::AvailableIntegerIsas().size());
  for (int64_t i = 0; i < count; ++i) {
    for (const int64_t rows : {3, 24, 117}) bench->Args({i, rows});
  }
}
BENCHMARK_CAPTURE(Product, q8_0, cpu::Storage::kQ8_0)->Apply(OnAllInstructions);
BENCHMARK_CAPTURE(Product, q4_k, cpu::Storage::kQ4_K)->Apply(OnAllInstructions);

}  // namespace
}  // namespace waveshift
