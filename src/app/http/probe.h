// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The question that a container's health check asks its own server. Straight to the address: a proxy in the
// environment is for the world outside.
#ifndef WAVESHIFT_APP_HTTP_PROBE_H_
#define WAVESHIFT_APP_HTTP_PROBE_H_

#include <chrono>
#include <string>

#include "base/status.h"

namespace waveshift::app {

// GET /api/health of a server on this machine. 0.0.0.0 and :: are asked at the loopback address. OK when it
// answers 200 within `patience`; else Unavailable, with what happened. Any thread.
Status ProbeHealth(const std::string& host, int port, std::chrono::milliseconds patience);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_HTTP_PROBE_H_
