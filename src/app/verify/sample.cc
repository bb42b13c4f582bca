// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/verify/sample.h"

#include <nlohmann/json.hpp>

namespace waveshift::app {

std::string SampleTaskJson(const std::string& task_id, const std::string& video_key) {
  auto json = nlohmann::ordered_json::parse(SampleTranscript());
  json["task_id"] = task_id;
  json["video_path"] = video_key;
  return json.dump();
}

}  // namespace waveshift::app
