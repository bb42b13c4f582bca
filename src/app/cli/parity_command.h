// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_APP_CLI_PARITY_COMMAND_H_
#define WAVESHIFT_APP_CLI_PARITY_COMMAND_H_

#include "app/cli/command.h"

namespace waveshift::app {

// `waveshift models parity`: a converted IndexTTS model against a folder of golden data. The job fails (exit
// code 1) when a tensor, a sequence or a text is outside its bounds.
void AddParityCommand(CLI::App& models, CommandContext& context);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_CLI_PARITY_COMMAND_H_
