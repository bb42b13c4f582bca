// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What every command of the program shares. A command is one file with `void RegisterX(CLI::App& app,
// CommandContext& context)`: it adds its subcommand and flags, and in the subcommand's callback sets
// `context.action`. main() runs the action after all flags are parsed, prints the reason when it failed and
// turns the status into the exit code (base/status.h).
//
//   void RegisterHello(CLI::App& app, CommandContext& context) {
//     auto flags = std::make_shared<HelloFlags>();
//     CLI::App* command = app.add_subcommand("hello", "Says hello");
//     AddOutputFlags(*command, flags->output, WithProgress::kNo);
//     command->callback([flags, &context] { context.action = [flags, &context] { return RunHello(*flags,
//     context); }; });
//   }
#ifndef WAVESHIFT_APP_CLI_COMMAND_H_
#define WAVESHIFT_APP_CLI_COMMAND_H_

#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/status.h"

namespace CLI {
class App;
}

namespace waveshift::config {
struct Settings;
}

namespace waveshift::telemetry {
class Logger;
}

namespace waveshift::app {

class CommandContext {
 public:
  explicit CommandContext(std::stop_token stop);
  ~CommandContext();
  CommandContext(const CommandContext&) = delete;
  CommandContext& operator=(const CommandContext&) = delete;

  // What the chosen command does; set by its callback. A failed status is printed as "waveshift: MESSAGE" on
  // standard error. A usage error that only shows after parsing (flags that exclude each other) is returned
  // as UsageError(...).
  std::function<Status()> action;

  // Requested on SIGINT and SIGTERM; a second signal ends the process at once.
  const std::stop_token& stop() const { return stop_; }

  // Flags of the command line that stand for configuration keys ("WAVESHIFT_DEVICE" -> "cpu"); they win over
  // the environment. To be set before Settings() is called for the first time.
  std::map<std::string, std::string> overrides;

  // The effective configuration (flags, environment, .env, defaults), read at the first call.
  // InvalidArgument/FailedPrecondition name the key. The pointer lives as long as the context. One thread.
  StatusOr<const config::Settings*> Settings();

  // The log, on standard error (unless told otherwise), as the configuration wants it; made at the first
  // call, after Settings(). Use from any thread then.
  telemetry::Logger& Log();
  // From now on; before the first call of Log(). For servers whose platform collects standard output.
  void LogToStandardOutput() { logs_to_output_ = true; }

 private:
  const std::stop_token stop_;
  std::unique_ptr<config::Settings> settings_;
  std::unique_ptr<telemetry::Logger> log_;
  bool logs_to_output_ = false;
};

// --json, --quiet and, for commands that run a job, --progress.
struct OutputFlags {
  bool json = false;
  bool quiet = false;
  std::string progress = "auto";
};
enum class WithProgress { kNo, kYes };
void AddOutputFlags(CLI::App& command, OutputFlags& flags, WithProgress with_progress);

// Exit code 2 with this one line; everything else goes by ExitCodeFor.
Status UsageError(std::string_view message);
int ProcessExitCode(const Status& status);

// Writes to standard output and flushes; Internal when nobody can read it any more (a closed pipe, a full
// disk).
Status PrintOut(std::string_view text);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_CLI_COMMAND_H_
