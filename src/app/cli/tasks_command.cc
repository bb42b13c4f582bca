// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/tasks_command.h"

#include <chrono>
#include <cstdio>
#include <ctime>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/cli/deployment.h"

namespace waveshift::app {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::chrono::seconds kCancelPatience{10};

struct TasksFlags {
  std::string task_id;
  int limit = 100;
  int offset = 0;
  OutputFlags common;
};

Json TaskJson(const service::TaskState& state) {
  const stores::Task& task = state.task;
  const auto time = [](int64_t ms) { return ms > 0 ? Json(ms) : Json(nullptr); };
  const auto text = [](const std::string& value) { return value.empty() ? Json(nullptr) : Json(value); };
  return {{"task_id", task.id},
          {"status", task.status},
          {"percent", state.progress.percent},
          {"target_language", task.target_language},
          {"video_path", task.video_path},
          {"audio_path", text(task.audio_path)},
          {"error_message", text(task.error_message)},
          {"created_at_ms", time(task.created_at_ms)},
          {"started_at_ms", time(task.started_at_ms)},
          {"completed_at_ms", time(task.completed_at_ms)}};
}

std::string Dump(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

std::string LocalTime(int64_t ms) {
  if (ms <= 0) return "-";
  const auto seconds = static_cast<std::time_t>(ms / 1000);
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &parts);
  return text;
}

// The stores and an idle manager over them, which is enough to look, cancel and remove.
struct Access {
  Deployment deployment;
  std::unique_ptr<service::TaskManager> manager;
};

StatusOr<Access> Open(CommandContext& context) {
  WS_ASSIGN_OR_RETURN(const config::Settings* settings, context.Settings());
  Access access;
  WS_ASSIGN_OR_RETURN(access.deployment, OpenDeployment(*settings, StorePatience::kPrompt, context.stop()));
  access.manager = MakeTaskManager(*settings, access.deployment, ShorteningSetup(), {});
  return access;
}

Status ListTasks(const TasksFlags& flags, CommandContext& context) {
  WS_ASSIGN_OR_RETURN(const Access access, Open(context));
  WS_ASSIGN_OR_RETURN(const auto states, access.manager->List(flags.limit, flags.offset));
  if (flags.common.json) {
    Json tasks = Json::array();
    for (const service::TaskState& state : states) tasks.push_back(TaskJson(state));
    return PrintOut(Dump({{"tasks", std::move(tasks)}}));
  }
  std::string text;
  for (const service::TaskState& state : states) {
    char line[128];
    std::snprintf(line, sizeof(line), "  %-12.40s %4d%%  %-8.16s  %s\n", state.task.status.c_str(),
                  state.task.progress, state.task.target_language.c_str(),
                  LocalTime(state.task.created_at_ms).c_str());
    text += state.task.id + line;
  }
  return PrintOut(text);
}

Status PrintTask(const TasksFlags& flags, const service::TaskState& state) {
  if (flags.common.json) return PrintOut(Dump(TaskJson(state)));
  const stores::Task& task = state.task;
  std::string text = "task:      " + task.id + "\nstatus:    " + task.status +
                     "\nprogress:  " + std::to_string(static_cast<int>(state.progress.percent)) +
                     "%\nlanguage:  " + task.target_language + "\nvideo:     " + task.video_path + "\n";
  if (!task.audio_path.empty()) text += "audio:     " + task.audio_path + "\n";
  if (!task.error_message.empty()) text += "error:     " + task.error_message + "\n";
  text += "created:   " + LocalTime(task.created_at_ms) + "\nstarted:   " + LocalTime(task.started_at_ms) +
          "\nended:     " + LocalTime(task.completed_at_ms) + "\n";
  return PrintOut(text);
}

Status ShowTask(const TasksFlags& flags, CommandContext& context) {
  WS_ASSIGN_OR_RETURN(const Access access, Open(context));
  WS_ASSIGN_OR_RETURN(const service::TaskState state, access.manager->Get(flags.task_id));
  return PrintTask(flags, state);
}

Status CancelTask(const TasksFlags& flags, CommandContext& context) {
  WS_ASSIGN_OR_RETURN(const Access access, Open(context));
  WS_ASSIGN_OR_RETURN(const service::TaskState state, access.manager->Cancel(flags.task_id, kCancelPatience));
  if (state.task.status == stores::kStatusProcessing) {
    return DeadlineExceeded("task " + flags.task_id + " was asked to stop and has not done so yet");
  }
  return flags.common.json ? PrintTask(flags, state) : PrintOut("task " + flags.task_id + ": cancelled\n");
}

Status RemoveTask(const TasksFlags& flags, CommandContext& context) {
  WS_ASSIGN_OR_RETURN(const Access access, Open(context));
  WS_RETURN_IF_ERROR(access.manager->Remove(flags.task_id));
  if (flags.common.json) return PrintOut(Dump({{"task_id", flags.task_id}, {"removed", true}}));
  return PrintOut("task " + flags.task_id + ": removed\n");
}

using Action = Status (*)(const TasksFlags&, CommandContext&);

CLI::App* AddAction(CLI::App& tasks, CommandContext& context, const std::shared_ptr<TasksFlags>& flags,
                    const char* name, const char* description, Action action, bool with_id) {
  CLI::App* command = tasks.add_subcommand(name, description);
  if (with_id) command->add_option("ID", flags->task_id, "The task's id")->required();
  AddOutputFlags(*command, flags->common, WithProgress::kNo);
  command->callback([flags, &context, action] {
    context.action = [flags, &context, action] { return action(*flags, context); };
  });
  return command;
}

}  // namespace

void RegisterTasks(CLI::App& app, CommandContext& context) {
  auto flags = std::make_shared<TasksFlags>();
  CLI::App* tasks = app.add_subcommand("tasks", "Looks at and manages the tasks of the configured store");
  tasks->require_subcommand(1);
  CLI::App* list = AddAction(*tasks, context, flags, "list", "Tasks, the newest first", &ListTasks, false);
  list->add_option("--limit", flags->limit, "At most so many")->check(CLI::Range(1, 100000));
  list->add_option("--offset", flags->offset, "Pass over so many")->check(CLI::NonNegativeNumber);
  AddAction(*tasks, context, flags, "show", "One task", &ShowTask, true);
  AddAction(*tasks, context, flags, "cancel", "Stops a task, also one that a server works on", &CancelTask,
            true);
  AddAction(*tasks, context, flags, "rm", "Removes a task and all that its job made; what was uploaded stays",
            &RemoveTask, true);
}

}  // namespace waveshift::app
