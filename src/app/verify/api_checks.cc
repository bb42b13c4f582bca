// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/verify/api_checks.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "app/verify/answer_internal.h"
#include "service/task_state.h"

namespace waveshift::app {
namespace {

using Json = nlohmann::json;

// Contract: a status or health answer within 3 s at any time.
constexpr double kMostSeconds = 3;
constexpr char kNoToken[] = "the server wants a token: give it with --token-file or WAVESHIFT_API_TOKEN";

bool IsRefusal(const Answer& answer) { return answer.Is(401) || IsTriggerRefusal(answer); }

// What is wrong with an error's form {"detail", "code", "request_id"}; "" when nothing is.
std::string FormProblem(const Answer& answer) {
  const Json json = Parsed(answer);
  if (!json.is_object()) return "is no JSON object";
  for (const char* name : {"detail", "code", "request_id"}) {
    if (TextOf(json, name).empty()) return std::string("has no text in \"") + name + "\"";
  }
  return "";
}

class ApiChecker {
 public:
  ApiChecker(Prober& prober, VerifyReport& report)
      : prober_(prober), report_(report), unknown_id_("verify-" + service::MakeUuid()) {}

  void Ready();
  void Root();
  void Authorization();
  void WrongAndOurToken(const Question& list);
  void OpenRoutes();
  void Errors();
  void RequestId();
  void ErrorForm();
  void ControlRoutes();
  void ForgedEvent();
  void Times(int samples);

 private:
  // A question that must be answered with one of these statuses.
  Answer Expect(const std::string& name, const Question& question, const std::vector<int>& wanted);
  void Unwanted(const std::string& name, const Answer& answer, const std::string& wanted);
  AnswerTimes TimesOfPath(const std::string& path, int wanted, int samples, std::string& problem);
  void TimeRow(const std::string& name, const AnswerTimes& times, const std::string& problem);
  std::string StatusPath() const { return "/api/task/" + unknown_id_ + "/status"; }

  Prober& prober_;
  VerifyReport& report_;
  const std::string unknown_id_;
  bool may_ask_ = true;  // what is not open answers us
  bool wants_token_ = false;
  std::vector<std::pair<std::string, Answer>> errors_;  // of the engine, for their form
};

void ApiChecker::Unwanted(const std::string& name, const Answer& answer, const std::string& wanted) {
  const Explanation why = Explain(answer);
  report_.Fail(name, why.what + " (wanted: " + wanted + ")", why.remedy);
}

Answer ApiChecker::Expect(const std::string& name, const Question& question, const std::vector<int>& wanted) {
  Answer answer = prober_.Ask(question);
  const bool fits = answer.transport.ok() && !IsPlatformError(answer) &&
                    std::find(wanted.begin(), wanted.end(), answer.status) != wanted.end();
  if (fits) {
    if (answer.status >= 400) errors_.emplace_back(name, answer);
    report_.Ok(name, "HTTP " + std::to_string(answer.status) + ", " + Ms(answer.seconds));
    return answer;
  }
  std::string list;
  for (const int status : wanted) list += (list.empty() ? "HTTP " : " or ") + std::to_string(status);
  Unwanted(name, answer, list);
  return answer;
}

void ApiChecker::Ready() {
  const Answer answer = prober_.Ask({.path = "/api/ready"});
  if (answer.Is(200)) {
    report_.Ok("ready", "jobs can run, " + Ms(answer.seconds));
    return;
  }
  Explanation why = Explain(answer);
  const bool is_loading = answer.Is(503) && !answer.Header("Retry-After").empty();
  if (is_loading)
    why.remedy = "wait until it is ready, or mend what it names (`waveshift doctor` on that machine)";
  report_.Fail("ready", why.what, why.remedy);
}

void ApiChecker::Root() {
  const Answer answer = prober_.Ask({.path = "/"});
  if (!answer.Is(200)) return Unwanted("root", answer, "HTTP 200");
  const std::string name = TextOf(Parsed(answer), "name");
  if (name.empty())
    return report_.Fail("root", "HTTP 200 without the service's name",
                        "check that the URL is the engine's base");
  report_.Ok("root", ShownText(name, 40) + ", " + Ms(answer.seconds));
}

// Finds out whether a token is wanted, and that it is really wanted.
void ApiChecker::Authorization() {
  const Question list = {.path = "/api/tasks?limit=1"};
  Question open = list;
  open.token = TokenUse::kNone;
  const Answer without = prober_.Ask(open);
  wants_token_ = IsRefusal(without);
  if (wants_token_) {
    const bool is_trigger = IsTriggerRefusal(without);
    if (!is_trigger) errors_.emplace_back("auth: no token", without);
    report_.Ok("auth: no token",
               "HTTP " + std::to_string(without.status) + (is_trigger ? " of the platform's trigger" : ""));
    return WrongAndOurToken(list);
  }
  if (!without.Is(200)) {
    Unwanted("auth: no token", without, "HTTP 401, or 200 of a server without a token");
    may_ask_ = prober_.has_token();
    return;
  }
  if (prober_.has_token()) {
    report_.Fail("auth: no token", "HTTP 200: the server lets everybody in, although a token was given here",
                 "set WAVESHIFT_API_TOKEN where it runs");
  } else if (!prober_.instance().is_loopback) {
    report_.Warn("auth: no token", "HTTP 200: everybody who reaches this server can use it",
                 "set WAVESHIFT_API_TOKEN where it runs");
  } else {
    report_.Ok("auth: no token", "HTTP 200, on this machine only");
  }
  report_.Skip("auth: wrong token", "the server has none");
}

void ApiChecker::WrongAndOurToken(const Question& list) {
  Question wrong = list;
  wrong.token = TokenUse::kWrong;
  const Answer refused = prober_.Ask(wrong);
  if (IsRefusal(refused)) {
    report_.Ok("auth: wrong token", "HTTP " + std::to_string(refused.status));
  } else {
    Unwanted("auth: wrong token", refused, "HTTP 401");
  }
  if (prober_.has_token()) {
    may_ask_ = Expect("auth: our token", list, {200}).Is(200);
  } else {
    may_ask_ = false;
    report_.Skip("auth: our token", kNoToken);
  }
}

// `/`, `/api/health` and `/api/ready` answer without a token, unless the platform's trigger wants one first.
void ApiChecker::OpenRoutes() {
  if (!wants_token_) return;
  for (const char* path : {"/", "/api/health", "/api/ready"}) {
    const Answer answer = prober_.Ask({.path = path, .token = TokenUse::kNone});
    if (IsTriggerRefusal(answer))
      return report_.Ok("auth: open routes", "the platform's trigger wants the token for all of them");
    if (answer.Is(200) || answer.Is(503)) continue;
    return Unwanted(std::string("auth: open ") + path, answer, "an answer without a token");
  }
  report_.Ok("auth: open routes", "/, /api/health and /api/ready answer without a token");
}

void ApiChecker::Errors() {
  const std::string unknown_task = Json{{"task_id", unknown_id_}}.dump();
  struct Case {
    const char* name;
    Question question;
    std::vector<int> wanted;
  };
  const Case cases[] = {
      {"unknown path", {.path = "/api/verify-no-such-route"}, {404}},
      {"unknown task: status", {.path = StatusPath()}, {404}},
      {"unknown task: start", {.method = "POST", .path = "/api/start_tts", .body = unknown_task}, {404}},
      {"bad JSON", {.method = "POST", .path = "/api/start_tts", .body = "{\"task_id\": "}, {400}},
      {"missing task_id", {.method = "POST", .path = "/api/start_tts", .body = "{}"}, {400, 422}}};
  for (const auto& [name, question, wanted] : cases) {
    if (may_ask_) {
      Expect(name, question, wanted);
    } else {
      report_.Skip(name, kNoToken);
    }
  }
}

// The id comes from the request, from the platform, or is made; the answer's header and its error say the
// same.
void ApiChecker::RequestId() {
  if (!may_ask_ && !wants_token_) return report_.Skip("request id", kNoToken);
  const std::string ours = "verify-" + service::MakeUuid();
  const Answer answer = prober_.Ask({.path = StatusPath(), .headers = {{"X-Request-Id", ours}}});
  if (!answer.transport.ok() || IsPlatformError(answer)) return Unwanted("request id", answer, "an answer");
  const std::string platform = answer.Header("X-Fc-Request-Id");
  const std::string header = answer.Header("X-Request-Id");
  const std::string body = TextOf(Parsed(answer), "request_id");
  const std::string wanted = platform.empty() ? ours : platform;
  if (body == wanted && (header == wanted || !platform.empty())) {
    return report_.Ok("request id", platform.empty() ? "the one we sent comes back" : "the platform's");
  }
  report_.Fail("request id",
               "wanted " + ShownText(wanted, 60) + ", the error says \"" + ShownText(body, 60) +
                   "\", the header \"" + ShownText(header, 60) + "\"",
               "let the proxy pass X-Request-Id; log lines cannot be found by it otherwise");
}

void ApiChecker::ErrorForm() {
  if (errors_.empty()) return report_.Skip("error form", "no error of the engine was seen");
  for (const auto& [name, answer] : errors_) {
    const std::string problem = FormProblem(answer);
    if (problem.empty()) continue;
    return report_.Fail("error form", name + ": the answer " + problem,
                        "check that nothing before the engine replaces its answers");
  }
  report_.Ok("error form", "detail, code and request_id in " + std::to_string(errors_.size()) + " errors");
}

// The platform's own routes must not be reachable from outside. /pre-stop is not asked: where it is open, it
// would stop what runs. Some platforms call these routes without saying so; then they are open by design.
void ApiChecker::ControlRoutes() {
  if (!wants_token_) return report_.Skip("control routes", "the server has no token: everything is open");
  std::string open;
  for (const Question& question :
       {Question{.method = "POST", .path = "/initialize", .token = TokenUse::kNone},
        Question{.method = "POST", .path = "/invoke", .body = "{}", .token = TokenUse::kNone},
        Question{.path = "/pre-freeze", .token = TokenUse::kNone}}) {
    const Answer answer = prober_.Ask(question);
    const bool is_answered = answer.transport.ok() && (answer.status >= 400 || !IsPlatformError(answer));
    if (!is_answered) return Unwanted("control routes", answer, "HTTP 401 or 404");
    const bool is_closed = answer.status >= 400 && answer.status < 500;
    if (!is_closed)
      open += (open.empty() ? "" : ", ") + question.path + " (HTTP " + std::to_string(answer.status) + ")";
  }
  if (open.empty()) return report_.Ok("control routes", "closed from outside");
  if (report_.on_function_compute)
    return report_.Fail("control routes", open + ": answer without a token",
                        "the platform's routes must answer 401 through the trigger");
  report_.Warn("control routes", open + ": answer without a token",
               "let what lies before the engine refuse these paths, unless the platform itself calls them");
}

// Function Compute says by a header what calls; elsewhere anybody can send it, and must get nothing for it
// that wants the token.
void ApiChecker::ForgedEvent() {
  if (!wants_token_) return;
  const Answer answer = prober_.Ask({.method = "POST",
                                     .path = "/invoke",
                                     .body = R"({"httpMethod": "GET", "path": "/api/tasks"})",
                                     .headers = {{"x-fc-control-path", "/invoke"}},
                                     .token = TokenUse::kNone});
  const Json json = Parsed(answer);
  const auto inner = json.is_object() ? json.find("statusCode") : json.end();
  const bool is_served = json.is_object() && (inner == json.end() ? json.contains("tasks") : *inner == 200);
  if (!answer.transport.ok()) return Unwanted("forged event", answer, "HTTP 401 or 404");
  if (!is_served) return report_.Ok("forged event", "gets nothing, HTTP " + std::to_string(answer.status));
  report_.Fail("forged event", "an event from outside with x-fc-control-path is served without a token",
               "let the proxy before the engine remove x-fc-* headers");
}

AnswerTimes ApiChecker::TimesOfPath(const std::string& path, int wanted, int samples, std::string& problem) {
  std::vector<double> seconds;
  for (int i = 0; i < samples && problem.empty(); ++i) {
    const Answer answer = prober_.Ask({.path = path});
    if (!answer.Is(wanted)) {
      problem = Explain(answer).what;
    } else {
      seconds.push_back(answer.seconds);
    }
  }
  return seconds.empty() ? AnswerTimes() : TimesOf(std::move(seconds));
}

void ApiChecker::TimeRow(const std::string& name, const AnswerTimes& times, const std::string& problem) {
  if (!problem.empty()) return report_.Fail(name, problem);
  const std::string detail =
      "median " + Ms(times.median_s) + ", worst " + Ms(times.worst_s) + " of " + std::to_string(times.count);
  if (times.worst_s <= kMostSeconds) return report_.Ok(name, detail);
  report_.Fail(
      name, detail + " (at most 3 s)",
      "answers must not wait for jobs: let a small CPU function serve status and health, or allow more "
      "requests an instance");
}

void ApiChecker::Times(int samples) {
  std::string problem;
  report_.health = TimesOfPath("/api/health", 200, samples, problem);
  TimeRow("latency: health", report_.health, problem);
  if (!may_ask_) return report_.Skip("latency: status", kNoToken);
  problem.clear();
  report_.status = TimesOfPath(StatusPath(), 404, samples, problem);
  TimeRow("latency: status", report_.status, problem);
}

}  // namespace

void CheckApi(Prober& prober, int samples, VerifyReport& report) {
  ApiChecker checker(prober, report);
  checker.Ready();
  checker.Root();
  checker.Authorization();
  checker.OpenRoutes();
  checker.Errors();
  checker.RequestId();
  checker.ErrorForm();
  checker.ControlRoutes();
  checker.ForgedEvent();
  checker.Times(samples);
}

}  // namespace waveshift::app
