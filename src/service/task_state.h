// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_SERVICE_TASK_STATE_H_
#define WAVESHIFT_SERVICE_TASK_STATE_H_

#include <string>
#include <string_view>

#include "pipeline/job.h"
#include "stores/task_store.h"

namespace waveshift::service {

// A task as the status route shows it: the store's row, and what this process knows better while it works on
// it.
struct TaskState {
  stores::Task task;
  pipeline::Progress progress;
  bool active = false;  // this process runs it or keeps it waiting
};

// [A-Za-z0-9._-]{1,128}, and neither "." nor "..": safe as part of an object key.
bool IsValidTaskId(std::string_view id);

// A random UUID (version 4).
std::string MakeUuid();

}  // namespace waveshift::service

#endif  // WAVESHIFT_SERVICE_TASK_STATE_H_
