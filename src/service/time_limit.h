// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// How long a request may work on a task.
#ifndef WAVESHIFT_SERVICE_TIME_LIMIT_H_
#define WAVESHIFT_SERVICE_TIME_LIMIT_H_

#include <chrono>

#include "service/http_types.h"
#include "service/task_manager.h"

namespace waveshift::service {

// What function compute says a request may take (x-fc-function-timeout, x-fc-timeout: whole seconds, at most
// a day); 0 when it does not say, or says nonsense.
std::chrono::seconds PlatformLimit(const Request& request);

// When a job that began at `begun` winds down and is stopped, so that the request is over within `limit` (0:
// none). `margin` before the limit no line is begun; 0: a twentieth of the limit, 2 s to 2 min. It never
// takes more than half the limit. A quarter of the margin is left for the answer.
RequestLimits LimitsFor(std::chrono::steady_clock::time_point begun, std::chrono::seconds limit,
                        std::chrono::seconds margin);

}  // namespace waveshift::service

#endif  // WAVESHIFT_SERVICE_TIME_LIMIT_H_
