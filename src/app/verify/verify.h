// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Checks a deployed instance from outside: `waveshift verify`.
#ifndef WAVESHIFT_APP_VERIFY_VERIFY_H_
#define WAVESHIFT_APP_VERIFY_VERIFY_H_

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "app/verify/prober.h"
#include "app/verify/verify_report.h"

namespace waveshift::app {

struct VerifyOptions {
  InstanceUrl instance;
  // Who is asked for the status, the report and the stream of the task; the instance itself when there is
  // none.
  std::optional<InstanceUrl> status_instance;
  std::string token;              // "" = none
  std::chrono::seconds wait{60};  // for the first answer: a cold start
  bool keep_asking = false;       // for as long, when nobody or something else answers: it may be starting
  std::chrono::seconds timeout{1800};  // for the task
  int samples = 5;                     // timed answers of health and of status
  std::string task_id;                 // a real task to run; "" = none
  bool run_sample = false;             // make one
  std::string web_origin = "https://player.example";
  std::function<void(const std::string& status, double percent)> on_progress;  // may be empty
};

// What was found, also when nobody answers (reachable is false). Cancelled when `stop` was requested.
StatusOr<VerifyReport> RunVerify(const VerifyOptions& options, const std::stop_token& stop);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_VERIFY_VERIFY_H_
