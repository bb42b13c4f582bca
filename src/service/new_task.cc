// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/new_task.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "service/json_object_internal.h"
#include "service/task_state.h"
#include "text/language.h"
#include "text/transcript.h"

namespace waveshift::service {
namespace {

using Json = nlohmann::json;

BodyError WrongShape(std::string detail) { return {BodyError::Kind::kWrongShape, std::move(detail)}; }

// A string field; "" when it may be missing and is (or is null).
BodyError ReadString(const Json& object, const char* name, bool required, std::string& value) {
  const auto it = object.find(name);
  if (it == object.end() || it->is_null()) {
    return required ? WrongShape(std::string(name) + ": is missing") : BodyError{};
  }
  if (!it->is_string()) return WrongShape(std::string(name) + ": must be a string");
  value = it->get<std::string>();
  if (required && value.empty()) return WrongShape(std::string(name) + ": must not be empty");
  return {};
}

BodyError ReadId(const Json& object, const char* name, bool required, std::string& id) {
  if (BodyError error = ReadString(object, name, required, id); error.kind != BodyError::Kind::kNone)
    return error;
  if (object.contains(name) && object[name].is_string() && !IsValidTaskId(id)) {
    return WrongShape(std::string(name) + ": 1 to 128 letters, digits, '.', '_' or '-' are allowed");
  }
  return {};
}

BodyError ReadPath(const Json& object, const char* name, bool required, const MediaInputs& inputs,
                   std::string& path) {
  if (BodyError error = ReadString(object, name, required, path); error.kind != BodyError::Kind::kNone)
    return error;
  if (path.empty()) return {};
  if (const Status status = inputs.Check(name, path); !status.ok()) return WrongShape(Message(status));
  return {};
}

// Lines are checked by the same rules as a transcript file.
BodyError ReadSegments(const Json& object, stores::NewTask& task) {
  const auto it = object.find("segments");
  if (it == object.end()) return WrongShape("segments: is missing");
  if (!it->is_array()) return WrongShape("segments: must be an array");
  if (it->empty()) return WrongShape("segments: must not be empty");
  const Json transcript = {{"segments", *it}};
  auto parsed = text::ParseTranscript(transcript.dump(), text::TranscriptFormat::kJson, "body");
  if (!parsed.ok()) return WrongShape(Message(parsed.status()));
  task.lines = std::move(parsed->lines);
  return {};
}

BodyError ReadLanguage(const Json& object, stores::NewTask& task) {
  if (BodyError error = ReadString(object, "target_language", true, task.target_language);
      error.kind != BodyError::Kind::kNone) {
    return error;
  }
  const auto canonical = text::CanonicalLanguage(task.target_language);
  if (!canonical.ok()) return WrongShape("target_language: " + Message(canonical.status()));
  return {};
}

BodyError ReadOriginalForm(const Json& object, const MediaInputs& inputs, stores::NewTask& task) {
  BodyError error = ReadId(object, "video_id", true, task.id);
  if (error.kind == BodyError::Kind::kNone)
    error = ReadPath(object, "video_path_r2", true, inputs, task.video_path);
  if (error.kind == BodyError::Kind::kNone)
    error = ReadPath(object, "audio_path_r2", true, inputs, task.audio_path);
  task.target_language = "chinese";  // what the product's schema says by default
  return error;
}

}  // namespace

BodyError ParseNewTask(std::string_view body, const MediaInputs& inputs, stores::NewTask& task) {
  Json object;
  if (BodyError error = ParseJsonObject(body, object); error.kind != BodyError::Kind::kNone) return error;
  BodyError error;
  if (object.contains("video_id") && !object.contains("video_path")) {
    error = ReadOriginalForm(object, inputs, task);
  } else {
    error = ReadId(object, "task_id", false, task.id);
    if (error.kind == BodyError::Kind::kNone)
      error = ReadPath(object, "video_path", true, inputs, task.video_path);
    if (error.kind == BodyError::Kind::kNone)
      error = ReadPath(object, "audio_path", false, inputs, task.audio_path);
    if (error.kind == BodyError::Kind::kNone) error = ReadLanguage(object, task);
    if (error.kind == BodyError::Kind::kNone) error = ReadSegments(object, task);
  }
  if (error.kind != BodyError::Kind::kNone) return error;
  if (task.id.empty()) task.id = MakeUuid();
  task.file_name = task.video_path.substr(task.video_path.rfind('/') + 1);
  return {};
}

BodyError ParseTaskId(std::string_view body, std::string& task_id) {
  Json object;
  if (BodyError error = ParseJsonObject(body, object); error.kind != BodyError::Kind::kNone) return error;
  return ReadId(object, "task_id", true, task_id);
}

}  // namespace waveshift::service
