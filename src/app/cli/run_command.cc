// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/run_command.h"

#include <iostream>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/cli/deployment.h"
#include "app/cli/progress_printer.h"

namespace waveshift::app {
namespace {

struct RunFlags {
  std::string task_id;
  OutputFlags common;
};

Status PrintResult(const RunFlags& flags, const service::TaskState& state) {
  const pipeline::OutputLayout layout = pipeline::LayoutForTask(flags.task_id);
  const std::string playlist = layout.hls_prefix + "playlist.m3u8";
  if (flags.common.json) {
    const nlohmann::ordered_json json = {{"task_id", state.task.id},
                                         {"status", state.task.status},
                                         {"lines_done", state.progress.lines_done},
                                         {"lines_total", state.progress.lines_total},
                                         {"playlist", playlist},
                                         {"video", layout.mp4_key},
                                         {"report", layout.report_prefix + "report.json"}};
    return PrintOut(json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  }
  return PrintOut("task " + state.task.id + ": " + state.task.status + "\nplaylist: " + playlist +
                  "\nvideo: " + layout.mp4_key + "\nreport: " + layout.report_prefix + "report.html\n");
}

Status RunTask(const RunFlags& flags, CommandContext& context) {
  const auto style =
      ChooseProgressStyle(flags.common.progress, flags.common.quiet, StandardErrorIsTerminal());
  if (!style.ok()) return UsageError(Message(style.status()));
  WS_ASSIGN_OR_RETURN(const config::Settings* settings, context.Settings());
  WS_ASSIGN_OR_RETURN(const ShorteningSetup shortening, MakeShortening(*settings));
  WS_ASSIGN_OR_RETURN(const Deployment deployment,
                      OpenDeployment(*settings, StorePatience::kPatient, context.stop()));
  const auto manager = MakeTaskManager(*settings, deployment, shortening, {});
  ProgressPrinter printer(*style, std::cerr, StandardErrorColumns());
  const auto state = manager->RunHere(
      flags.task_id, [&](const pipeline::Progress& progress) { printer.Update(progress); },
      [&](const std::string& line) { printer.Notice(line); }, context.stop());
  printer.Stop();
  if (!state.ok()) return state.status();
  return PrintResult(flags, *state);
}

}  // namespace

void RegisterRun(CLI::App& app, CommandContext& context) {
  auto flags = std::make_shared<RunFlags>();
  CLI::App* command = app.add_subcommand("run", "Dubs a task of the configured stores");
  command->add_option("TASK_ID", flags->task_id, "The task's id")->required();
  AddOutputFlags(*command, flags->common, WithProgress::kYes);
  command->callback(
      [flags, &context] { context.action = [flags, &context] { return RunTask(*flags, context); }; });
}

}  // namespace waveshift::app
