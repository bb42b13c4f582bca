// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_SERVICE_NEW_TASK_H_
#define WAVESHIFT_SERVICE_NEW_TASK_H_

#include <string>
#include <string_view>

#include "base/status.h"
#include "service/media_inputs.h"
#include "stores/task_store.h"

namespace waveshift::service {

// A request body that is no JSON at all, as opposed to JSON of the wrong shape.
struct BodyError {
  enum class Kind { kNone, kNotJson, kWrongShape } kind = Kind::kNone;
  std::string detail;  // names the field
};

// The body of POST /api/task: {task_id?, video_path, audio_path?, target_language, segments[...]}, or the
// original engine's {video_id, audio_path_r2, video_path_r2} (a task without transcript, which another
// program writes). A missing id is made. `inputs` says what paths may name.
BodyError ParseNewTask(std::string_view body, const MediaInputs& inputs, stores::NewTask& task);

// The body of POST /api/start_tts: {"task_id"}.
BodyError ParseTaskId(std::string_view body, std::string& task_id);

}  // namespace waveshift::service

#endif  // WAVESHIFT_SERVICE_NEW_TASK_H_
