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

// Linear in the body. Nesting and the number of values are bounded, so that a body of the largest size can
// use up neither the stack nor the memory.
BodyError ParseJsonObject(std::string_view body, nlohmann::json& object);

}  // namespace waveshift::service

#endif  // WAVESHIFT_SERVICE_JSON_OBJECT_INTERNAL_H_
