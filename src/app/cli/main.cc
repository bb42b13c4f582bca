// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <malloc.h>

#include <exception>
#include <iostream>
#include <string>

#include <CLI/CLI.hpp>

#include "app/cli/bench_command.h"
#include "app/cli/command.h"
#include "app/cli/config_command.h"
#include "app/cli/cost_command.h"
#include "app/cli/doctor_command.h"
#include "app/cli/dub_command.h"
#include "app/cli/health_command.h"
#include "app/cli/models_command.h"
#include "app/cli/run_command.h"
#include "app/cli/serve_command.h"
#include "app/cli/signals.h"
#include "app/cli/speak_command.h"
#include "app/cli/tasks_command.h"
#include "app/cli/verify_command.h"
#include "app/cli/version_command.h"
#include "base/version.h"

namespace waveshift::app {
namespace {

void RegisterCommands(CLI::App& app, CommandContext& context) {
  RegisterDub(app, context);
  RegisterRun(app, context);
  RegisterServe(app, context);
  RegisterSpeak(app, context);
  RegisterTasks(app, context);
  RegisterModels(app, context);
  RegisterDoctor(app, context);
  RegisterVerify(app, context);
  RegisterHealth(app, context);
  RegisterBench(app, context);
  RegisterCost(app, context);
  RegisterConfig(app, context);
  RegisterVersion(app, context);
}

// The first line of what went wrong, in one line, with the chosen command's name for the hint: "waveshift
// tasks show".
Status Usage(const CLI::App& app, const CLI::ParseError& error) {
  std::string name = "waveshift";
  const CLI::App* command = &app;
  while (!command->get_subcommands().empty()) {
    command = command->get_subcommands().front();
    name += " " + command->get_name();
  }
  std::string reason = error.what();
  reason = reason.substr(0, reason.find('\n'));
  // The library only says that a command is missing.
  const bool wants_command = command->get_require_subcommand_min() > 0;
  if (wants_command && command->remaining_size() > 0)
    reason = (command->remaining().front().starts_with("-") ? "there is no flag " : "there is no command ") +
             command->remaining().front();
  return UsageError(reason + " (see " + name + " --help)");
}

// One line, and nothing that a terminal obeys: messages hold names and answers from elsewhere.
std::string OneLine(std::string text) {
  for (char& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) c = ' ';
  }
  return text;
}

Status Run(int argc, char** argv) {
  const SignalWatcher signals;
  CommandContext context(signals.token());
  CLI::App app("Dubs videos into other languages.", "waveshift");
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("waveshift ") + std::string(Version()));
  RegisterCommands(app, context);
  try {
    app.parse(argc, argv);
    HideSecretArguments(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) return Usage(app, error);
    app.exit(error);  // --help, --version
    return OkStatus();
  }
  return context.action ? context.action() : UsageError("no command was given (see waveshift --help)");
}

// glibc raises by itself the size from which memory goes back to the system when it is freed, up to 32 MB:
// one large index, freed, and a long video's job would keep tens of megabytes that nobody uses.
void GiveFreedMemoryBack() {
  mallopt(M_MMAP_THRESHOLD, 256 << 10);
  mallopt(M_TRIM_THRESHOLD, 512 << 10);
}

}  // namespace
}  // namespace waveshift::app

int main(int argc, char** argv) {
  waveshift::app::GiveFreedMemoryBack();
  waveshift::Status status;
  try {
    status = waveshift::app::Run(argc, argv);
  } catch (const std::exception& error) {
    status = waveshift::Internal(std::string("unexpected failure: ") + error.what());
  }
  if (!status.ok()) std::cerr << "waveshift: " + waveshift::app::OneLine(waveshift::Message(status)) + "\n";
  return waveshift::app::ProcessExitCode(status);
}
