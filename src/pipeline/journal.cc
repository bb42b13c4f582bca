// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/journal.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "audio/wav.h"

namespace waveshift::pipeline {
namespace {

using nlohmann::json;

constexpr int kStateSchema = 2;
constexpr int kMostCopies = 1000000;
constexpr int64_t kMostSegments = 1000000;  // 69 days
constexpr int64_t kMaxStateBytes = 1 << 20;
constexpr int64_t kMaxTakeBytes = 256 << 20;
constexpr size_t kMostRecentBytes = size_t{16} << 20;
constexpr std::string_view kWavEnding = ".wav";
constexpr std::string_view kNoteEnding = ".json";

// nlohmann throws on lone surrogates and the like; the journal would rather replace them.
std::string Dump(const json& value) { return value.dump(1, ' ', false, json::error_handler_t::replace); }

// Copies of segments as runs [how many, which copy], so that the state stays small in long videos.
json WriteCopies(const std::map<std::string, RenditionCopies>& copies) {
  json out = json::object();
  for (const auto& [folder, of_rendition] : copies) {
    json runs = json::array();
    for (const int copy : of_rendition.segments) {
      if (!runs.empty() && runs.back()[1] == copy) {
        runs.back()[0] = runs.back()[0].get<int64_t>() + 1;
      } else {
        runs.push_back({1, copy});
      }
    }
    out[folder] = {{"init", of_rendition.init}, {"segments", std::move(runs)}};
  }
  return out;
}

bool IsCount(const json& value, int64_t most) {
  return value.is_number_unsigned() && value.get<uint64_t>() >= 1 &&
         value.get<uint64_t>() <= static_cast<uint64_t>(most);
}

// False when it is rubbish.
bool ReadCopies(const json& value, JournalState& state) {
  if (!value.is_object()) return false;
  for (const auto& [folder, of_rendition] : value.items()) {
    if (!of_rendition.is_object()) return false;
    const json init = of_rendition.value("init", json());
    const json runs = of_rendition.value("segments", json());
    if (!IsCount(init, kMostCopies) || !runs.is_array()) return false;
    RenditionCopies& copies = state.copies[folder];
    copies.init = init.get<int>();
    for (const json& run : runs) {
      const auto left = state.published_segments - static_cast<int64_t>(copies.segments.size());
      if (!run.is_array() || run.size() != 2 || !IsCount(run[0], left) || !IsCount(run[1], kMostCopies))
        return false;
      copies.segments.insert(copies.segments.end(), run[0].get<size_t>(), run[1].get<int>());
    }
  }
  return true;
}

}  // namespace

Journal::Journal(stores::ObjectStore& store, std::string prefix)
    : store_(store), prefix_(std::move(prefix)) {}

std::string Journal::WavKey(const std::string& key) const {
  return prefix_ + "lines/" + key + std::string(kWavEnding);
}
std::string Journal::MetaKey(const std::string& key) const { return prefix_ + "lines/" + key + ".json"; }

std::string Journal::NoteKey(const std::string& name) const {
  return prefix_ + "notes/" + name + std::string(kNoteEnding);
}

StatusOr<std::optional<JournalState>> Journal::LoadState() {
  const auto bytes = store_.Get(prefix_ + "state.json", kMaxStateBytes);
  if (IsRetryable(bytes.status()) || bytes.status().code() == StatusCode::kPermissionDenied)
    return bytes.status();
  if (!bytes.ok()) return std::nullopt;
  const json value = json::parse(*bytes, nullptr, /*allow_exceptions=*/false);
  if (!value.is_object() || value.value("schema", json()) != kStateSchema) return std::nullopt;
  const json fingerprint = value.value("fingerprint", json());
  const json published = value.value("published_segments", json());
  const json complete = value.value("complete", json());
  if (!fingerprint.is_string() || !published.is_number_unsigned() ||
      published.get<uint64_t>() > static_cast<uint64_t>(kMostSegments) || !complete.is_boolean())
    return std::nullopt;
  JournalState state{fingerprint.get<std::string>(), published.get<int64_t>(), complete.get<bool>()};
  if (!ReadCopies(value.value("copies", json()), state)) return std::nullopt;
  return state;
}

Status Journal::SaveState(const JournalState& state) {
  const json value = {{"schema", kStateSchema},
                      {"fingerprint", state.fingerprint},
                      {"published_segments", state.published_segments},
                      {"complete", state.complete},
                      {"copies", WriteCopies(state.copies)}};
  return store_.Put(prefix_ + "state.json", Dump(value), {}).status();
}

Status Journal::IndexTakes() {
  WS_ASSIGN_OR_RETURN(const auto objects, store_.List(prefix_ + "lines/"));
  WS_ASSIGN_OR_RETURN(const auto notes, store_.List(prefix_ + "notes/"));
  const std::lock_guard lock(mutex_);
  takes_.clear();
  notes_.clear();
  for (const auto& note : notes) notes_.insert(note.key);
  for (const auto& object : objects) {
    const std::string name = object.key.substr(prefix_.size() + std::string_view("lines/").size());
    if (name.ends_with(kWavEnding)) takes_.insert(name.substr(0, name.size() - kWavEnding.size()));
  }
  return OkStatus();
}

bool Journal::HasTake(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  return takes_.contains(key);
}

StatusOr<Journal::Stored> Journal::Fetch(const std::string& key) {
  {
    const std::lock_guard lock(mutex_);
    for (auto it = recent_.begin(); it != recent_.end(); ++it) {
      if (it->key != key) continue;
      recent_.splice(recent_.begin(), recent_, it);
      return recent_.front();
    }
  }
  Stored stored{key, "", ""};
  WS_ASSIGN_OR_RETURN(stored.wav, store_.Get(WavKey(key), kMaxTakeBytes));
  auto meta = store_.Get(MetaKey(key), kMaxStateBytes);
  // What cannot be reached now is not damaged.
  if (!meta.ok() && meta.status().code() != StatusCode::kNotFound) return meta.status();
  if (meta.ok()) stored.meta = *std::move(meta);
  return stored;
}

void Journal::Remember(const Stored& stored) {
  const std::lock_guard lock(mutex_);
  const auto size_of = [](const Stored& s) { return s.key.size() + s.wav.size() + s.meta.size(); };
  const auto old =
      std::find_if(recent_.begin(), recent_.end(), [&](const Stored& s) { return s.key == stored.key; });
  if (old != recent_.end()) {
    recent_bytes_ -= size_of(*old);
    recent_.erase(old);
  }
  recent_.push_front(stored);
  recent_bytes_ += size_of(stored);
  while (recent_bytes_ > kMostRecentBytes) {
    recent_bytes_ -= size_of(recent_.back());
    recent_.pop_back();
  }
}

StatusOr<Take> Journal::LoadTake(const std::string& key) {
  Take take;
  WS_ASSIGN_OR_RETURN(const Stored stored, Fetch(key));
  auto audio = audio::DecodeWav(stored.wav, WavKey(key));
  const json value = json::parse(stored.meta, nullptr, false);
  if (!audio.ok() || audio->samples.empty() || !value.is_object() ||
      !value.value("voice", json()).is_string() || !value.value("warnings", json()).is_array()) {
    {
      const std::lock_guard lock(mutex_);
      takes_.erase(key);
    }
    WS_RETURN_IF_ERROR(store_.Delete(WavKey(key)));
    return DataLoss(WavKey(key) + ": damaged, it is spoken again");
  }
  take.audio = *std::move(audio);
  take.voice = value["voice"].get<std::string>();
  const json engine = value.value("engine", json());
  if (engine.is_string()) take.engine = engine.get<std::string>();
  for (const json& w : value["warnings"]) {
    if (w.is_string()) take.warnings.push_back(w.get<std::string>());
  }
  Remember(stored);
  return take;
}

StatusOr<Take> Journal::SaveTake(const std::string& key, const Take& take) {
  WS_ASSIGN_OR_RETURN(const std::string wav, audio::EncodeWav(take.audio, audio::WavFormat::kPcm16));
  const std::string meta =
      Dump({{"voice", take.voice}, {"warnings", take.warnings}, {"engine", take.engine}});
  // The sound comes last: its presence says that the take is whole.
  WS_RETURN_IF_ERROR(store_.Put(MetaKey(key), meta, {}).status());
  WS_RETURN_IF_ERROR(store_.Put(WavKey(key), wav, {}).status());
  Remember({key, wav, meta});
  {
    const std::lock_guard lock(mutex_);
    takes_.insert(key);
  }
  WS_ASSIGN_OR_RETURN(audio::MonoBuffer audio, audio::DecodeWav(wav, WavKey(key)));
  return Take{std::move(audio), take.voice, take.warnings, take.engine};
}

std::optional<std::string> Journal::LoadNote(const std::string& name) {
  const std::string key = NoteKey(name);
  {
    const std::lock_guard lock(mutex_);
    if (!notes_.contains(key)) return std::nullopt;
  }
  auto text = store_.Get(key, kMaxStateBytes);
  if (!text.ok()) return std::nullopt;
  return *std::move(text);
}

Status Journal::SaveNote(const std::string& name, const std::string& text) {
  const std::string key = NoteKey(name);
  WS_RETURN_IF_ERROR(store_.Put(key, text, {}).status());
  const std::lock_guard lock(mutex_);
  notes_.insert(key);
  return OkStatus();
}

Status Journal::Clear() {
  {
    const std::lock_guard lock(mutex_);
    takes_.clear();
    notes_.clear();
    recent_.clear();
    recent_bytes_ = 0;
  }
  WS_RETURN_IF_ERROR(store_.Delete(prefix_ + "state.json"));
  WS_RETURN_IF_ERROR(stores::DeletePrefix(store_, prefix_ + "notes/"));
  return stores::DeletePrefix(store_, prefix_ + "lines/");
}

}  // namespace waveshift::pipeline
