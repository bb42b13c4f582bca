// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/bench/machine_measure.h"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <fstream>
#include <numeric>
#include <string>

#include "app/bench/stopwatch.h"
#include "runtime/cpu/isa.h"
#include "runtime/cpu/workers.h"

namespace waveshift::app {
namespace {

// Far more than any cache.
constexpr size_t kReadBytes = size_t{256} << 20;
// Of several, since other programs may run meanwhile.
constexpr int kRounds = 5;
constexpr double kPeakSeconds = 0.03;

double FmaPeak(cpu::Workers& workers) {
  double best = 0;
  std::vector<double> each(static_cast<size_t>(workers.count()));
  for (int round = 0; round < kRounds; ++round) {
    workers.Run(workers.count(), [&](int64_t item, int) {
      each[static_cast<size_t>(item)] = cpu::MeasureFmaPeak(cpu::BestIsa(), kPeakSeconds);
    });
    best = std::max(best, std::accumulate(each.begin(), each.end(), 0.0));
  }
  return best;
}

// Eight sums that do not wait for each other.
uint64_t Sum(const uint64_t* words, size_t count) {
  uint64_t sums[8] = {};
  for (size_t i = 0; i + 8 <= count; i += 8) {
    for (size_t k = 0; k < 8; ++k) sums[k] += words[i + k];
  }
  return std::accumulate(std::begin(sums), std::end(sums), uint64_t{0});
}

double ReadSpeed(cpu::Workers& workers) {
  const std::vector<uint64_t> words(kReadBytes / sizeof(uint64_t), 1);
  const size_t share = words.size() / static_cast<size_t>(workers.count());
  double best = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::atomic<uint64_t> sum{0};
    const Stopwatch watch;
    workers.Run(workers.count(),
                [&](int64_t item, int) { sum += Sum(&words[static_cast<size_t>(item) * share], share); });
    const double seconds = watch.Seconds();
    // Reads the sum, so that it has to be made.
    best = std::max(best, 8e-9 * static_cast<double>(sum.load()) / seconds);
  }
  return best;
}

}  // namespace

MachineLimits MeasureMachine(int threads) {
  cpu::Workers workers(threads);
  return {.gflops = FmaPeak(workers), .gbytes = ReadSpeed(workers)};
}

double PeakMemoryMib() {
  // The kernel's own count of this program; getrusage's begins with that of whoever started it.
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    double kib = 0;
    if (word == "VmHWM:" && status >> kib) return kib / 1024;
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

std::vector<BenchRow> MachineRows(int threads) {
  const MachineLimits limits = MeasureMachine(threads);
  const auto row = [&](const char* measure, const char* unit, double value) {
    return BenchRow{.bench = "machine",
                    .subject = std::string(cpu::IsaName(cpu::BestIsa())),
                    .threads = threads,
                    .measure = measure,
                    .unit = unit,
                    .value = value,
                    .median = value};
  };
  return {row("fma_peak", "GFLOP/s", limits.gflops), row("memory_read", "GB/s", limits.gbytes)};
}

}  // namespace waveshift::app
