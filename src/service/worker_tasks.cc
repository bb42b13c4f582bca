// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/worker_tasks.h"

#include <chrono>
#include <cmath>
#include <utility>

#include <nlohmann/json.hpp>

namespace waveshift::service {
namespace {

using Json = nlohmann::json;

constexpr int64_t kMaxBytes = 4 << 20;
constexpr int kMostTries = 8;

std::string Prefix(const std::string& id) { return "journal/" + id + "/worker/"; }
std::string TaskKey(const std::string& id) { return Prefix(id) + "task.json"; }
std::string VoicesKey(const std::string& id) { return Prefix(id) + "voices.json"; }

std::string Dump(const Json& json) { return json.dump(1, ' ', false, Json::error_handler_t::replace); }

std::string TextOf(const Json& object, const char* name) {
  const auto it = object.find(name);
  return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

double NumberOf(const Json& object, const char* name, double otherwise) {
  const auto it = object.find(name);
  if (it == object.end() || !it->is_number()) return otherwise;
  const double value = it->get<double>();
  return std::isfinite(value) && std::abs(value) < 1e15 ? value : otherwise;
}

Json VoiceJson(const tts::VoiceSpec& voice) {
  return {{"engine", voice.engine},
          {"name", voice.name},
          {"pitch_hz", voice.pitch_hz},
          {"pitch_range", voice.pitch_range},
          {"natural_rate", voice.natural_rate}};
}

tts::VoiceSpec VoiceFrom(const Json& json) {
  tts::VoiceSpec voice;
  voice.engine = TextOf(json, "engine");
  voice.name = TextOf(json, "name");
  voice.pitch_hz = NumberOf(json, "pitch_hz", 0);
  voice.pitch_range = NumberOf(json, "pitch_range", 1);
  voice.natural_rate = NumberOf(json, "natural_rate", 1);
  return voice;
}

std::string SpeakersText(const KnownSpeakers& speakers) {
  Json list = Json::array();
  for (const auto& [name, speaker] : speakers) {
    Json voices = Json::object();
    for (const auto& [where, voice] : speaker.voices) voices[where] = VoiceJson(voice);
    Json entry = {{"speaker", name}, {"sample", speaker.sample}, {"voices", std::move(voices)}};
    if (speaker.is_heard) {
      entry["median_pitch_hz"] = speaker.profile.median_pitch_hz;
      entry["pitch_spread_semitones"] = speaker.profile.pitch_spread_semitones;
      entry["measured_seconds"] = speaker.profile.measured_seconds;
    }
    list.push_back(std::move(entry));
  }
  return Dump({{"schema", 1}, {"speakers", std::move(list)}});
}

KnownSpeaker SpeakerFrom(const Json& json) {
  KnownSpeaker speaker;
  speaker.sample = TextOf(json, "sample");
  speaker.is_heard = json.contains("median_pitch_hz");
  speaker.profile.median_pitch_hz = NumberOf(json, "median_pitch_hz", 0);
  speaker.profile.pitch_spread_semitones = NumberOf(json, "pitch_spread_semitones", 0);
  speaker.profile.measured_seconds = NumberOf(json, "measured_seconds", 0);
  const auto voices = json.find("voices");
  if (voices == json.end() || !voices->is_object()) return speaker;
  for (const auto& [where, voice] : voices->items()) {
    if (voice.is_object()) speaker.voices[where] = VoiceFrom(voice);
  }
  return speaker;
}

StatusOr<KnownSpeakers> SpeakersFrom(const std::string& text, const std::string& key) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("speakers") || !json["speakers"].is_array())
    return DataLoss(key + ": damaged; delete it");
  KnownSpeakers speakers;
  for (const Json& entry : json["speakers"]) {
    if (entry.is_object()) speakers[TextOf(entry, "speaker")] = SpeakerFrom(entry);
  }
  return speakers;
}

Status Unknown(const std::string& id) { return NotFound("task " + id + " is not initialised"); }

}  // namespace

std::string WorkerTasks::LinesPrefix(const std::string& id) { return Prefix(id) + "lines/"; }

StatusOr<WorkerTask> WorkerTasks::Find(const std::string& id) {
  const auto text = objects_.Get(TaskKey(id), kMaxBytes);
  if (text.status().code() == StatusCode::kNotFound) return Unknown(id);
  if (!text.ok()) return Annotate(text.status(), "task " + id);
  const Json json = Json::parse(*text, nullptr, false);
  if (!json.is_object() || TextOf(json, "user_id").empty()) return DataLoss(TaskKey(id) + ": damaged");
  WorkerTask task{.id = id};
  task.user_id = TextOf(json, "user_id");
  task.audio_url = TextOf(json, "audio_url");
  task.video_url = TextOf(json, "video_url");
  task.created_ms = static_cast<int64_t>(NumberOf(json, "created_ms", 0));
  return task;
}

StatusOr<WorkerTask> WorkerTasks::Register(const WorkerTask& wanted) {
  const auto present = Find(wanted.id);
  const StatusCode code = present.status().code();
  // What is damaged is written anew.
  if (!present.ok() && code != StatusCode::kNotFound && code != StatusCode::kDataLoss)
    return present.status();
  if (present.ok() && present->user_id == wanted.user_id && present->audio_url == wanted.audio_url &&
      present->video_url == wanted.video_url) {
    return present;
  }
  WorkerTask task = wanted;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  task.created_ms =
      present.ok() ? present->created_ms : std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  const Json json = {{"schema", 1},
                     {"user_id", task.user_id},
                     {"audio_url", task.audio_url},
                     {"video_url", task.video_url},
                     {"created_ms", task.created_ms}};
  const auto put = objects_.Put(TaskKey(task.id), Dump(json), {});
  if (!put.ok()) return Annotate(put.status(), "task " + task.id);
  return task;
}

Status WorkerTasks::CheckRegistered(const std::string& id) {
  const Status there = objects_.Head(TaskKey(id)).status();
  return there.code() == StatusCode::kNotFound ? Unknown(id) : Annotate(there, "task " + id);
}

Status WorkerTasks::Forget(const std::string& id) {
  WS_RETURN_IF_ERROR(CheckRegistered(id));
  return Annotate(objects_.Delete(TaskKey(id)), "task " + id);
}

StatusOr<KnownSpeakers> WorkerTasks::Speakers(const std::string& id) {
  const auto text = objects_.Get(VoicesKey(id), kMaxBytes);
  if (text.status().code() == StatusCode::kNotFound) return KnownSpeakers();
  if (!text.ok()) return Annotate(text.status(), "task " + id);
  return SpeakersFrom(*text, VoicesKey(id));
}

StatusOr<KnownSpeakers> WorkerTasks::ChangeSpeakers(const std::string& id,
                                                    const std::function<bool(KnownSpeakers&)>& change) {
  const std::string key = VoicesKey(id);
  for (int i = 0; i < kMostTries; ++i) {
    // The tag first: when the object changes before it is read, the write is refused.
    const auto head = objects_.Head(key);
    if (!head.ok() && head.status().code() != StatusCode::kNotFound)
      return Annotate(head.status(), "task " + id);
    WS_ASSIGN_OR_RETURN(KnownSpeakers speakers, Speakers(id));
    if (!change(speakers) || speakers.size() > kMostSpeakers) return speakers;
    stores::PutOptions put{.content_type = "application/json"};
    if (head.ok()) put.only_if_etag = head->etag;
    put.only_if_absent = !head.ok();
    const Status written = objects_.Put(key, SpeakersText(speakers), put).status();
    if (written.ok()) return speakers;
    if (written.code() != StatusCode::kAlreadyExists) return Annotate(written, "task " + id);
  }
  return Unavailable("task " + id + ": too many write its voices at once");
}

}  // namespace waveshift::service
