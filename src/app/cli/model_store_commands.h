// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_APP_CLI_MODEL_STORE_COMMANDS_H_
#define WAVESHIFT_APP_CLI_MODEL_STORE_COMMANDS_H_

#include <string>
#include <vector>

#include "app/cli/command.h"
#include "models/catalogue.h"

namespace waveshift::config {
struct Settings;
}

namespace waveshift::app {

// `waveshift models list`, `pull`, `verify` and `rm`: the models of the catalogue in the model folder.
void AddModelStoreCommands(CLI::App& models, CommandContext& context);

// Flags of `models pull`.
struct PullFlags {
  std::vector<std::string> names;
  bool all_default = false;
  OutputFlags common;
};
Status RunPull(const PullFlags& flags, CommandContext& context);

// The list that the configuration names, else the built-in one.
StatusOr<models::Catalogue> CatalogueFor(const config::Settings& settings);

// Names of models that an engine speaks with ("": any engine) and that ship by default, of which something is
// missing. Empty when nothing is, or the catalogue cannot be read.
std::vector<std::string> MissingDefaultModels(const config::Settings& settings, const std::string& engine);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_CLI_MODEL_STORE_COMMANDS_H_
