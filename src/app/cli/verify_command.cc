// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/verify_command.h"

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include "app/verify/verify.h"
#include "base/files.h"
#include "config/settings.h"
#include "service/task_state.h"

namespace waveshift::app {
namespace {

constexpr char kTokenKey[] = "WAVESHIFT_API_TOKEN";
constexpr int kUsualWaitSeconds = 60;
constexpr size_t kMostTokenBytes = 8 << 10;

struct VerifyFlags {
  std::string url;
  std::string status_url;
  std::string token;
  std::string token_file;
  std::string task_id;
  std::string origin = "https://player.example";
  bool sample = false;
  std::optional<int> wait_s;
  int timeout_s = 1800;
  int samples = 5;
  OutputFlags common;
};

StatusOr<std::string> ReadTokenFile(const std::string& path) {
  std::string bytes;
  if (path == "-") {
    char piece[1024];
    while (bytes.size() <= kMostTokenBytes && (std::cin.read(piece, sizeof(piece)) || std::cin.gcount() > 0))
      bytes.append(piece, static_cast<size_t>(std::cin.gcount()));
    if (bytes.size() > kMostTokenBytes) return OutOfRange("--token-file -: is no token: too long");
  } else {
    auto read = ReadFile(path, kMostTokenBytes);
    if (!read.ok()) return Annotate(read.status(), "--token-file");
    bytes = std::move(*read);
  }
  while (!bytes.empty() && (bytes.back() == '\n' || bytes.back() == '\r' || bytes.back() == ' '))
    bytes.pop_back();
  if (bytes.empty()) return InvalidArgument("--token-file " + path + ": is empty");
  return bytes;
}

// Flags, then the environment, then .env. The rest of this machine's configuration says nothing about another
// one's, so that it may be wrong.
StatusOr<std::string> TokenOf(const VerifyFlags& flags) {
  std::string token = flags.token;
  if (!flags.token_file.empty()) {
    WS_ASSIGN_OR_RETURN(token, ReadTokenFile(flags.token_file));
  }
  if (token.empty()) {
    const config::Environment environment = config::ProcessEnvironment();
    const auto it = environment.find(kTokenKey);
    if (it != environment.end()) token = it->second;
  }
  if (token.empty()) {
    WS_ASSIGN_OR_RETURN(const config::DotEnv dotenv, config::ReadDotEnv(".env"));
    const auto it = dotenv.values.find(kTokenKey);
    if (it != dotenv.values.end()) token = it->second.value;
  }
  const bool is_plain = std::all_of(token.begin(), token.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  return is_plain ? StatusOr<std::string>(token)
                  : InvalidArgument("the token holds spaces, control characters or others than ASCII");
}

StatusOr<VerifyOptions> OptionsOf(const VerifyFlags& flags) {
  VerifyOptions options;
  WS_ASSIGN_OR_RETURN(options.instance, ParseInstanceUrl(flags.url));
  if (!flags.status_url.empty()) {
    WS_ASSIGN_OR_RETURN(options.status_instance, ParseInstanceUrl(flags.status_url));
  }
  WS_ASSIGN_OR_RETURN(options.token, TokenOf(flags));
  if (!flags.task_id.empty() && !service::IsValidTaskId(flags.task_id))
    return InvalidArgument("--task: is no task id");
  WS_ASSIGN_OR_RETURN(const InstanceUrl origin, ParseInstanceUrl(flags.origin));
  options.web_origin = origin.origin;
  options.task_id = flags.task_id;
  options.run_sample = flags.sample;
  options.wait = std::chrono::seconds(flags.wait_s.value_or(kUsualWaitSeconds));
  options.keep_asking = flags.wait_s.has_value();
  options.timeout = std::chrono::seconds(flags.timeout_s);
  options.samples = flags.samples;
  if (flags.common.quiet) return options;
  options.on_progress = [last = std::string()](const std::string& status, double percent) mutable {
    constexpr int kStep = 10;
    const std::string line =
        "task: " + status + ", " + std::to_string(static_cast<int>(percent) / kStep * kStep) + " %";
    if (line != std::exchange(last, line)) std::cerr << line + "\n" << std::flush;
  };
  return options;
}

Status Verdict(const VerifyReport& report) {
  std::string failed;
  for (const VerifyCheck& check : report.checks) {
    if (check.outcome == VerifyCheck::Outcome::kFailed) failed += (failed.empty() ? "" : ", ") + check.name;
  }
  if (!report.reachable) return Unavailable("cannot be reached: " + report.checks.front().detail);
  return failed.empty() ? OkStatus() : Internal(report.url + " failed: " + failed);
}

Status RunVerifyCommand(const VerifyFlags& flags, CommandContext& context) {
  WS_ASSIGN_OR_RETURN(const VerifyOptions options, OptionsOf(flags));
  WS_ASSIGN_OR_RETURN(const VerifyReport report, RunVerify(options, context.stop()));
  WS_RETURN_IF_ERROR(
      PrintOut(flags.common.json ? VerifyReportJson(report) : VerifyReportText(report, flags.common.quiet)));
  return Verdict(report);
}

}  // namespace

void RegisterVerify(CLI::App& app, CommandContext& context) {
  auto flags = std::make_shared<VerifyFlags>();
  CLI::App* command = app.add_subcommand("verify", "Checks a deployed instance from outside");
  command->add_option("URL", flags->url, "The instance's base: https://host[/prefix]")->required();
  auto* token = command->add_option("--token", flags->token,
                                    "Its API token; other processes may see it: rather --token-file, or "
                                    "WAVESHIFT_API_TOKEN in the environment or .env");
  command->add_option("--token-file", flags->token_file, "File with the token; - reads standard input")
      ->excludes(token);
  auto* task =
      command->add_option("--task", flags->task_id, "Runs this task to its end and checks its HLS stream");
  command->add_flag("--sample", flags->sample, "The same with a task of its own, a clip of eight seconds")
      ->excludes(task);
  command->add_option(
      "--status-url", flags->status_url,
      "Instance that answers for the task meanwhile (a small function beside the one with the GPU)");
  command
      ->add_option("--wait", flags->wait_s,
                   "Keeps asking for so many seconds until it answers (default: asks once, and waits 60 s)")
      ->check(CLI::Range(1, 3600));
  command->add_option("--timeout", flags->timeout_s, "Seconds that the task may take")
      ->check(CLI::Range(1, 86400))
      ->capture_default_str();
  command->add_option("--samples", flags->samples, "Answers of health and status each that are timed")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  command
      ->add_option("--origin", flags->origin,
                   "Origin of the web page whose player must be able to read the stream")
      ->capture_default_str();
  AddOutputFlags(*command, flags->common, WithProgress::kNo);
  command->callback([flags, &context] {
    context.action = [flags, &context] { return RunVerifyCommand(*flags, context); };
  });
}

}  // namespace waveshift::app
