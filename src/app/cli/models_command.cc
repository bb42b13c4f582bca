// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/models_command.h"

#include <CLI/CLI.hpp>

#include "app/cli/model_file_commands.h"
#include "app/cli/parity_command.h"

namespace waveshift::app {

void RegisterModels(CLI::App& app, CommandContext& context) {
  CLI::App* models = app.add_subcommand("models", "Converts and looks at voice models");
  models->require_subcommand(1);
  AddModelFileCommands(*models, context);
  AddParityCommand(*models, context);
}

}  // namespace waveshift::app
