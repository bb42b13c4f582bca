// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_APP_CLI_MODEL_FILE_COMMANDS_H_
#define WAVESHIFT_APP_CLI_MODEL_FILE_COMMANDS_H_

#include "app/cli/command.h"

namespace waveshift::app {

// `waveshift models convert`, `inspect` and `verify`: single model files in GGUF.
void AddModelFileCommands(CLI::App& models, CommandContext& context);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_CLI_MODEL_FILE_COMMANDS_H_
