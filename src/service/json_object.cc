// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/json_object_internal.h"

namespace waveshift::service {
namespace {

constexpr int kMaxDepth = 32;

}  // namespace

BodyError ParseJsonObject(std::string_view body, nlohmann::json& object) {
  using Json = nlohmann::json;
  bool too_deep = false;
  const auto watch = [&too_deep](int depth, Json::parse_event_t, Json&) {
    if (depth > kMaxDepth) too_deep = true;
    return !too_deep;
  };
  object = Json::parse(body, watch, false);
  if (too_deep) return {BodyError::Kind::kNotJson, "the body is nested too deeply"};
  if (object.is_discarded()) return {BodyError::Kind::kNotJson, "the body is not valid JSON"};
  if (!object.is_object()) return {BodyError::Kind::kWrongShape, "the body must be a JSON object"};
  return {};
}

}  // namespace waveshift::service
