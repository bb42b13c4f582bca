// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_APP_CLI_MODEL_FILE_COMMANDS_H_
#define WAVESHIFT_APP_CLI_MODEL_FILE_COMMANDS_H_

#include <stop_token>
#include <string>

#include "app/cli/command.h"

namespace waveshift::app {

// `waveshift models convert` and `inspect`: single model files in GGUF.
void AddModelFileCommands(CLI::App& models, CommandContext& context);

// What `waveshift models verify FILE.gguf` does: structure, sizes, every tensor, and their hashes.
Status VerifyModelFile(const std::string& path, const OutputFlags& flags, const std::stop_token& stop);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_CLI_MODEL_FILE_COMMANDS_H_
