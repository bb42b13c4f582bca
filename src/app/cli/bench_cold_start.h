// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_APP_CLI_BENCH_COLD_START_H_
#define WAVESHIFT_APP_CLI_BENCH_COLD_START_H_

#include <stop_token>
#include <string>
#include <vector>

#include "app/bench/bench_row.h"
#include "base/status.h"

namespace waveshift::config {
struct Settings;
}

namespace waveshift::app {

// `waveshift bench cold-start`: servers with this engine, with stores of their own that go afterwards.
// `rounds` 0: the bench's own number.
StatusOr<std::vector<BenchRow>> BenchColdStart(const std::string& engine, int rounds,
                                               const config::Settings& settings,
                                               const BenchProgress& progress, const std::stop_token& stop);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_CLI_BENCH_COLD_START_H_
