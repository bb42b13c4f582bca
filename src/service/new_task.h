// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_SERVICE_NEW_TASK_H_
#define WAVESHIFT_SERVICE_NEW_TASK_H_

#include <string>
#include <string_view>

#include "base/status.h"
#include "stores/task_store.h"

namespace waveshift::service {

// A request body that is no JSON at all, as opposed to JSON of the wrong shape.
struct BodyError {
  enum class Kind { kNone, kNotJson, kWrongShape } kind = Kind::kNone;
  std::string detail;  // names the field
};

// The body of POST /api/task: {task_id?, video_path, audio_path?, target_language, segments[...]}, or the
// original engine's {video_id, audio_path_r2, video_path_r2} (a task without transcript, which another
// program writes). A missing id is made.
BodyError ParseNewTask(std::string_view body, stores::NewTask& task);

// The body of POST /api/start_tts: {"task_id"}.
BodyError ParseTaskId(std::string_view body, std::string& task_id);

// InvalidArgument unless `path` can name an object of the local store.
Status CheckInputPath(std::string_view field, const std::string& path);

}  // namespace waveshift::service

#endif  // WAVESHIFT_SERVICE_NEW_TASK_H_
