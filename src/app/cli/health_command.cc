// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/health_command.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "app/http/probe.h"
#include "config/settings.h"

namespace waveshift::app {
namespace {

constexpr std::chrono::seconds kPatience{3};

struct HealthFlags {
  std::optional<int> port;
  OutputFlags common;
};

Status RunHealth(const HealthFlags& flags, CommandContext& context) {
  WS_ASSIGN_OR_RETURN(const config::Settings* settings, context.Settings());
  const int port = flags.port.value_or(settings->server.port);
  const Status status = ProbeHealth(settings->server.host, port, kPatience);
  if (flags.common.json) {
    WS_RETURN_IF_ERROR(PrintOut(std::string("{\"healthy\": ") + (status.ok() ? "true" : "false") + "}\n"));
  } else if (status.ok() && !flags.common.quiet) {
    WS_RETURN_IF_ERROR(PrintOut("healthy\n"));
  }
  return status;
}

}  // namespace

void RegisterHealth(CLI::App& app, CommandContext& context) {
  auto flags = std::make_shared<HealthFlags>();
  CLI::App* command = app.add_subcommand("health", "Asks the server on this machine whether it is alive");
  command->add_option("--port", flags->port, "Port that it listens on (default: as serve chooses it)")
      ->check(CLI::Range(1, 65535));
  AddOutputFlags(*command, flags->common, WithProgress::kNo);
  command->callback(
      [flags, &context] { context.action = [flags, &context] { return RunHealth(*flags, context); }; });
}

}  // namespace waveshift::app
