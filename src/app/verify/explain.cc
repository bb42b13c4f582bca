// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Answers that the engine did not give: what Function Compute and proxies say when it does not run. Names and
// meanings as the platform's documentation on errors has them.
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "app/verify/prober.h"
#include "app/verify/verify_report.h"

namespace waveshift::app {
namespace {

using Json = nlohmann::json;

struct PlatformError {
  std::string_view word;  // stands in the error's type or text
  std::string_view meaning;
  std::string_view remedy;
};

// The more exact ones first.
constexpr PlatformError kPlatformErrors[] = {
    {"code 137", "the instance was ended because it ran out of memory",
     "give the function more memory (memorySize)"},
    {"FunctionNotStarted", "the container did not open its port within 120 s",
     "look at the function's log; the server must listen on 0.0.0.0 and on the port of "
     "customContainerConfig"},
    {"ResourceExhausted", "the region has no such GPU free now",
     "try again later, another GPU type or another region"},
    {"ResourceThrottled", "the account's limit of instances or cards is reached",
     "wait for running tasks, or ask for a higher quota"},
    {"before completing request", "the process ended, or closed the connection, in the middle of a request",
     "look at the function's log around this request id"},
    {"exited unexpectedly", "the process ended in the middle of a request",
     "look at the function's log around this request id"},
    {"EntityTooLarge", "the request is larger than the platform takes (32 MB, asynchronous ones 128 KB)",
     "send an object key or URL instead of bytes"},
    {"nitializ", "the initializer failed or took too long, so the instance was thrown away",
     "look at the log between \"FC Initialize Start\" and \"FC Initialize End\"; raise the initializer's "
     "timeout (at most 300 s) or leave it away"},
    {"imeout", "the function ran longer than its time limit",
     "raise the function's timeout (at most 86400 s)"},
    {"imedOut", "the function ran longer than its time limit",
     "raise the function's timeout (at most 86400 s)"},
    {"AccessDenied", "the trigger refuses the request",
     "give the token that it asks for (authType jwt), or one that has not run out"},
    {"FunctionNotFound", "there is no such function", "deploy it, and take the URL of its trigger"},
};

// The texts in which the platform names its error.
std::string PlatformWords(const Answer& answer) {
  std::string words = answer.Header("X-Fc-Error-Type");
  const Json json = Json::parse(answer.body, nullptr, false);
  if (!json.is_object()) return words;
  for (const char* name : {"ErrorCode", "Code", "errorType", "ErrorMessage", "Message", "errorMessage"}) {
    const auto it = json.find(name);
    if (it != json.end() && it->is_string()) words += (words.empty() ? "" : ": ") + it->get<std::string>();
  }
  return words;
}

Explanation ExplainPlatform(const Answer& answer, const std::string& words) {
  const std::string said = "Function Compute: " + ShownText(words);
  for (const PlatformError& error : kPlatformErrors) {
    if (words.find(error.word) == std::string::npos) continue;
    return {said + " (HTTP " + std::to_string(answer.status) + "): " + std::string(error.meaning),
            std::string(error.remedy)};
  }
  return {said + " (HTTP " + std::to_string(answer.status) + ")",
          "look at the function's log around this request"};
}

bool IsHtml(const Answer& answer) {
  const std::string head = answer.body.substr(0, 256);
  return answer.Header("Content-Type").find("html") != std::string::npos ||
         head.find("<html") != std::string::npos || head.find("<!DOCTYPE") != std::string::npos;
}

// What the engine's own errors say.
std::string DetailOf(const Answer& answer) {
  const Json json = Json::parse(answer.body, nullptr, false);
  if (!json.is_object()) return "";
  const auto it = json.find("detail");
  return it != json.end() && it->is_string() ? ShownText(it->get<std::string>()) : "";
}

Explanation ExplainStatus(const Answer& answer) {
  const std::string http = "HTTP " + std::to_string(answer.status);
  if (answer.status >= 300 && answer.status < 400) {
    const std::string to = ShownText(net::RedactedUrl(answer.Header("Location")));
    return {http + ", redirects to " + (to.empty() ? "nowhere" : to), "check that URL instead"};
  }
  if (IsHtml(answer)) {
    return {http + " with an HTML page: a proxy or another server answered, not the engine",
            answer.status >= 500
                ? "look whether the engine runs behind the proxy, and at the proxy's time limits"
                : "check that the URL is the engine's base"};
  }
  if (const std::string detail = DetailOf(answer); !detail.empty()) return {http + ": " + detail, ""};
  return {http + (answer.body.empty() ? ", no body" : ": " + ShownText(answer.body, 80)), ""};
}

}  // namespace

bool IsPlatformError(const Answer& answer) {
  return answer.transport.ok() && !answer.Header("X-Fc-Error-Type").empty();
}

Explanation Explain(const Answer& answer) {
  if (!answer.transport.ok()) {
    const bool is_slow = answer.transport.code() == StatusCode::kDeadlineExceeded;
    return {Message(answer.transport), is_slow ? "look whether the server is overloaded or hangs" : ""};
  }
  const bool is_platform =
      !answer.Header("X-Fc-Error-Type").empty() || !answer.Header("X-Fc-Request-Id").empty();
  if (is_platform) {
    // The engine's own errors pass through the trigger with the platform's request id.
    const std::string words = PlatformWords(answer);
    if (!words.empty()) return ExplainPlatform(answer, words);
  }
  return ExplainStatus(answer);
}

}  // namespace waveshift::app
