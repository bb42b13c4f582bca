// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The bodies of the worker routes: POST /tasks/{id}/initialize and .../synthesize.
#ifndef WAVESHIFT_SERVICE_WORKER_REQUEST_H_
#define WAVESHIFT_SERVICE_WORKER_REQUEST_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/new_task.h"

namespace waveshift::service {

inline constexpr size_t kMostWorkerSentences = 200;  // of one request
inline constexpr double kLowestPitch = 0.5;
inline constexpr double kHighestPitch = 2;

struct WorkerInit {
  std::string user_id;    // safe as one part of an object key
  std::string audio_url;  // "" = none; as MediaInputs::Check allows it
  std::string video_url;
  bool wants_separation = true;
};

struct WorkerSentence {
  int64_t sequence = 0;
  std::string text;
  std::string audio_sample;  // object key or address of a recording of the speaker; "" = none
  std::string speaker;
  std::optional<int64_t> start_ms, end_ms;  // end > start when both are there and times are used
};

struct WorkerRequest {
  std::vector<WorkerSentence> sentences;
  std::string language;  // canonical BCP-47; "" = to be found out
  double speed = 1;
  double pitch = 1;                  // factor of the voice's own
  std::string task_id;               // "" = none named
  bool fit_slots = false;            // enable_duration_align
  bool move_starts = false;          // enable_timestamp_adjust
  std::vector<std::string> notices;  // what is in the request and not used
};

// Both check everything that needs no store; the error names the field. Fields that are not known are passed
// over.
BodyError ParseWorkerInit(std::string_view body, const MediaInputs& inputs, WorkerInit& init);
BodyError ParseWorkerRequest(std::string_view body, int max_characters, WorkerRequest& request);

}  // namespace waveshift::service

#endif  // WAVESHIFT_SERVICE_WORKER_REQUEST_H_
