// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/fc/go_on.h"

#include <chrono>
#include <utility>

#include <nlohmann/json.hpp>

#include "net/http_message.h"

namespace waveshift::app {
namespace {

// It happens within the margin that is left before the request's limit.
constexpr std::chrono::milliseconds kConnect{3000};
constexpr std::chrono::milliseconds kTotal{8000};
constexpr int64_t kMostAnswerBytes = 64 << 10;

}  // namespace

GoOnCaller::GoOnCaller(std::string self_url, std::string api_token)
    : self_url_(std::move(self_url)), api_token_(std::move(api_token)) {}

Status GoOnCaller::Send(const std::string& task_id, const std::stop_token& stop) {
  net::HttpRequest request;
  request.method = "POST";
  request.url = self_url_ + "/api/start_tts";
  request.headers = {{"Content-Type", "application/json"}, {"X-Fc-Invocation-Type", "Async"}};
  if (!api_token_.empty()) request.headers.push_back({"Authorization", "Bearer " + api_token_});
  request.body = nlohmann::json{{"task_id", task_id}}.dump();
  request.max_response_bytes = kMostAnswerBytes;
  request.timeouts = {.connect = kConnect, .idle = kTotal, .total = kTotal};
  const auto answer = client_.Send(request, stop);
  if (!answer.ok()) return Annotate(answer.status(), "WAVESHIFT_SELF_URL");
  if (answer->is_success()) return OkStatus();
  return Unavailable("WAVESHIFT_SELF_URL: answered with status " + std::to_string(answer->status));
}

}  // namespace waveshift::app
