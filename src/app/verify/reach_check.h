// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The first contact with a deployed instance.
#ifndef WAVESHIFT_APP_VERIFY_REACH_CHECK_H_
#define WAVESHIFT_APP_VERIFY_REACH_CHECK_H_

#include <chrono>

#include "app/verify/prober.h"
#include "app/verify/verify_report.h"

namespace waveshift::app {

// Asks for the health; the answer may take `patience`, as it waits for a cold start. With `keep_asking` it
// asks again for as long while nobody answers, or something that is not the engine. Writes reachable,
// first_s, version and on_function_compute, and the checks "connection" and "health". False when the engine
// does not answer there, so that there is no point in going on.
bool CheckReachable(Prober& prober, std::chrono::seconds patience, bool keep_asking, VerifyReport& report);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_VERIFY_REACH_CHECK_H_
