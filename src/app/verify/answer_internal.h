// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What the checks read out of an answer. Inside this room only.
#ifndef WAVESHIFT_APP_VERIFY_ANSWER_INTERNAL_H_
#define WAVESHIFT_APP_VERIFY_ANSWER_INTERNAL_H_

#include <string>

#include <nlohmann/json.hpp>

#include "app/verify/prober.h"

namespace waveshift::app {

std::string Ms(double seconds);  // "12 ms"

// The body; a discarded value when it is no JSON.
nlohmann::json Parsed(const Answer& answer);
// A member that is text; "" when `json` is no object or has none.
std::string TextOf(const nlohmann::json& json, const char* name);

// A refusal of the platform, whose trigger looks at the token itself (authType jwt), before the engine.
bool IsTriggerRefusal(const Answer& answer);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_VERIFY_ANSWER_INTERNAL_H_
