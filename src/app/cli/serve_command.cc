// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/serve_command.h"

#include <unistd.h>

#include <chrono>
#include <cmath>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/cli/deployment.h"
#include "app/cli/engines.h"
#include "app/cli/serve_platform.h"
#include "app/http/server.h"
#include "app/http/web_assets.h"
#include "config/settings.h"
#include "service/service.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace waveshift::app {
namespace {

// After a signal everything is given this long to end by itself. What is cut off then is taken up again by
// the next start, as after a crash.
constexpr std::chrono::seconds kGrace{9};
// Of that, for lines that are being spoken within a request.
constexpr std::chrono::milliseconds kWindDown{4000};
constexpr int kInterruptedExitCode = 130;

struct ServeFlags {
  std::string host;
  std::optional<int> port;
  std::string engine;
  OutputFlags common;
};

// Whether jobs can be run, asked at most every few seconds: the question starts a process.
class ReadyCheck {
 public:
  explicit ReadyCheck(EngineChoice engine) : engine_(std::move(engine)) {}
  Status operator()() {
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    const std::chrono::seconds fresh(last_.ok() ? 30 : 3);
    if (asked_ && now - *asked_ < fresh) return last_;
    asked_ = now;
    last_ = MakeEngine(engine_, "").status();
    return last_;
  }

 private:
  const EngineChoice engine_;
  std::mutex mutex_;
  std::optional<std::chrono::steady_clock::time_point> asked_;
  Status last_;
};

class ServerMetrics {
 public:
  static StatusOr<std::unique_ptr<ServerMetrics>> Make() {
    auto made = std::make_unique<ServerMetrics>();
    telemetry::Metrics& metrics = made->metrics_;
    WS_ASSIGN_OR_RETURN(made->requests_, metrics.DeclareCounter("waveshift_http_requests_total",
                                                                "Requests by route, method and status"));
    WS_ASSIGN_OR_RETURN(made->seconds_, metrics.DeclareHistogram("waveshift_http_request_seconds",
                                                                 "Time until a request's answer was ready",
                                                                 {0.005, 0.02, 0.1, 0.5, 3, 30, 300}));
    WS_ASSIGN_OR_RETURN(made->jobs_,
                        metrics.DeclareGauge("waveshift_jobs", "Jobs by state: running, waiting"));
    return made;
  }
  void Observe(const service::Request& request, std::string_view route, int status, double seconds) {
    const std::string name = route.empty() ? "none" : std::string(route);
    requests_->Add({{"route", name}, {"method", request.method}, {"status", std::to_string(status)}});
    seconds_->Observe({{"route", name}}, seconds);
  }
  std::string Text(const service::TaskManager& manager) {
    const auto [running, waiting] = manager.Load();
    jobs_->Set({{"state", "running"}}, static_cast<double>(running));
    jobs_->Set({{"state", "waiting"}}, static_cast<double>(waiting));
    return metrics_.ExpositionText();
  }

 private:
  telemetry::Metrics metrics_;
  telemetry::Counter* requests_ = nullptr;
  telemetry::Histogram* seconds_ = nullptr;
  telemetry::Gauge* jobs_ = nullptr;
};

service::ServiceOptions OptionsOf(const config::Settings& settings, const Deployment& deployment) {
  service::ServiceOptions options;
  options.api_token = settings.server.api_token.reveal();
  options.public_base_url = settings.cloudflare.r2_public_base_url;
  options.control_only = settings.server.role == "control";
  options.max_object_bytes = settings.server.MaxUploadBytes();
  options.scratch_directory = deployment.scratch_directory;
  options.max_speech_requests = settings.server.speech_requests;
  options.max_speech_characters = settings.server.speech_characters;
  return options;
}

void LogRequest(telemetry::Logger& log, const service::Request& request, std::string_view route, int status,
                double seconds, const std::string& request_id) {
  const bool is_probe = route == "/api/health" || route == "/api/ready" || route == "/metrics";
  log.Log(is_probe ? telemetry::LogLevel::kDebug : telemetry::LogLevel::kInfo,
          request.method + " " + request.target,
          {{"request_id", request_id},
           {"status", std::to_string(status)},
           {"ms", std::to_string(std::llround(seconds * 1000))},
           {"peer", request.peer}});
}

void LogTask(telemetry::Logger& log, const TaskRequests& requests, const std::string& id, bool is_error,
             const std::string& line) {
  telemetry::LogFields fields = {{"task_id", id}};
  if (std::string request_id = requests.RequestOf(id); !request_id.empty())
    fields.emplace_back("request_id", std::move(request_id));
  log.Log(is_error ? telemetry::LogLevel::kError : telemetry::LogLevel::kInfo, line, fields);
}

// Beside the stop request: whatever hangs is ended with the process.
void EndProcessAfterGrace() {
  std::thread([] {
    std::this_thread::sleep_for(kGrace);
    ::_exit(kInterruptedExitCode);
  }).detach();
}

std::string UrlOf(const std::string& host, int port) {
  const bool is_v6 = host.find(':') != std::string::npos;
  const std::string name = host == "0.0.0.0" || host == "::" ? "127.0.0.1" : is_v6 ? "[" + host + "]" : host;
  return "http://" + name + ":" + std::to_string(port);
}

Status Announce(const ServeFlags& flags, const std::string& host, int port) {
  const std::string url = UrlOf(host, port);
  if (!flags.common.json) return PrintOut("WaveShift listens on " + url + " (page: " + url + "/ui/)\n");
  const nlohmann::ordered_json json = {{"url", url}, {"host", host}, {"port", port}};
  return PrintOut(json.dump() + "\n");
}

// Serves until the stop token says otherwise.
Status ServeUntilStopped(HttpServer& server, service::TaskManager& manager, service::Service& service,
                         std::chrono::milliseconds wind_down, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any changed;
  bool ended = false;
  std::thread thread([&] {
    server.Run();
    const std::lock_guard lock(mutex);
    ended = true;
    changed.notify_all();
  });
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, stop, [&] { return ended; });
  }
  const bool stopped = stop.stop_requested();
  if (stopped) EndProcessAfterGrace();
  service.StopSpeech();
  server.Stop();
  if (stopped && wind_down.count() > 0) manager.WindDown(wind_down);
  manager.Shutdown();  // also ends requests that wait for a job
  thread.join();
  return stopped ? Cancelled("stopped; unfinished tasks go on at the next start")
                 : Internal("the server's socket failed");
}

// All that is handed over outlives the service.
service::ServiceDeps DepsOf(const config::Settings& settings, const Deployment& deployment,
                            service::TaskManager& manager, ServerMetrics& metrics, ReadyCheck& ready,
                            telemetry::Logger& log) {
  service::ServiceDeps deps;
  deps.manager = &manager;
  deps.tasks = deployment.tasks.get();
  deps.objects = deployment.objects.get();
  deps.check_ready = [&ready] { return ready(); };
  deps.metrics_text = [&metrics, &manager] { return metrics.Text(manager); };
  deps.on_handled = [&metrics, &log](const service::Request& request, std::string_view route, int status,
                                     double seconds, const std::string& request_id) {
    metrics.Observe(request, route, status, seconds);
    LogRequest(log, request, route, status, seconds, request_id);
  };
  deps.web_assets = WebAssets();
  deps.speech = SpeechEnginesFor(ChoiceFrom(settings));
  deps.log = [&log](const std::string& id, const std::string& line) {
    log.Log(telemetry::LogLevel::kWarning, line, {{"request_id", id}});
  };
  return deps;
}

Status RunServe(const ServeFlags& flags, CommandContext& context) {
  WS_ASSIGN_OR_RETURN(const config::Settings* settings, context.Settings());
  if (settings->platform != config::Platform::kNone) context.LogToStandardOutput();
  telemetry::Logger& log = context.Log();
  for (const std::string& notice : settings->notices) log.Warning(notice);
  WS_ASSIGN_OR_RETURN(const ShorteningSetup shortening, MakeShortening(*settings));
  WS_ASSIGN_OR_RETURN(const Deployment deployment,
                      OpenDeployment(*settings, StorePatience::kPrompt, context.stop()));
  WS_ASSIGN_OR_RETURN(const std::unique_ptr<ServerMetrics> metrics, ServerMetrics::Make());
  ServePlatform platform(*settings, deployment, context.stop());
  const auto manager = MakeTaskManager(*settings, deployment, shortening,
                                       [&](const std::string& id, bool is_error, const std::string& line) {
                                         LogTask(log, platform.requests(), id, is_error, line);
                                       });
  const auto worker = MakeWorker(*settings, deployment, *manager);
  ReadyCheck ready(ChoiceFrom(*settings));
  service::ServiceDeps deps = DepsOf(*settings, deployment, *manager, *metrics, ready, log);
  deps.worker = worker.get();
  platform.Set(deps);
  service::ServiceOptions service_options = OptionsOf(*settings, deployment);
  platform.Set(service_options);
  service::Service service(service_options, std::move(deps));

  HttpServerOptions options;
  platform.Set(options);
  options.host = settings->server.host;
  options.port = flags.port.value_or(settings->server.port);
  // Before any task is taken up: a second server on the same port must leave no trace.
  WS_ASSIGN_OR_RETURN(const std::unique_ptr<HttpServer> server,
                      HttpServer::Bind(options, platform.Handler(service), *deployment.objects));
  if (!settings->server.api_token.is_set() && options.host != "127.0.0.1" && options.host != "localhost" &&
      options.host != "::1") {
    log.Warning("everybody who reaches " + options.host +
                " can use this server: WAVESHIFT_API_TOKEN is not set");
  }
  // Where jobs run within requests nothing else may run: no queue, no search for abandoned tasks.
  const bool runs_inline = settings->RunsInline();
  // Beside the server: what it looks for may take minutes where a store hangs.
  std::jthread beginning;
  if (!runs_inline && settings->server.role != "control") beginning = std::jthread([&] { manager->Begin(); });
  WS_RETURN_IF_ERROR(Announce(flags, options.host, server->port()));
  return ServeUntilStopped(*server, *manager, service, runs_inline ? kWindDown : std::chrono::milliseconds(0),
                           context.stop());
}

}  // namespace

void RegisterServe(CLI::App& app, CommandContext& context) {
  auto flags = std::make_shared<ServeFlags>();
  CLI::App* command = app.add_subcommand("serve", "The HTTP API and the page at /ui/");
  command->add_option("--host", flags->host,
                      "Address to listen on (default: 127.0.0.1 unless a token is set)");
  command->add_option("--port", flags->port, "Port; 0 takes a free one (default 8000)")
      ->check(CLI::Range(0, 65535));
  command->add_option("--engine", flags->engine, "Engine of all jobs (default: WAVESHIFT_ENGINE, else auto)")
      ->check(CLI::IsMember({"auto", "indextts", "kokoro", "piper", "espeak", "none"}));
  AddOutputFlags(*command, flags->common, WithProgress::kNo);
  command->callback([flags, &context] {
    if (!flags->host.empty()) context.overrides["SERVER_HOST"] = flags->host;
    if (!flags->engine.empty()) context.overrides["WAVESHIFT_ENGINE"] = flags->engine;
    if (flags->common.quiet) context.overrides["LOG_LEVEL"] = "warning";
    context.action = [flags, &context] { return RunServe(*flags, context); };
  });
}

}  // namespace waveshift::app
