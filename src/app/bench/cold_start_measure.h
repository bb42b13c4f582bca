// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// How soon a new server is of use: what a function platform's first caller waits for, less fetching the
// image.
#ifndef WAVESHIFT_APP_BENCH_COLD_START_MEASURE_H_
#define WAVESHIFT_APP_BENCH_COLD_START_MEASURE_H_

#include <stop_token>
#include <string>
#include <vector>

#include "app/bench/bench_row.h"
#include "base/status.h"

namespace waveshift::app {

struct ColdStartOptions {
  std::string engine;                    // who speaks, for the rows
  std::vector<std::string> environment;  // "KEY=VALUE", on top of this process's own
  std::string api_token;                 // that the server asks for; "" = none
  int rounds = 5;                        // at least 1; each starts the program twice
  BenchProgress progress;
};

// Starts this program as a server of its own on a free port of 127.0.0.1 and asks it until it answers. All in
// seconds since it was started:
//   port_open         its port takes a connection
//   health, ready     /api/health, /api/ready answer 200
//   initialize        /initialize has answered: the models are loaded, a few words were spoken
//   first_audio       the first byte of a sentence, asked for after that
//   first_audio_lazy  the same of a server that was asked for nothing before
// Files that were read before lie in the system's cache. Unavailable when the server ends or does not answer.
StatusOr<std::vector<BenchRow>> MeasureColdStart(const ColdStartOptions& options,
                                                 const std::stop_token& stop);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_BENCH_COLD_START_MEASURE_H_
