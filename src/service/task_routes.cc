// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Creating, starting, watching and cancelling tasks.
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <utility>

#include "service/deadline.h"
#include "service/new_task.h"
#include "service/service_internal.h"
#include "text/language.h"

namespace waveshift::service {
namespace {

constexpr std::chrono::milliseconds kCancelPatience{2000};
constexpr std::chrono::milliseconds kEventWait{1000};
constexpr std::chrono::seconds kStorePoll{2};
constexpr std::chrono::seconds kStoreShare{1};  // all streams together ask once in it
constexpr std::chrono::seconds kKeepAlive{15};
constexpr int kMaxPage = 1000;
constexpr size_t kDebugTextCharacters = 50;

// Bytes of a UTF-8 text up to `characters` code points.
std::string FirstCharacters(const std::string& text, size_t characters) {
  size_t end = 0;
  for (; end < text.size(); ++end) {
    const bool begins = (static_cast<unsigned char>(text[end]) & 0xc0) != 0x80;
    if (begins && characters-- == 0) break;
  }
  return text.substr(0, end);
}

bool HasEnded(const TaskState& state) {
  const std::string& status = state.task.status;
  if (state.active || status == stores::kStatusProcessing) return false;
  // Failures may have another word, but always a reason; states before the job (created, uploaded, ...) have
  // none.
  return status == stores::kStatusCompleted || status == stores::kStatusCancelled ||
         !state.task.error_message.empty();
}

// A whole number of the query in [low, high]; false when it is none.
bool ReadNumber(const std::map<std::string, std::string>& query, const char* name, int low, int high,
                int& value) {
  const auto it = query.find(name);
  if (it == query.end()) return true;
  const char* end = it->second.data() + it->second.size();
  const auto [stop, error] = std::from_chars(it->second.data(), end, value);
  return error == std::errc() && stop == end && value >= low && value <= high;
}

Json TimeOrNull(int64_t ms) { return ms > 0 ? Json(ms) : Json(nullptr); }

}  // namespace

Json StatusObject(const TaskState& state, const std::optional<std::string>& playlist_url) {
  const pipeline::Progress& progress = state.progress;
  Json json;
  json["task_id"] = state.task.id;
  json["status"] = state.task.status;
  json["hls_playlist_url"] = playlist_url ? Json(*playlist_url) : Json(nullptr);
  json["error_message"] = state.task.error_message.empty() ? Json(nullptr) : Json(state.task.error_message);
  json["progress"] = {
      {"stage", progress.stage},
      {"percent", std::round(progress.percent * 10) / 10},
      {"lines_done", progress.lines_done},
      {"lines_total", progress.lines_total},
      {"eta_s", progress.eta_s >= 0 ? Json(std::round(progress.eta_s * 10) / 10) : Json(nullptr)}};
  json["target_language"] = state.task.target_language;
  json["created_at_ms"] = TimeOrNull(state.task.created_at_ms);
  json["started_at_ms"] = TimeOrNull(state.task.started_at_ms);
  json["completed_at_ms"] = TimeOrNull(state.task.completed_at_ms);
  return json;
}

StatusOr<std::string> Service::StatusJson(const std::string& id, TaskState* state, bool* has_playlist) {
  WS_ASSIGN_OR_RETURN(*state, deps_.manager->Get(id));
  const std::string key = pipeline::LayoutForTask(id).hls_prefix + "playlist.m3u8";
  std::optional<std::string> url;
  *has_playlist = *has_playlist || deps_.objects->Head(key).ok();
  if (*has_playlist) {
    const std::string& base = options_.public_base_url;
    url = (base.empty() ? "/media/" : base.back() == '/' ? base : base + "/") + EncodePath(key);
  }
  return Dump(StatusObject(*state, url));
}

// The body of a route that wants JSON. `refusal` says what to answer when it cannot be had.
StatusOr<std::string> Service::ReadJsonBody(Call& call, Response& refusal) {
  std::string type = call.request.Header("content-type");
  type = type.substr(0, type.find(';'));
  std::transform(type.begin(), type.end(), type.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; });
  while (!type.empty() && type.back() == ' ') type.pop_back();
  if (!call.request.has_body) {
    refusal = call.Error(400, "bad_request", "a JSON body is needed");
    return InvalidArgument("no body");
  }
  if (type != "application/json") {
    refusal = call.Error(415, "unsupported_media_type", "Content-Type must be application/json");
    return InvalidArgument("content type");
  }
  return ReadBody(call, refusal);
}

// The whole body, of any type.
StatusOr<std::string> Service::ReadBody(Call& call, Response& refusal) {
  std::string body;
  const auto limit = static_cast<size_t>(call.body_limit);
  const Status status = (*call.body)([&](std::string_view piece) {
    if (body.size() + piece.size() > limit) {
      return OutOfRange("the body is larger than " + std::to_string(limit) + " bytes");
    }
    body.append(piece);
    return OkStatus();
  });
  if (!status.ok()) {
    refusal = call.Error(status);
    return status;
  }
  return body;
}

Response Service::StartTts(Call& call) {
  Response refusal;
  const auto body = ReadJsonBody(call, refusal);
  if (!body.ok()) return refusal;
  std::string id;
  const BodyError error = ParseTaskId(*body, id);
  if (error.kind == BodyError::Kind::kNotJson) return call.Error(400, "bad_request", error.detail);
  if (error.kind == BodyError::Kind::kWrongShape) return call.Error(422, "invalid_field", error.detail);
  if (options_.run_within_request) return RunWithinRequest(call, id);
  auto state = deps_.manager->Start(id);
  if (!state.ok()) return call.Error(state.status());
  const std::string& status = state->task.status;
  std::string message = "dubbing is under way";
  if (status == stores::kStatusCompleted) {
    message = "the dub is finished";
  } else if (status != stores::kStatusProcessing) {
    message = state->task.error_message;
  }
  return JsonResponse(200, Json{{"status", status}, {"task_id", id}, {"message", message}});
}

Response Service::CreateTask(Call& call) {
  Response refusal;
  const auto body = ReadJsonBody(call, refusal);
  if (!body.ok()) return refusal;
  stores::NewTask task;
  const BodyError error = ParseNewTask(*body, deps_.manager->inputs(), task);
  if (error.kind == BodyError::Kind::kNotJson) return call.Error(400, "bad_request", error.detail);
  if (error.kind == BodyError::Kind::kWrongShape) return call.Error(422, "invalid_field", error.detail);
  if (const Status status = deps_.tasks->Create(task); !status.ok()) return call.Error(status);
  return JsonResponse(201, Json{{"task_id", task.id}, {"status", "created"}, {"message", "task created"}});
}

Response Service::ListTasks(Call& call) {
  int limit = 100;
  int offset = 0;
  if (!ReadNumber(call.target.query, "limit", 1, kMaxPage, limit)) {
    return call.Error(422, "invalid_field",
                      "limit: must be a whole number from 1 to " + std::to_string(kMaxPage));
  }
  if (!ReadNumber(call.target.query, "offset", 0, 1 << 30, offset)) {
    return call.Error(422, "invalid_field", "offset: must be a whole number, 0 or more");
  }
  const auto states = deps_.manager->List(limit, offset);
  if (!states.ok()) return call.Error(states.status());
  Json tasks = Json::array();
  for (const TaskState& state : *states) {
    Json task = StatusObject(state, std::nullopt);
    task.erase("hls_playlist_url");  // one look into the object store per task would be needed
    tasks.push_back(std::move(task));
  }
  return JsonResponse(200, Json{{"tasks", std::move(tasks)}, {"limit", limit}, {"offset", offset}});
}

Response Service::TaskStatus(Call& call) {
  TaskState state;
  bool has_playlist = false;
  auto json = StatusJson(call.argument, &state, &has_playlist);
  if (!json.ok()) return call.Error(json.status());
  Response response = JsonResponse(200, nullptr);
  response.body = *json + "\n";
  return response;
}

// Each change of the status as an event "status"; ends after the task has. A task that another process runs
// is looked up now and then: the stores' budget is for jobs, and all streams share a small part of it.
Response Service::TaskEvents(Call& call) {
  TaskState state;
  bool has_playlist = false;
  const auto first = StatusJson(call.argument, &state, &has_playlist);
  if (!first.ok()) return call.Error(first.status());
  // Every stream holds a thread of the server; enough must be left for short requests.
  auto slots = event_streams_;
  if (slots->fetch_add(1) >= options_.max_event_streams) {
    slots->fetch_sub(1);
    return call.Error(429, "too_many", "too many event streams are open; ask for the status instead");
  }
  const std::shared_ptr<void> slot(nullptr, [slots](void*) { slots->fetch_sub(1); });
  struct Stream {
    std::string last;
    uint64_t seen = 0;
    bool was_active = false;
    bool has_playlist = false;
    std::chrono::steady_clock::time_point last_poll, last_text;
  };
  auto stream = std::make_shared<Stream>();
  stream->has_playlist = has_playlist;
  Response response;
  response.SetHeader("Content-Type", "text/event-stream");
  response.SetHeader("Cache-Control", "no-cache");
  response.SetHeader("X-Accel-Buffering", "no");
  response.events = [this, id = call.argument, slot, stream]() -> EventChunk {
    const auto now = std::chrono::steady_clock::now();
    const bool is_first = stream->last.empty();
    const uint64_t version = is_first ? 0 : deps_.manager->WaitForChange(stream->seen, kEventWait);
    // A change may be of any task here.
    const bool may_be_ours = stream->was_active || deps_.manager->IsActive(id);
    const auto pause = std::max<std::chrono::seconds>(kStorePoll, kStoreShare * event_streams_->load());
    const bool news =
        is_first || (version != stream->seen && may_be_ours) || now - stream->last_poll >= pause;
    stream->seen = version;
    std::string text;
    bool ended = deps_.manager->IsShutDown();
    if (news) {
      stream->last_poll = now;
      TaskState at;
      const auto json = StatusJson(id, &at, &stream->has_playlist);
      if (!json.ok()) {
        return {"event: error\ndata: " + Dump(Json{{"detail", Message(json.status())}}) + "\n\n", true};
      }
      if (*json != stream->last) text = "event: status\ndata: " + *json + "\n\n";
      stream->last = *json;
      stream->was_active = at.active;
      ended = ended || HasEnded(at);
    }
    if (text.empty() && now - stream->last_text >= kKeepAlive) text = ": still here\n\n";
    if (!text.empty()) stream->last_text = now;
    return {std::move(text), ended};
  };
  return response;
}

Response Service::TaskReport(Call& call) {
  const auto state = deps_.manager->Get(call.argument);
  if (!state.ok()) return call.Error(state.status());
  const std::string key = pipeline::LayoutForTask(call.argument).report_prefix + "report.json";
  const auto info = deps_.objects->Head(key);
  if (info.status().code() == StatusCode::kNotFound) {
    return call.Error(404, "not_found", "task " + call.argument + " has no report yet");
  }
  return ServeObject(call, key);
}

Response Service::CancelTask(Call& call) {
  const auto state = deps_.manager->Cancel(call.argument, kCancelPatience);
  if (!state.ok()) return call.Error(state.status());
  const bool done = state->task.status != stores::kStatusProcessing;
  return JsonResponse(done ? 200 : 202, Json{{"task_id", call.argument},
                                             {"status", state->task.status},
                                             {"message", done ? "cancelled" : "the job is being stopped"}});
}

Response Service::DebugTask(Call& call) {
  const auto state = deps_.manager->Get(call.argument);
  if (!state.ok()) return call.Error(state.status());
  const Deadline deadline(std::chrono::steady_clock::now() + options_.transcript_patience);
  const auto tasks = deps_.tasks->With({.stop = deadline.token(), .before_write = {}});
  const auto lines = tasks->ReadTranscript(call.argument);
  if (!lines.ok())
    return call.Error(deadline.Explain(lines.status(), "the task store gave no transcript in time"));
  const auto text_or_null = [](const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); };
  Json json;
  json["task_id"] = call.argument;
  json["segments_count"] = lines->size();
  json["media_paths"] = {{"audio_path", text_or_null(state->task.audio_path)},
                         {"video_path", text_or_null(state->task.video_path)}};
  json["first_segment"] = nullptr;
  if (!lines->empty()) {
    const text::TranscriptLine& line = lines->front();
    json["first_segment"] = {{"sequence", line.sequence},
                             {"speaker", line.speaker},
                             {"start_ms", line.start_ms},
                             {"end_ms", line.end_ms},
                             {"original_text", FirstCharacters(line.original, kDebugTextCharacters)},
                             {"translated_text", FirstCharacters(line.translation, kDebugTextCharacters)}};
  }
  return JsonResponse(200, json);
}

}  // namespace waveshift::service
