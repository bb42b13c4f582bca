// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "app/verify/answer_internal.h"

namespace waveshift::app {

using Json = nlohmann::json;

std::string Ms(double seconds) { return std::to_string(std::lround(seconds * 1000)) + " ms"; }

std::string TextOf(const Json& json, const char* name) {
  const auto it = json.is_object() ? json.find(name) : json.end();
  return json.is_object() && it != json.end() && it->is_string() ? it->get<std::string>() : "";
}

Json Parsed(const Answer& answer) { return Json::parse(answer.body, nullptr, false); }

bool IsTriggerRefusal(const Answer& answer) {
  const bool is_refusal = answer.transport.ok() && (answer.status == 401 || answer.status == 403);
  return is_refusal && !answer.Header("X-Fc-Request-Id").empty() &&
         TextOf(Parsed(answer), "request_id").empty();
}

}  // namespace waveshift::app
