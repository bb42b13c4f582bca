// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Routing, authorization and the routes about the server itself. Tasks are in task_routes.cc, objects in
// media_routes.cc, speech in speech_routes.cc.
#include "service/service.h"

#include <chrono>
#include <ctime>
#include <exception>
#include <utility>

#include "base/version.h"
#include "service/auth.h"
#include "service/service_internal.h"

namespace waveshift::service {
namespace {

constexpr char kRetryAfterSeconds[] = "5";

// True when the path fits the pattern; `argument` gets what its braces hold.
bool Matches(std::string_view pattern, std::string_view path, std::string* argument) {
  const size_t open = pattern.find('{');
  if (open == std::string_view::npos) return pattern == path;
  const size_t close = pattern.find('}');
  const std::string_view tail = pattern.substr(close + 1);
  if (path.size() <= open + tail.size() || path.substr(0, open) != pattern.substr(0, open)) return false;
  if (path.substr(path.size() - tail.size()) != tail) return false;
  const std::string_view value = path.substr(open, path.size() - open - tail.size());
  const bool is_whole_rest = pattern.substr(open, close - open) == "{key";
  if (!is_whole_rest && value.find('/') != std::string_view::npos) return false;
  *argument = std::string(value);
  return true;
}

std::string UtcNow() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

}  // namespace

std::string Dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Response JsonResponse(int status, const Json& json) {
  Response response;
  response.status = status;
  response.SetHeader("Content-Type", "application/json");
  response.SetHeader("Cache-Control", "no-store");
  response.body = Dump(json) + "\n";
  return response;
}

Service::Service(ServiceOptions options, ServiceDeps deps)
    : options_(std::move(options)),
      deps_(std::move(deps)),
      created_(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())) {}
Service::~Service() { StopSpeech(); }

void Service::StopSpeech() {
  speech_stop_.request_stop();
  if (deps_.worker != nullptr) deps_.worker->Stop();
}

Response Service::ErrorResponse(int status, std::string_view code, std::string_view detail,
                                const std::string& request_id) {
  Response response =
      JsonResponse(status, Json{{"detail", detail}, {"code", code}, {"request_id", request_id}});
  response.SetHeader("X-Request-Id", request_id);
  response.SetHeader("X-Content-Type-Options", "nosniff");
  if (status == 503 || status == 429) response.SetHeader("Retry-After", kRetryAfterSeconds);
  return response;
}

std::string Service::RequestIdOf(const Request& request) {
  for (const char* name : {"x-fc-request-id", "x-scf-request-id", "x-cff-request-id", "x-request-id"}) {
    if (std::string id = SaneRequestId(request.Header(name)); !id.empty()) return id;
  }
  return MakeUuid();
}

const std::vector<Service::Route>& Service::Routes() {
  using Access = Route::Access;
  static const std::vector<Route> routes = {
      {"GET", "/", &Service::Root, Access::kOpen},
      {"GET", "/api/health", &Service::Health, Access::kOpen},
      {"GET", "/api/ready", &Service::Ready, Access::kOpen},
      {"POST", "/api/start_tts", &Service::StartTts, Access::kToken, true},
      {"POST", "/api/task", &Service::CreateTask},
      {"GET", "/api/tasks", &Service::ListTasks},
      {"GET", "/api/task/{id}/status", &Service::TaskStatus},
      {"GET", "/api/task/{id}/events", &Service::TaskEvents},
      {"GET", "/api/task/{id}/report", &Service::TaskReport},
      {"DELETE", "/api/task/{id}", &Service::CancelTask},
      {"GET", "/api/debug/{id}", &Service::DebugTask},
      {"PUT", "/api/objects/{key}", &Service::PutObject},
      {"GET", "/media/{key}", &Service::GetMedia},
      // A browser asks without the token whether it may send it.
      {"OPTIONS", "/media/{key}", &Service::MediaPreflight, Access::kOpen},
      {"GET", "/metrics", &Service::Metrics},
      {"POST", "/initialize", &Service::Initialize, Access::kControl},
      {"POST", "/init", &Service::Initialize, Access::kControl},
      {"POST", "/invoke", &Service::Invoke, Access::kControl},
      {"POST", "/event-invoke", &Service::Invoke, Access::kControl},
      {"GET", "/pre-stop", &Service::PreStop, Access::kControl},
      {"GET", "/pre-freeze", &Service::PreFreeze, Access::kControl},
      {"POST", "/pre-freeze", &Service::PreFreeze, Access::kControl},
      {"POST", "/v1/audio/speech", &Service::CreateSpeech, Access::kToken, true},
      {"GET", "/v1/audio/voices", &Service::ListVoices},
      {"GET", "/v1/models", &Service::ListModels},
      {"GET", "/v1/models/{id}", &Service::GetModel},
      {"POST", "/tasks/{id}/initialize", &Service::InitializeWorkerTask, Access::kToken, true},
      {"POST", "/tasks/{id}/synthesize", &Service::SynthesizeForTask, Access::kToken, true},
      {"GET", "/tasks/{id}/status", &Service::WorkerTaskStatus},
      {"DELETE", "/tasks/{id}", &Service::ForgetWorkerTask},
      {"POST", "/synthesize", &Service::SynthesizeSentences, Access::kToken, true},
      {"GET", "/health", &Service::WorkerHealth},
      {"GET", "/ui", &Service::PageRedirect},
      {"GET", "/ui/", &Service::Page},
      {"GET", "/ui/{name}", &Service::Page},
  };
  return routes;
}

const Service::Route* Service::FindRoute(Call& call, std::string& allowed) const {
  const std::string_view method =
      call.request.method == "HEAD" ? "GET" : std::string_view(call.request.method);
  for (const Route& route : Routes()) {
    std::string argument;
    if (!Matches(route.pattern, call.target.path, &argument)) continue;
    if (route.method == method) {
      call.argument = std::move(argument);
      return &route;
    }
    allowed += (allowed.empty() ? "" : ", ") + std::string(route.method);
    if (route.method == "GET") allowed += ", HEAD";
  }
  return nullptr;
}

bool Service::IsFromPlatform(const Call& call) const {
  return options_.trusts_platform && call.NamesItself();
}

bool Service::IsAuthorized(const Call& call) const {
  return call.is_trusted || options_.api_token.empty() ||
         CarriesToken(call.request.Header("authorization"), options_.api_token);
}

int64_t Service::BodyLimit(const Route& route) const {
  if (route.handler == &Service::PutObject) return options_.max_object_bytes;
  if (route.handler == &Service::CreateSpeech) return LongestSpeechBody(options_.max_speech_characters);
  return options_.max_json_bytes;
}

// Why the request is not handled at all; status 100 when it may be. A path that does not exist is no
// different without the token.
Response Service::Refusal(Call& call, const Route* route, const std::string& allowed) {
  using Access = Route::Access;
  const bool is_control = route != nullptr && route->access == Access::kControl;
  // An event that carries an event would have no end.
  if (is_control && call.is_inner) return call.Error(404, "not_found", "there is no such route");
  const bool open = (route != nullptr && route->access == Access::kOpen) ||
                    (is_control && (options_.open_control_routes || call.NamesItself()));
  if (!open && !IsAuthorized(call)) {
    Response refusal = call.Error(401, "unauthorized", "a valid \"Authorization: Bearer\" token is needed");
    const bool is_page = call.target.path.rfind("/ui", 0) == 0;
    refusal.SetHeader("WWW-Authenticate",
                      is_page ? "Basic realm=\"WaveShift\"" : "Bearer realm=\"WaveShift\"");
    return refusal;
  }
  if (route == nullptr && allowed.empty()) return call.Error(404, "not_found", "there is no such route");
  if (route == nullptr) {
    Response refusal =
        call.Error(405, "method_not_allowed", "this route does not know " + call.request.method);
    refusal.SetHeader("Allow", allowed);
    return refusal;
  }
  if (route->needs_engine && options_.control_only) {
    return call.Error(404, "not_found",
                      "this server only looks after tasks (WAVESHIFT_ROLE=control): send " +
                          call.request.method + " " + std::string(route->pattern) +
                          " to the one that speaks");
  }
  call.body_limit = BodyLimit(*route);
  if (call.request.content_length.value_or(0) > call.body_limit) {
    return call.Error(413, "too_large",
                      "the body is larger than " + std::to_string(call.body_limit) + " bytes");
  }
  Response go_on;
  go_on.status = 100;
  return go_on;
}

Response Service::Dispatch(Call& call, const Route** route) {
  auto target = ParseTarget(call.request.target);
  if (!target.ok()) return call.Error(target.status());
  call.target = std::move(target).value();
  call.target.path = WithoutProxyPrefix(call.target.path);
  std::string allowed;
  *route = FindRoute(call, allowed);
  Response refusal = Refusal(call, *route, allowed);
  if (refusal.status != 100) return refusal;
  try {
    return (this->*(*route)->handler)(call);
  } catch (const std::exception& error) {  // memory that ran out
    return call.Error(500, "internal", std::string("unexpected failure: ") + error.what());
  }
}

Response Service::Handle(const Request& request, const BodyReader& body) {
  const auto begin = std::chrono::steady_clock::now();
  Call call{
      .request = request, .body = &body, .request_id = RequestIdOf(request), .target = {}, .argument = {}};
  const Route* route = nullptr;
  Response response = Dispatch(call, &route);
  response.SetHeader("X-Request-Id", call.request_id);
  response.SetHeader("X-Content-Type-Options", "nosniff");
  if (deps_.on_handled) {
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    deps_.on_handled(request, route ? route->pattern : "", response.status, seconds, call.request_id);
  }
  return response;
}

Response Service::HandleExpect(const Request& request) {
  Call call{
      .request = request, .body = nullptr, .request_id = RequestIdOf(request), .target = {}, .argument = {}};
  auto target = ParseTarget(request.target);
  if (!target.ok()) return call.Error(target.status());
  call.target = std::move(target).value();
  call.target.path = WithoutProxyPrefix(call.target.path);
  std::string allowed;
  const Route* route = FindRoute(call, allowed);
  return Refusal(call, route, allowed);
}

Response Service::Root(Call&) {
  Json endpoints = Json::object();
  for (const Route& route : Routes()) {
    if (route.method == "OPTIONS" || route.pattern == "/") continue;
    endpoints[std::string(route.pattern)] = route.method;
  }
  return JsonResponse(200, Json{{"name", "WaveShift"},
                                {"version", Version()},
                                {"description", "Dubs videos into other languages"},
                                {"endpoints", std::move(endpoints)}});
}

// Touches no store, so that it answers at any time.
Response Service::Health(Call&) {
  const auto [running, waiting] = deps_.manager->Load();
  const bool stopping = deps_.manager->IsShutDown();
  Json json =
      Json{{"status", "healthy"},     {"services", {{"api", "up"}, {"jobs", stopping ? "stopping" : "up"}}},
           {"jobs_running", running}, {"jobs_waiting", waiting},
           {"timestamp", UtcNow()},   {"version", Version()}};
  if (deps_.is_loaded) json["model_loaded"] = deps_.is_loaded();
  return JsonResponse(200, json);
}

Response Service::Ready(Call& call) {
  if (deps_.manager->IsShutDown()) return call.Error(503, "not_ready", "the server is shutting down");
  Status status = deps_.check_ready ? deps_.check_ready() : OkStatus();
  was_ready_ = status.ok();
  if (status.ok()) status = deps_.tasks->List(1, 0).status();
  if (status.ok()) return JsonResponse(200, Json{{"ready", true}});
  // The route is open to everybody, and reasons name accounts, hosts and folders.
  return call.Error(
      503, "not_ready",
      IsAuthorized(call) ? Message(status) : "jobs cannot run; with the token this route says why");
}

Response Service::Metrics(Call& call) {
  if (!deps_.metrics_text) return call.Error(404, "not_found", "this server keeps no metrics");
  Response response;
  response.SetHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  response.SetHeader("Cache-Control", "no-store");
  response.body = deps_.metrics_text();
  return response;
}

Response Service::PageRedirect(Call&) {
  Response response;
  response.status = 301;
  response.SetHeader("Location", "/ui/");
  return response;
}

Response Service::Page(Call& call) {
  const std::string name = call.argument.empty() ? "index.html" : call.argument;
  for (const WebAsset& asset : deps_.web_assets) {
    if (asset.name != name) continue;
    const auto ends_with = [&](std::string_view end) {
      return name.size() > end.size() && name.compare(name.size() - end.size(), end.size(), end) == 0;
    };
    Response response;
    response.SetHeader("Content-Type", ends_with(".html")  ? "text/html; charset=utf-8"
                                       : ends_with(".js")  ? "text/javascript; charset=utf-8"
                                       : ends_with(".css") ? "text/css; charset=utf-8"
                                                           : "text/plain; charset=utf-8");
    response.SetHeader("Cache-Control", "no-cache");
    // Everything comes from here; media-src and worker-src blob: are how hls.js plays.
    response.SetHeader("Content-Security-Policy",
                       "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
                       "media-src 'self' blob: https: http:; "
                       "connect-src 'self' https: http:; worker-src 'self' blob:; frame-ancestors 'none'");
    response.body = std::string(asset.bytes);
    return response;
  }
  return call.Error(404, "not_found", "the page has no file of this name");
}

}  // namespace waveshift::service
