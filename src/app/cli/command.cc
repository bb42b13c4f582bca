// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/command.h"

#include <iostream>
#include <utility>

#include <CLI/CLI.hpp>

#include "config/settings.h"
#include "telemetry/log.h"

namespace waveshift::app {
namespace {

constexpr int kUsageExitCode = 2;
// No function of the rooms below gives this code.
constexpr StatusCode kUsageCode = StatusCode::kAborted;

}  // namespace

CommandContext::CommandContext(std::stop_token stop) : stop_(std::move(stop)) {}
CommandContext::~CommandContext() = default;

StatusOr<const config::Settings*> CommandContext::Settings() {
  if (!settings_) {
    WS_ASSIGN_OR_RETURN(config::Settings settings, config::LoadProcessSettings(overrides));
    settings_ = std::make_unique<config::Settings>(std::move(settings));
  }
  return settings_.get();
}

telemetry::Logger& CommandContext::Log() {
  if (log_) return *log_;
  telemetry::LoggerOptions options;
  std::ostream& out = logs_to_output_ ? std::cout : std::cerr;
  options.sink = [&out](std::string_view line) { out << std::string(line) + "\n" << std::flush; };
  if (settings_) {
    options.level = telemetry::ParseLogLevel(settings_->log.level).value_or(options.level);
    options.format = telemetry::ParseLogFormat(settings_->log.format).value_or(options.format);
  }
  log_ = std::make_unique<telemetry::Logger>(std::move(options));
  if (settings_) {
    for (const std::string& secret : settings_->Secrets()) log_->AddSecret(secret);
  }
  return *log_;
}

void AddOutputFlags(CLI::App& command, OutputFlags& flags, WithProgress with_progress) {
  command.add_flag("--json", flags.json, "Standard output is one JSON document");
  command.add_flag("--quiet", flags.quiet, "No progress and no notices on standard error");
  if (with_progress == WithProgress::kNo) return;
  command.add_option("--progress", flags.progress, "auto, plain, json (one object a line) or none")
      ->check(CLI::IsMember({"auto", "plain", "json", "none"}))
      ->capture_default_str();
}

Status UsageError(std::string_view message) { return MakeStatus(kUsageCode, message); }

int ProcessExitCode(const Status& status) {
  return status.code() == kUsageCode ? kUsageExitCode : ExitCodeFor(status);
}

Status PrintOut(std::string_view text) {
  std::cout.write(text.data(), static_cast<std::streamsize>(text.size()));
  std::cout.flush();
  return std::cout ? OkStatus() : Internal("standard output could not be written");
}

}  // namespace waveshift::app
