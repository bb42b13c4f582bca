// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What a machine can do at best: the limits that other figures are held against.
#ifndef WAVESHIFT_APP_BENCH_MACHINE_MEASURE_H_
#define WAVESHIFT_APP_BENCH_MACHINE_MEASURE_H_

#include <vector>

#include "app/bench/bench_row.h"

namespace waveshift::app {

struct MachineLimits {
  double gflops = 0;  // multiplications and additions of 32-bit floats in registers, 10^9 a second
  double gbytes = 0;  // read from memory, 10^9 a second
};

// Of so many threads together (0 = as many as this process may use); takes about half a second and 256 MiB.
MachineLimits MeasureMachine(int threads);

// The highest memory use of this process so far in MiB (resident; files that are mapped count where they
// were touched).
double PeakMemoryMib();

// "fma_peak" and "memory_read" for a number of threads.
std::vector<BenchRow> MachineRows(int threads);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_BENCH_MACHINE_MEASURE_H_
