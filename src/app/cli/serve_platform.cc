// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/serve_platform.h"

#include <chrono>
#include <utility>

#include "app/cli/command.h"
#include "app/cli/engines.h"

namespace waveshift::app {
namespace {

// The longest time limit of a function.
constexpr std::chrono::hours kDay{24};
constexpr size_t kRequestsWithoutEnd = size_t{1} << 40;
constexpr int kPlatformThreads = 256;

WarmUp::Options WarmUpOptions(const config::Settings& settings, const Deployment& deployment) {
  EngineChoice choice = ChoiceFrom(settings);
  choice.has_recordings = true;
  EngineChoice recording = ChoiceFrom(settings);
  recording.word = "auto";  // never one that needs a recording itself
  return {.engine = [choice](const std::string& language) { return MakeEngine(choice, language); },
          .recording_engine =
              [recording](const std::string& language) { return MakeEngine(recording, language); },
          .scratch_parent = deployment.scratch_directory};
}

}  // namespace

void TaskRequests::Note(const std::string& task_id, const std::string& request_id, bool begins) {
  const std::lock_guard lock(mutex_);
  if (begins) {
    requests_[task_id] = request_id;
  } else if (const auto it = requests_.find(task_id); it != requests_.end() && it->second == request_id) {
    requests_.erase(it);
  }
}

std::string TaskRequests::RequestOf(const std::string& task_id) const {
  const std::lock_guard lock(mutex_);
  const auto it = requests_.find(task_id);
  return it == requests_.end() ? "" : it->second;
}

ServePlatform::ServePlatform(const config::Settings& settings, const Deployment& deployment,
                             std::stop_token stop)
    : settings_(settings), stop_(std::move(stop)), warm_up_(WarmUpOptions(settings, deployment)) {
  if (!settings.server.self_url.empty())
    go_on_.emplace(settings.server.self_url, settings.server.api_token.reveal());
}

void ServePlatform::Set(service::ServiceOptions& options) const {
  options.run_within_request = settings_.RunsInline();
  options.trusts_platform = settings_.OnFunctionCompute();
  options.open_control_routes =
      settings_.platform == config::Platform::kScf || settings_.platform == config::Platform::kFunctionGraph;
  options.time_limit = std::chrono::seconds(settings_.server.time_limit_s);
  options.time_margin = std::chrono::seconds(settings_.server.time_margin_s);
}

void ServePlatform::Set(service::ServiceDeps& deps) {
  deps.initialize = [this](const std::stop_token& stop) { return warm_up_.Run(stop); };
  deps.is_loaded = [this] { return warm_up_.is_loaded(); };
  if (go_on_) {
    deps.go_on_later = [this](const std::string& task_id) { return go_on_->Send(task_id, stop_); };
  }
  deps.on_task_request = [this](const std::string& task_id, const std::string& request_id, bool begins) {
    requests_.Note(task_id, request_id, begins);
    if (!begins) warm_up_.NoteLoaded();
  };
}

void ServePlatform::Set(HttpServerOptions& options) const {
  if (settings_.platform == config::Platform::kNone) return;
  options.threads = kPlatformThreads;
  options.patience = kDay;
  options.idle = kDay;
  options.requests_per_connection = kRequestsWithoutEnd;
  options.hides_connection = true;
}

service::RequestHandler& ServePlatform::Handler(service::Service& service) {
  if (!settings_.OnFunctionCompute()) return service;
  // A closed standard output is no reason to answer nothing.
  const auto print = [](const std::string& line) { PrintOut(line + "\n").IgnoreError(); };
  return gateway_.emplace(service, print);
}

}  // namespace waveshift::app
