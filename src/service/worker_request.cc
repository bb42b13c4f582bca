// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/worker_request.h"

#include <cmath>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "service/json_object_internal.h"
#include "service/task_state.h"
#include "text/code_points.h"
#include "text/language.h"
#include "text/transcript.h"
#include "tts/wide_speed.h"

namespace waveshift::service {
namespace {

using Json = nlohmann::json;

constexpr size_t kLongestUserId = 128;
constexpr int64_t kLatestMs = int64_t{1000} * 60 * 60 * 100;

BodyError Wrong(const std::string& field, std::string_view why) {
  return {BodyError::Kind::kWrongShape, field + ": " + std::string(why)};
}
bool IsWrong(const BodyError& error) { return error.kind != BodyError::Kind::kNone; }

const Json* Find(const Json& object, const char* name) {
  const auto it = object.find(name);
  return it == object.end() || it->is_null() ? nullptr : &*it;
}

// Missing and null leave `value` as it is.
BodyError ReadText(const Json& object, const char* name, const std::string& field, size_t most_bytes,
                   std::string& value) {
  const Json* const found = Find(object, name);
  if (found == nullptr) return {};
  if (!found->is_string()) return Wrong(field, "must be a string");
  value = found->get<std::string>();
  return value.size() > most_bytes ? Wrong(field, "is too long") : BodyError{};
}

BodyError ReadSwitch(const Json& object, const char* name, bool& value) {
  const Json* const found = Find(object, name);
  if (found == nullptr) return {};
  if (!found->is_boolean()) return Wrong(name, "must be true or false");
  value = found->get<bool>();
  return {};
}

BodyError ReadNumber(const Json& object, const char* name, const std::string& field, double low, double high,
                     double& value) {
  const Json* const found = Find(object, name);
  if (found == nullptr) return {};
  if (!found->is_number()) return Wrong(field, "must be a number");
  value = found->get<double>();
  if (value >= low && value <= high) return {};
  std::string bounds = Json(low).dump() + " to " + Json(high).dump();
  return Wrong(field, "must be from " + bounds);
}

BodyError ReadMs(const Json& object, const char* name, const std::string& field, std::optional<int64_t>& ms) {
  double value = -1;
  BodyError error = ReadNumber(object, name, field, 0, static_cast<double>(kLatestMs), value);
  if (!IsWrong(error) && value >= 0) ms = std::llround(value);
  return error;
}

BodyError ReadSequence(const Json& object, const std::string& field, int64_t& sequence) {
  const Json* const found = Find(object, "sequence");
  if (found == nullptr) return Wrong(field, "is missing");
  const double value = found->is_number() ? found->get<double>() : -1;
  constexpr double kMost = 1e15;
  if (!(value >= 0 && value <= kMost) || value != std::floor(value))
    return Wrong(field, "must be a whole number");
  sequence = static_cast<int64_t>(value);
  return {};
}

BodyError ReadSentence(const Json& item, const std::string& at, int max_characters,
                       WorkerSentence& sentence) {
  if (!item.is_object()) return Wrong(at, "must be an object");
  BodyError error = ReadSequence(item, at + ".sequence", sentence.sequence);
  if (IsWrong(error)) return error;
  if (Find(item, "text") == nullptr) return Wrong(at + ".text", "is missing");
  error =
      ReadText(item, "text", at + ".text", size_t{4} * static_cast<size_t>(max_characters), sentence.text);
  if (!IsWrong(error) && text::ToCodePoints(sentence.text).size() > static_cast<size_t>(max_characters))
    error = Wrong(at + ".text", "has more than " + std::to_string(max_characters) + " characters");
  if (!IsWrong(error))
    error =
        ReadText(item, "audioSample", at + ".audioSample", text::kMaxAudioKeyBytes, sentence.audio_sample);
  if (!IsWrong(error))
    error = ReadText(item, "speaker", at + ".speaker", text::kMaxSpeakerBytes, sentence.speaker);
  if (!IsWrong(error)) error = ReadMs(item, "startMs", at + ".startMs", sentence.start_ms);
  if (!IsWrong(error)) error = ReadMs(item, "endMs", at + ".endMs", sentence.end_ms);
  return error;
}

// Times count only where they are used: the product writes start 0 when it does not know one.
BodyError CheckTimes(const WorkerRequest& request) {
  if (!request.fit_slots && !request.move_starts) return {};
  for (size_t i = 0; i < request.sentences.size(); ++i) {
    const WorkerSentence& sentence = request.sentences[i];
    const std::string at = "sentences[" + std::to_string(i) + "]";
    const std::string why = request.fit_slots ? "enable_duration_align" : "enable_timestamp_adjust";
    if (!sentence.start_ms) return Wrong(at + ".startMs", "is missing; " + why + " needs it");
    if (!request.fit_slots) continue;
    if (!sentence.end_ms) return Wrong(at + ".endMs", "is missing; " + why + " needs it");
    if (*sentence.end_ms <= *sentence.start_ms) return Wrong(at + ".endMs", "must be greater than startMs");
  }
  return {};
}

BodyError ReadSettings(const Json& object, WorkerRequest& request) {
  const Json* const settings = Find(object, "settings");
  if (settings == nullptr) return {};
  if (!settings->is_object()) return Wrong("settings", "must be an object");
  BodyError error =
      ReadNumber(*settings, "speed", "settings.speed", tts::kSlowestSpeed, tts::kFastestSpeed, request.speed);
  if (IsWrong(error)) return error;
  error = ReadNumber(*settings, "pitch", "settings.pitch", 0, kHighestPitch, request.pitch);
  if (IsWrong(error)) return error;
  if (request.pitch == 0) request.pitch = 1;  // nothing is asked for
  if (request.pitch < kLowestPitch) return Wrong("settings.pitch", "must be from 0.5 to 2, or 0 for none");
  std::string language;
  error = ReadText(*settings, "language", "settings.language", 100, language);
  if (IsWrong(error) || language.empty()) return error;
  auto canonical = text::CanonicalLanguage(language);
  if (!canonical.ok()) return Wrong("settings.language", Message(canonical.status()));
  request.language = *std::move(canonical);
  return {};
}

BodyError ReadSteps(const Json& object, WorkerRequest& request) {
  const Json* const mode = Find(object, "mode");
  if (mode == nullptr) return Wrong("mode", "is missing");
  if (*mode != "simple" && *mode != "full") return Wrong("mode", "must be simple or full");
  BodyError error = ReadSwitch(object, "enable_duration_align", request.fit_slots);
  if (!IsWrong(error)) error = ReadSwitch(object, "enable_timestamp_adjust", request.move_starts);
  for (const char* name : {"enable_media_mix", "enable_hls"}) {
    bool wanted = false;
    if (!IsWrong(error)) error = ReadSwitch(object, name, wanted);
    if (!IsWrong(error) && wanted)
      error = Wrong(name, "is not done sentence by sentence; POST /api/start_tts dubs the whole video");
  }
  for (const char* name : {"video_path", "audio_path"}) {
    std::string path;
    if (!IsWrong(error)) error = ReadText(object, name, name, text::kMaxAudioKeyBytes, path);
    if (!path.empty())
      request.notices.push_back(std::string(name) + ": speech needs no media, it is not used");
  }
  return error;
}

BodyError ReadSentences(const Json& object, int max_characters, WorkerRequest& request) {
  const Json* const list = Find(object, "sentences");
  if (list == nullptr) return Wrong("sentences", "is missing");
  if (!list->is_array()) return Wrong("sentences", "must be an array");
  if (list->size() > kMostWorkerSentences)
    return Wrong("sentences", "has more than " + std::to_string(kMostWorkerSentences) + " items");
  for (const Json& item : *list) {
    const std::string at = "sentences[" + std::to_string(request.sentences.size()) + "]";
    BodyError error = ReadSentence(item, at, max_characters, request.sentences.emplace_back());
    if (IsWrong(error)) return error;
  }
  return {};
}

BodyError ReadPlace(const Json& object, const char* name, const MediaInputs& inputs, std::string& place) {
  BodyError error = ReadText(object, name, name, text::kMaxAudioKeyBytes, place);
  if (IsWrong(error) || place.empty()) return error;
  const Status allowed = inputs.Check(name, place);
  return allowed.ok() ? BodyError{} : BodyError{BodyError::Kind::kWrongShape, Message(allowed)};
}

}  // namespace

BodyError ParseWorkerInit(std::string_view body, const MediaInputs& inputs, WorkerInit& init) {
  Json object;
  BodyError error = ParseJsonObject(body, object);
  if (IsWrong(error)) return error;
  error = ReadText(object, "user_id", "user_id", kLongestUserId, init.user_id);
  if (IsWrong(error)) return error;
  if (init.user_id.empty()) return Wrong("user_id", "is missing");
  // It becomes a part of object keys.
  if (!IsSafeRelativePath(init.user_id) || init.user_id.find('/') != std::string::npos)
    return Wrong("user_id", "must be one part of an object key");
  error = ReadPlace(object, "audio_url", inputs, init.audio_url);
  if (!IsWrong(error)) error = ReadPlace(object, "video_url", inputs, init.video_url);
  if (!IsWrong(error)) error = ReadSwitch(object, "enable_audio_separation", init.wants_separation);
  const Json* const options = Find(object, "processing_options");
  if (!IsWrong(error) && options != nullptr && !options->is_object())
    error = Wrong("processing_options", "must be an object");
  return error;
}

BodyError ParseWorkerRequest(std::string_view body, int max_characters, WorkerRequest& request) {
  Json object;
  BodyError error = ParseJsonObject(body, object);
  if (!IsWrong(error)) error = ReadSteps(object, request);
  if (!IsWrong(error)) error = ReadSettings(object, request);
  if (!IsWrong(error)) error = ReadSentences(object, max_characters, request);
  if (!IsWrong(error)) error = CheckTimes(request);
  if (!IsWrong(error)) error = ReadText(object, "task_id", "task_id", 128, request.task_id);
  if (!IsWrong(error) && !request.task_id.empty() && !IsValidTaskId(request.task_id))
    error = Wrong("task_id", "1 to 128 letters, digits, '.', '_' or '-' are allowed");
  return error;
}

}  // namespace waveshift::service
