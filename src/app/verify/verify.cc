// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/verify/verify.h"

#include "app/verify/api_checks.h"
#include "app/verify/reach_check.h"
#include "app/verify/task_check.h"

namespace waveshift::app {

StatusOr<VerifyReport> RunVerify(const VerifyOptions& options, const std::stop_token& stop) {
  VerifyReport report;
  report.url = options.instance.base;
  Prober prober(options.instance, options.token, stop);
  Prober watcher(options.status_instance.value_or(options.instance), options.token, stop);
  if (CheckReachable(prober, options.wait, options.keep_asking, report)) {
    CheckApi(prober, options.samples, report);
    std::string task_id = options.task_id;
    if (options.run_sample && !stop.stop_requested()) task_id = CreateSampleTask(prober, report);
    if (!task_id.empty() && !stop.stop_requested()) {
      CheckTask(prober, watcher,
                {.task_id = task_id,
                 .patience = options.timeout,
                 .web_origin = options.web_origin,
                 .on_progress = options.on_progress},
                report);
    }
  }
  if (stop.stop_requested()) return Cancelled("interrupted");
  return report;
}

}  // namespace waveshift::app
