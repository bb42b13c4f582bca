// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_APP_CLI_BENCH_COMMAND_H_
#define WAVESHIFT_APP_CLI_BENCH_COMMAND_H_

#include "app/cli/command.h"

namespace waveshift::app {

// `waveshift bench [NAME...]`: what the machine can do, the speech engines, the stages of IndexTTS. Each
// configuration is measured in a process of its own (this program again), so that none warms caches or holds
// memory for another; a single one in this process.
void RegisterBench(CLI::App& app, CommandContext& context);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_CLI_BENCH_COMMAND_H_
