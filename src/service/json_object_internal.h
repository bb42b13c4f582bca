// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Request bodies as JSON objects. Inside this room only.
#ifndef WAVESHIFT_SERVICE_JSON_OBJECT_INTERNAL_H_
#define WAVESHIFT_SERVICE_JSON_OBJECT_INTERNAL_H_

#include <string_view>

#include <nlohmann/json.hpp>

#include "service/new_task.h"

namespace waveshift::service {

// Nesting is bounded while parsing, so that a deep body cannot use up the stack.
BodyError ParseJsonObject(std::string_view body, nlohmann::json& object);

}  // namespace waveshift::service

#endif  // WAVESHIFT_SERVICE_JSON_OBJECT_INTERNAL_H_
