// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_APP_CLI_DUB_COMMAND_H_
#define WAVESHIFT_APP_CLI_DUB_COMMAND_H_

#include "app/cli/command.h"

namespace waveshift::app {

// `waveshift dub VIDEO --transcript FILE`: the main job on local files.
void RegisterDub(CLI::App& app, CommandContext& context);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_CLI_DUB_COMMAND_H_
