// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What a deployed instance answers to short questions: errors, authorization, request ids, times.
// Nothing is changed on it.
#ifndef WAVESHIFT_APP_VERIFY_API_CHECKS_H_
#define WAVESHIFT_APP_VERIFY_API_CHECKS_H_

#include "app/verify/prober.h"
#include "app/verify/verify_report.h"

namespace waveshift::app {

// What is asked once somebody is there (reach_check.h). `samples` answers of health and status each are
// timed.
void CheckApi(Prober& prober, int samples, VerifyReport& report);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_VERIFY_API_CHECKS_H_
