// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/worker_lines.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <utility>

#include <nlohmann/json.hpp>

#include "audio/resample.h"
#include "audio/stretch.h"
#include "audio/wav.h"
#include "base/hash.h"
#include "pipeline/prepare.h"
#include "service/deadline.h"

namespace waveshift::service {
namespace {

using Json = nlohmann::json;

constexpr int kAlgorithm = 1;  // raised when the same order would sound different
constexpr int64_t kMaxNoteBytes = 64 << 10;
constexpr int64_t kMaxSoundBytes = 1 << 30;
constexpr int64_t kLongestLineMs = int64_t{1000} * 60 * 60;  // no engine speaks one sentence for an hour
constexpr float kQuietestPeak = 1e-3F;                       // -60 dBFS
// What every engine reaches well; the rest is stretched (tts/wide_speed.h).
constexpr double kSlowestOfEngines = 0.5;
constexpr double kFastestOfEngines = 2;
constexpr char kForEver[] = "public, max-age=31536000, immutable";

double EngineSpeed(double speed) { return std::clamp(speed, kSlowestOfEngines, kFastestOfEngines); }

int64_t DurationMs(const audio::MonoBuffer& sound) { return std::llround(sound.seconds() * 1000); }

Status CheckSound(const audio::MonoBuffer& sound) {
  float peak = 0;
  for (const float sample : sound.samples) {
    if (!std::isfinite(sample)) return Internal("the engine made invalid samples");
    peak = std::max(peak, std::abs(sample));
  }
  if (sound.sample_rate_hz <= 0) return Internal("the engine gave no sample rate");
  return peak < kQuietestPeak ? Internal("the engine made no sound") : OkStatus();
}

// Higher or lower by a factor, as long as before: played faster, then stretched back.
StatusOr<audio::MonoBuffer> Shift(const audio::MonoBuffer& sound, double pitch) {
  if (pitch == 1) return sound;
  audio::MonoBuffer faster = sound;
  faster.sample_rate_hz = static_cast<int>(std::lround(sound.sample_rate_hz * pitch));
  WS_ASSIGN_OR_RETURN(faster, audio::Resample(faster, sound.sample_rate_hz));
  return audio::StretchTo(faster, static_cast<int64_t>(sound.samples.size()));
}

// The tempo that brings a sound into its slot, as far as that may go.
double FitSpeed(const audio::MonoBuffer& sound, int64_t slot_ms) {
  if (slot_ms <= 0) return 1;
  return std::clamp(sound.seconds() * 1000 / static_cast<double>(slot_ms), kSlowestFit, kFastestFit);
}

StatusOr<audio::MonoBuffer> Shape(const LineOrder& order, const audio::MonoBuffer& spoken, MadeLine& made) {
  WS_ASSIGN_OR_RETURN(audio::MonoBuffer sound,
                      audio::Stretch(spoken, order.request.speed / EngineSpeed(order.request.speed)));
  WS_ASSIGN_OR_RETURN(sound, Shift(sound, order.pitch));
  made.speed = FitSpeed(sound, order.slot_ms);
  WS_ASSIGN_OR_RETURN(sound, audio::Stretch(sound, made.speed));
  made.duration_ms = DurationMs(sound);
  return sound;
}

void WarnOfSlot(const LineOrder& order, MadeLine& made) {
  // A rounded sample is no reason to warn.
  if (order.slot_ms <= 0 || made.duration_ms <= order.slot_ms + 1) return;
  made.warnings.push_back("is " + std::to_string(made.duration_ms - order.slot_ms) +
                          " ms longer than its slot at the highest speed");
}

std::string NoteText(const MadeLine& made, int64_t sound_bytes) {
  const Json json = {{"schema", 1},
                     {"sound", made.sound_key},
                     {"sound_bytes", sound_bytes},
                     {"duration_ms", made.duration_ms},
                     {"speed", made.speed},
                     {"engine", made.engine},
                     {"voice", made.voice},
                     {"warnings", made.warnings}};
  return json.dump(1, ' ', false, Json::error_handler_t::replace);
}

// Nothing for a note that is none, or is about another sound of this name: the line is made again.
std::optional<MadeLine> FromNote(const std::string& text, const stores::ObjectInfo& sound) {
  const std::string& sound_key = sound.key;
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object() || json.value("sound", Json()) != sound_key) return std::nullopt;
  const Json bytes = json.value("sound_bytes", Json());
  if (!bytes.is_null() && bytes != sound.size_bytes) return std::nullopt;
  const Json duration = json.value("duration_ms", Json());
  const Json speed = json.value("speed", Json());
  const Json warnings = json.value("warnings", Json());
  if (!duration.is_number_integer() || !speed.is_number() || !warnings.is_array()) return std::nullopt;
  if (duration < 0 || duration > kLongestLineMs) return std::nullopt;
  MadeLine made{.sound_key = sound_key, .duration_ms = duration.get<int64_t>(), .speed = speed.get<double>()};
  for (const auto& [name, target] : {std::pair("engine", &made.engine), std::pair("voice", &made.voice)}) {
    const Json value = json.value(name, Json());
    if (value.is_string()) *target = value.get<std::string>();
  }
  for (const Json& warning : warnings) {
    if (warning.is_string()) made.warnings.push_back(warning.get<std::string>());
  }
  return made;
}

std::string SoundKey(const LineOrder& order, const std::string& key) {
  return order.sound_prefix + key + ".wav";
}
std::string NoteKey(const LineOrder& order, const std::string& key) {
  return order.notes_prefix + key + ".json";
}

// An engine's error is its line's own, whatever its code, unless nothing can be spoken at all.
Status OfLine(const Status& status) {
  const bool ends_all =
      status.code() == StatusCode::kCancelled || status.code() == StatusCode::kFailedPrecondition;
  return status.ok() || ends_all ? status : Internal(Message(status));
}

}  // namespace

std::string LineKey(const LineOrder& order) {
  FieldHasher hasher;
  hasher.Add(static_cast<long long>(kAlgorithm)).Add(pipeline::TakeKey(*order.engine, order.request));
  hasher.Add(order.pitch).Add(static_cast<long long>(order.slot_ms));
  return hasher.Hex();
}

LineMaker::LineMaker(Options options, stores::ObjectStore* objects) : options_(options), objects_(*objects) {}

LineMaker::~LineMaker() {
  Stop();
  std::vector<std::jthread> threads;
  {
    const std::lock_guard lock(mutex_);
    threads.swap(threads_);
  }
}

void LineMaker::Stop() {
  stop_.request_stop();
  const std::lock_guard lock(mutex_);
  changed_.notify_all();
}

void LineMaker::StartThreads() {
  while (threads_.size() < static_cast<size_t>(std::max(1, options_.threads)))
    threads_.emplace_back([this] { Work(); });
}

// The line as somebody makes it already, or a new one, which waits to be made.
LineMaker::LinePtr LineMaker::Take(const LinePtr& line) {
  const std::string place = SoundKey(line->order, line->key);
  if (waiting_.size() >= options_.most_waiting && !running_.contains(place)) return nullptr;
  const auto [it, is_new] = running_.try_emplace(place, line);
  if (is_new) waiting_.push_back(line);
  return it->second;
}

// Lines that are finished wait for nobody who speaks. What is not known at the deadline is looked for again
// before it is spoken.
std::vector<LineMaker::LinePtr> LineMaker::FindFinished(const std::vector<LineOrder>& orders,
                                                        std::chrono::steady_clock::time_point deadline) {
  const Deadline limit(deadline, stop_.get_token());
  const auto objects = objects_.WithStop(limit.token());
  std::vector<LinePtr> lines;
  for (const LineOrder& order : orders) {
    auto line = std::make_shared<Line>();
    line->key = LineKey(order);
    line->order = order;
    lines.push_back(line);
    if (limit.token().stop_requested()) continue;
    auto found = LookUp(*objects, *line);
    const bool was_cut_off =
        found.status().code() == StatusCode::kCancelled && limit.token().stop_requested();
    if (!found.ok() && !was_cut_off) line->result = found.status();
    if (found.ok() && found->has_value()) line->result = **std::move(found);
  }
  return lines;
}

std::vector<LineOutcome> LineMaker::Make(const std::vector<LineOrder>& orders,
                                         std::chrono::steady_clock::time_point deadline) {
  std::vector<LinePtr> lines = FindFinished(orders, deadline);
  std::unique_lock lock(mutex_);
  if (!stop_.stop_requested()) {
    StartThreads();
    for (LinePtr& line : lines) {  // at once: they make a batch
      if (line->result) continue;
      if (LinePtr taken = Take(line)) {
        line = std::move(taken);
      } else {
        line->result = ResourceExhausted("too many sentences wait to be spoken; try again soon");
      }
    }
    changed_.notify_all();
  }
  changed_.wait_until(lock, deadline, [&] {
    return stop_.stop_requested() || std::all_of(lines.begin(), lines.end(), [](const LinePtr& line) {
             return line->result.has_value();
           });
  });
  std::vector<LineOutcome> outcomes(orders.size());
  for (size_t i = 0; i < orders.size(); ++i) {
    if (lines[i]->result) {
      outcomes[i].line = *lines[i]->result;
    } else if (stop_.stop_requested()) {
      outcomes[i].line = Cancelled("the server is shutting down");
    } else {
      outcomes[i].is_pending = true;
    }
  }
  return outcomes;
}

std::vector<LineMaker::LinePtr> LineMaker::NextBatch() {
  std::vector<LinePtr> batch;
  const tts::Synthesizer* const engine = waiting_.front()->order.engine.get();
  for (auto it = waiting_.begin(); it != waiting_.end() && batch.size() < options_.batch_size;) {
    if ((*it)->order.engine.get() == engine) {
      batch.push_back(*it);
      it = waiting_.erase(it);
    } else {
      ++it;
    }
  }
  return batch;
}

void LineMaker::Work() {
  while (true) {
    std::vector<LinePtr> batch;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stop_.stop_requested() || !waiting_.empty(); });
      if (stop_.stop_requested()) return;
      batch = NextBatch();
    }
    // Another process, or the request before, may have made them since they were looked for.
    std::vector<LinePtr> missing;
    for (const LinePtr& line : batch) {
      auto found = LookUp(objects_, *line);
      if (!found.ok()) {
        Finish(line, found.status());
      } else if (found->has_value()) {
        Finish(line, **std::move(found));
      } else {
        missing.push_back(line);
      }
    }
    if (!missing.empty()) Speak(missing);
  }
}

StatusOr<std::optional<MadeLine>> LineMaker::LookUp(stores::ObjectStore& objects, const Line& line) {
  const auto note = objects.Get(NoteKey(line.order, line.key), kMaxNoteBytes);
  if (note.status().code() == StatusCode::kNotFound) return std::nullopt;
  WS_RETURN_IF_ERROR(note.status());
  const auto sound = objects.Head(SoundKey(line.order, line.key));
  if (sound.status().code() == StatusCode::kNotFound) return std::nullopt;
  WS_RETURN_IF_ERROR(sound.status());
  return FromNote(*note, *sound);
}

void LineMaker::Speak(const std::vector<LinePtr>& batch) {
  std::vector<tts::SpeakRequest> requests;
  for (const LinePtr& line : batch) {
    requests.push_back(line->order.request);
    requests.back().speed = EngineSpeed(requests.back().speed);
  }
  const tts::SpokenSink sink = [&](size_t index, StatusOr<tts::SpokenLine> spoken) {
    Finish(batch[index], Store(*batch[index], std::move(spoken)));
  };
  Status ended;
  try {
    ended = batch.front()->order.engine->Synthesize(requests, sink, stop_.get_token());
  } catch (const std::exception& error) {  // memory that ran out
    ended = Internal(std::string("unexpected failure: ") + error.what());
  }
  if (ended.ok()) ended = Internal("the engine gave no answer to a line");
  for (const LinePtr& line : batch) Finish(line, OfLine(ended));  // those that have none yet
}

// The note comes last: its presence says that the sound is whole.
StatusOr<MadeLine> LineMaker::Store(const Line& line, StatusOr<tts::SpokenLine> spoken) {
  WS_RETURN_IF_ERROR(OfLine(spoken.status()));
  WS_RETURN_IF_ERROR(CheckSound(spoken->audio));
  MadeLine made;
  made.sound_key = SoundKey(line.order, line.key);
  made.engine = spoken->engine.empty() ? std::string(line.order.engine->name()) : spoken->engine;
  made.voice = spoken->voice;
  made.warnings = std::move(spoken->warnings);
  WS_ASSIGN_OR_RETURN(const audio::MonoBuffer sound, Shape(line.order, spoken->audio, made));
  WS_ASSIGN_OR_RETURN(const std::string wav, audio::EncodeWav(sound, audio::WavFormat::kPcm16));
  stores::PutOptions put{.content_type = "audio/wav", .cache_control = kForEver};
  put.only_if_absent = true;
  const Status stored = objects_.Put(made.sound_key, wav, put).status();
  if (stored.code() == StatusCode::kAlreadyExists) return UsePresent(line, std::move(made), wav);
  WS_RETURN_IF_ERROR(stored);
  return Note(line, std::move(made), static_cast<int64_t>(wav.size()));
}

// Another process has stored the sound: it may be playing already, and it may be of another length than ours.
StatusOr<MadeLine> LineMaker::UsePresent(const Line& line, MadeLine made, const std::string& own_wav) {
  WS_ASSIGN_OR_RETURN(std::optional<MadeLine> known, LookUp(objects_, line));
  if (known) return *std::move(known);
  // Its note is not there yet, or never will be.
  auto wav = objects_.Get(made.sound_key, kMaxSoundBytes);
  auto sound = wav.ok() ? audio::DecodeWav(*wav, made.sound_key) : wav.status();
  if (IsRetryable(sound.status()) || sound.status().code() == StatusCode::kCancelled) return sound.status();
  if (sound.ok()) {
    made.duration_ms = DurationMs(*sound);
  } else {  // gone again, or damaged
    wav = own_wav;
    const stores::PutOptions put{.content_type = "audio/wav", .cache_control = kForEver};
    WS_RETURN_IF_ERROR(objects_.Put(made.sound_key, own_wav, put).status());
  }
  return Note(line, std::move(made), static_cast<int64_t>(wav->size()));
}

StatusOr<MadeLine> LineMaker::Note(const Line& line, MadeLine made, int64_t sound_bytes) {
  WarnOfSlot(line.order, made);
  const std::string text = NoteText(made, sound_bytes);
  WS_RETURN_IF_ERROR(objects_.Put(NoteKey(line.order, line.key), text, {}).status());
  return made;
}

void LineMaker::Finish(const LinePtr& line, StatusOr<MadeLine> result) {
  const std::lock_guard lock(mutex_);
  if (line->result) return;
  line->result = std::move(result);
  line->order.folder.reset();
  running_.erase(SoundKey(line->order, line->key));
  changed_.notify_all();
}

}  // namespace waveshift::service
