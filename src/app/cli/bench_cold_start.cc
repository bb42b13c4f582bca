// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/bench_cold_start.h"

#include "app/bench/cold_start_measure.h"
#include "base/files.h"
#include "config/settings.h"

namespace waveshift::app {

StatusOr<std::vector<BenchRow>> BenchColdStart(const std::string& engine, int rounds,
                                               const config::Settings& settings,
                                               const BenchProgress& progress, const std::stop_token& stop) {
  WS_ASSIGN_OR_RETURN(const ScratchDirectory scratch, ScratchDirectory::Make());
  ColdStartOptions options;
  options.engine = engine;
  // Nobody's tasks are taken up: an empty store, and jobs within requests only.
  options.environment = {"WAVESHIFT_HOME=" + scratch.path(), "WAVESHIFT_MODEL_DIR=" + settings.model_dir,
                         "WAVESHIFT_ENGINE=" + engine, "WAVESHIFT_EXECUTION=inline"};
  options.api_token = settings.server.api_token.reveal();
  if (rounds > 0) options.rounds = rounds;
  options.progress = progress;
  return MeasureColdStart(options, stop);
}

}  // namespace waveshift::app
