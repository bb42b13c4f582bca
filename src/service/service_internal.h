// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What the files of Service share.
#ifndef WAVESHIFT_SERVICE_SERVICE_INTERNAL_H_
#define WAVESHIFT_SERVICE_SERVICE_INTERNAL_H_

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "service/service.h"
#include "service/speech_request.h"

namespace waveshift::service {

using Json = nlohmann::ordered_json;

// Puts OpenAI's {"error": {"message", "type", "param", "code"}} beside the contract's fields of an error.
void AddOpenAiError(Response& response, const SpeechError& error);

// One request on its way. Errors below /v1/ have OpenAI's form as well.
struct Service::Call {
  const Request& request;
  const BodyReader* body = nullptr;
  std::string request_id;
  Target target;
  std::string argument;    // {id}, {key} or {name} of the route
  int64_t body_limit = 0;  // bytes that the route takes
  std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();
  bool is_inner = false;    // carried by an event
  bool is_trusted = false;  // nobody has to show a token

  Response Error(int status, std::string_view code, std::string_view detail) const {
    return Error(SpeechError{.status = status,
                             .code = std::string(code),
                             .message = std::string(detail),
                             .param = "",
                             .openai_code = status == 401 ? "invalid_api_key" : ""});
  }
  Response Error(const SpeechError& error) const {
    Response response = ErrorResponse(error.status, error.code, error.message, request_id);
    if (target.path.starts_with("/v1/")) AddOpenAiError(response, error);
    return response;
  }
  // Whether the header that function compute puts on its own calls names the path that is called.
  bool NamesItself() const {
    return request.Header("x-fc-control-path") == request.target.substr(0, request.target.find('?'));
  }
  Response Error(const Status& status) const {
    // Nothing else stops what a request waits for; callers that repeat 5xx come back to another instance.
    if (status.code() == StatusCode::kCancelled)
      return Error(503, "not_ready", "the server is shutting down");
    return ErrorResponse(HttpStatusFor(status), CodeWord(status), Message(status), request_id);
  }
};

struct Service::Route {
  enum class Access { kOpen, kToken, kControl };
  std::string_view method;
  // "{id}" is one part; "{key}" is the whole rest.
  std::string_view pattern;
  Handler handler;
  Access access = Access::kToken;
  bool needs_engine = false;  // not there on a server that only looks after tasks
};

// Text that is not UTF-8 does not stop an answer.
std::string Dump(const Json& json);
Response JsonResponse(int status, const Json& json);

// The status route's object.
Json StatusObject(const TaskState& state, const std::optional<std::string>& playlist_url);

}  // namespace waveshift::service

#endif  // WAVESHIFT_SERVICE_SERVICE_INTERNAL_H_
