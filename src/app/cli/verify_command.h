// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_APP_CLI_VERIFY_COMMAND_H_
#define WAVESHIFT_APP_CLI_VERIFY_COMMAND_H_

#include "app/cli/command.h"

namespace waveshift::app {

void RegisterVerify(CLI::App& app, CommandContext& context);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_CLI_VERIFY_COMMAND_H_
