// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_APP_CLI_MODELS_COMMAND_H_
#define WAVESHIFT_APP_CLI_MODELS_COMMAND_H_

#include "app/cli/command.h"

namespace waveshift::app {

// `waveshift models`: its actions come from the Add... functions of the files that have them.
void RegisterModels(CLI::App& app, CommandContext& context);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_CLI_MODELS_COMMAND_H_
