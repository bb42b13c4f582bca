// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/doctor_command.h"

#include <memory>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/cli/doctor_checks.h"

namespace waveshift::app {
namespace {

using Result = DoctorCheck::Result;

std::string_view Word(Result result) {
  switch (result) {
    case Result::kOk:
      return "ok";
    case Result::kWarning:
      return "warning";
    case Result::kMissing:
      return "missing";
  }
  return "missing";
}

std::string AsText(const std::vector<DoctorCheck>& checks) {
  std::string text;
  for (const DoctorCheck& check : checks) {
    const std::string word(Word(check.result));
    text += word + std::string(9 - word.size(), ' ') + check.name + ": " + check.detail + "\n";
    if (!check.remedy.empty()) text += std::string(9, ' ') + "-> " + check.remedy + "\n";
  }
  return text;
}

std::string AsJson(const std::vector<DoctorCheck>& checks, bool ready) {
  nlohmann::ordered_json json = {{"ready", ready}, {"checks", nlohmann::ordered_json::array()}};
  for (const DoctorCheck& check : checks) {
    json["checks"].push_back({{"name", check.name},
                              {"result", Word(check.result)},
                              {"detail", check.detail},
                              {"remedy", check.remedy.empty() ? nlohmann::ordered_json(nullptr)
                                                              : nlohmann::ordered_json(check.remedy)}});
  }
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

Status RunDoctor(const OutputFlags& flags, CommandContext& context) {
  const std::vector<DoctorCheck> checks = RunDoctorChecks(context);
  std::string missing;
  for (const DoctorCheck& check : checks) {
    if (check.result == Result::kMissing) missing += (missing.empty() ? "" : ", ") + check.name;
  }
  WS_RETURN_IF_ERROR(PrintOut(flags.json ? AsJson(checks, missing.empty()) : AsText(checks)));
  if (context.stop().stop_requested()) return Cancelled("interrupted");
  return missing.empty() ? OkStatus() : FailedPrecondition("not ready: " + missing);
}

}  // namespace

void RegisterDoctor(CLI::App& app, CommandContext& context) {
  auto flags = std::make_shared<OutputFlags>();
  CLI::App* command = app.add_subcommand("doctor", "Checks everything a job needs and says how to mend it");
  AddOutputFlags(*command, *flags, WithProgress::kNo);
  command->callback(
      [flags, &context] { context.action = [flags, &context] { return RunDoctor(*flags, context); }; });
}

}  // namespace waveshift::app
