// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/config_command.h"

#include <iostream>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "config/settings.h"

namespace waveshift::app {
namespace {

Status RunConfig(const OutputFlags& flags, CommandContext& context) {
  WS_ASSIGN_OR_RETURN(const config::Settings* settings, context.Settings());
  if (flags.json) return PrintOut(settings->DescribeJson() + "\n");
  std::string text;
  for (const config::SettingValue& setting : settings->Describe()) {
    text += setting.key + "=" + setting.value + "  # " + setting.origin + "\n";
  }
  if (!flags.quiet) {
    for (const std::string& notice : settings->notices) std::cerr << "waveshift: " + notice + "\n";
  }
  return PrintOut(text);
}

}  // namespace

void RegisterConfig(CLI::App& app, CommandContext& context) {
  auto flags = std::make_shared<OutputFlags>();
  CLI::App* command =
      app.add_subcommand("config", "The effective configuration and where each value came from");
  AddOutputFlags(*command, *flags, WithProgress::kNo);
  command->callback(
      [flags, &context] { context.action = [flags, &context] { return RunConfig(*flags, context); }; });
}

}  // namespace waveshift::app
