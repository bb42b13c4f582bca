// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_APP_CLI_HEALTH_COMMAND_H_
#define WAVESHIFT_APP_CLI_HEALTH_COMMAND_H_

#include "app/cli/command.h"

namespace waveshift::app {

// `waveshift health`: what a container's health check runs
void RegisterHealth(CLI::App& app, CommandContext& context);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_CLI_HEALTH_COMMAND_H_
