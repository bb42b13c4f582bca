// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The routes that the later product's tts-worker calls. Their fields are the product's; the worker sends no
// more than a Content-Type and sends everything again after 429 and 5xx.
#include <ctime>
#include <utility>

#include "base/version.h"
#include "service/service_internal.h"
#include "service/task_state.h"
#include "service/worker.h"

namespace waveshift::service {
namespace {

// What callers that look at a version know; ours is beside it.
constexpr char kInterfaceVersion[] = "4.0.0";

Json TextOrNull(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

std::string UtcOf(int64_t ms) {
  const std::time_t seconds = static_cast<std::time_t>(ms / 1000);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

Json ResultJson(const SentenceResult& result, const WorkerSentence& sentence) {
  const bool is_spoken = result.error.empty();
  Json json = {{"sequence", result.sequence},       {"audioKey", TextOrNull(result.audio)},
               {"durationMs", result.duration_ms},  {"success", is_spoken},
               {"error", TextOrNull(result.error)}, {"speaker", sentence.speaker}};
  if (is_spoken) {
    json["engine"] = result.engine;
    json["voice"] = result.voice;
    json["speed"] = result.speed;
  }
  if (result.start_ms) {
    json["startMs"] = *result.start_ms;
    json["endMs"] = *result.start_ms + result.duration_ms;
  }
  json["warnings"] = result.warnings;
  return json;
}

Json StagesOf(const WorkerRequest& request) {
  Json stages = Json::array();
  if (request.sentences.empty()) return stages;
  stages.push_back("synthesis");
  if (request.fit_slots) stages.push_back("duration_align");
  if (request.move_starts) stages.push_back("timestamp_adjust");
  return stages;
}

Json AnswerJson(const WorkerRequest& request, const std::vector<SentenceResult>& sentences) {
  Json results = Json::array();
  size_t failed = 0;
  std::string first_error;
  for (size_t i = 0; i < sentences.size(); ++i) {
    results.push_back(ResultJson(sentences[i], request.sentences[i]));
    if (sentences[i].error.empty()) continue;
    if (failed++ == 0) first_error = sentences[i].error;
  }
  const bool all_failed = failed > 0 && failed == sentences.size();
  return {{"success", !all_failed},
          {"results", std::move(results)},
          {"error", all_failed ? Json("no sentence could be spoken: " + first_error) : Json(nullptr)},
          {"processing_stages", StagesOf(request)},
          {"output_url", nullptr},
          {"task_id", TextOrNull(request.task_id)},
          {"notices", request.notices}};
}

}  // namespace

// Asking again helps where it does: the caller repeats 5xx, and a repeated request finds what is finished.
Response Service::WorkerError(Call& call, const Status& status) {
  if (status.code() == StatusCode::kCancelled)
    return call.Error(503, "not_ready", "the server is shutting down");
  if (status.code() == StatusCode::kDeadlineExceeded) return call.Error(503, "not_ready", Message(status));
  if (status.code() == StatusCode::kInvalidArgument)
    return call.Error(422, "invalid_field", "settings.language: " + Message(status));
  return call.Error(status);
}

// Status 200 when the route can go on.
Response Service::CheckWorkerCall(Call& call, bool has_id) {
  if (deps_.worker == nullptr) return call.Error(404, "not_found", "these routes are not served here");
  if (has_id && !IsValidTaskId(call.argument))
    return call.Error(422, "invalid_field", "task_id: 1 to 128 letters, digits, '.', '_' or '-' are allowed");
  return {};
}

Response Service::InitializeWorkerTask(Call& call) {
  Response refusal = CheckWorkerCall(call, true);
  if (refusal.status != 200) return refusal;
  const auto body = ReadJsonBody(call, refusal);
  if (!body.ok()) return refusal;
  WorkerInit init;
  const BodyError error = ParseWorkerInit(*body, deps_.manager->inputs(), init);
  if (error.kind == BodyError::Kind::kNotJson) return call.Error(400, "bad_request", error.detail);
  if (error.kind == BodyError::Kind::kWrongShape) return call.Error(422, "invalid_field", error.detail);
  const auto state = deps_.worker->Initialize(call.argument, init);
  if (!state.ok()) return call.Error(state.status());
  return JsonResponse(
      200, Json{{"success", true},
                {"message", "the task is registered; recordings are read when sentences need them"},
                {"task_id", call.argument},
                {"local_audio_path", TextOrNull(state->audio_key)},
                {"local_video_path", TextOrNull(state->video_key)},
                {"has_separated_audio", false},
                {"error", nullptr}});
}

Response Service::SynthesizeForTask(Call& call) { return AnswerSynthesize(call, true); }
Response Service::SynthesizeSentences(Call& call) { return AnswerSynthesize(call, false); }

Response Service::AnswerSynthesize(Call& call, bool has_id) {
  Response refusal = CheckWorkerCall(call, has_id);
  if (refusal.status != 200) return refusal;
  const auto body = ReadJsonBody(call, refusal);
  if (!body.ok()) return refusal;
  WorkerRequest request;
  const BodyError error = ParseWorkerRequest(*body, deps_.worker->options().max_characters, request);
  if (error.kind == BodyError::Kind::kNotJson) return call.Error(400, "bad_request", error.detail);
  if (error.kind == BodyError::Kind::kWrongShape) return call.Error(422, "invalid_field", error.detail);
  if (has_id && !request.task_id.empty() && request.task_id != call.argument)
    return call.Error(422, "invalid_field", "task_id: is another one than that of the address");
  if (has_id) request.task_id = call.argument;
  const auto results = deps_.worker->Synthesize(request);
  if (!results.ok()) return WorkerError(call, results.status());
  return JsonResponse(200, AnswerJson(request, *results));
}

Response Service::ForgetWorkerTask(Call& call) {
  if (Response refusal = CheckWorkerCall(call, true); refusal.status != 200) return refusal;
  const Status forgotten = deps_.worker->Forget(call.argument);
  if (forgotten.ok())
    return JsonResponse(200, Json{{"success", true}, {"message", "the task is forgotten; its sounds stay"}});
  Response response = call.Error(forgotten);
  Json json = Json::parse(response.body, nullptr, false);
  json["success"] = false;
  json["error"] = Message(forgotten);
  response.body = Dump(json) + "\n";
  return response;
}

Response Service::WorkerTaskStatus(Call& call) {
  if (Response refusal = CheckWorkerCall(call, true); refusal.status != 200) return refusal;
  const auto state = deps_.worker->Find(call.argument);
  if (!state.ok()) return call.Error(state.status());
  return JsonResponse(200, Json{{"task_id", state->task.id},
                                {"user_id", state->task.user_id},
                                {"initialized", true},
                                {"created_at", UtcOf(state->task.created_ms)},
                                {"has_local_audio", !state->audio_key.empty()},
                                {"has_local_video", !state->video_key.empty()},
                                {"has_separated_audio", false},
                                {"error", nullptr},
                                {"created_at_ms", state->task.created_ms}});
}

Response Service::WorkerHealth(Call& call) {
  if (Response refusal = CheckWorkerCall(call, false); refusal.status != 200) return refusal;
  Json loaded = Json::array();
  if (was_ready_) loaded = {"synthesis", "duration_align", "timestamp_adjust"};
  return JsonResponse(200, Json{{"status", "healthy"},
                                {"service", "waveshift"},
                                {"version", kInterfaceVersion},
                                {"mode", "dual"},
                                {"batch_size", deps_.worker->options().batch_size},
                                {"loaded_services", std::move(loaded)},
                                {"engine_version", Version()}});
}

}  // namespace waveshift::service
