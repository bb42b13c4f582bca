// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// One real task on a deployed instance, from its start to its end.
#ifndef WAVESHIFT_APP_VERIFY_TASK_CHECK_H_
#define WAVESHIFT_APP_VERIFY_TASK_CHECK_H_

#include <chrono>
#include <functional>
#include <string>

#include "app/verify/prober.h"
#include "app/verify/verify_report.h"

namespace waveshift::app {

struct TaskCheckOptions {
  std::string task_id;
  std::chrono::seconds patience{1800};   // from the start to the end
  std::chrono::milliseconds poll{1000};  // between two looks at the status
  std::string web_origin = "https://player.example";
  // After each look: status and percent. May be empty.
  std::function<void(const std::string& status, double percent)> on_progress;
};

// Stores a clip of a few seconds and a task that dubs it: the check "sample". "" when that failed, else the
// task's id.
std::string CreateSampleTask(Prober& prober, VerifyReport& report);

// Starts the task, watches it until it has ended, and looks at its report and stream: the checks "task: ..."
// and "hls: ...". `watcher` is asked for the status: the same instance, or a small function beside it.
void CheckTask(Prober& prober, Prober& watcher, const TaskCheckOptions& options, VerifyReport& report);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_VERIFY_TASK_CHECK_H_
