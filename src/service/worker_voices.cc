// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/worker_voices.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "audio/resample.h"
#include "audio/wav.h"
#include "base/hash.h"
#include "base/media_time.h"

namespace waveshift::service {
namespace {

constexpr int64_t kMaxSampleBytes = 32 << 20;
constexpr double kLongestSampleSeconds = 60;  // a longer one is no recording of one speaker
constexpr size_t kUsedSeconds = 15;           // of a recording
constexpr size_t kMostTried = 4;              // recordings of other lines
constexpr double kSamePitchSemitones = 2;

// As voices::AssignVoices tells low voices from high ones.
bool IsHigh(const voices::SpeakerProfile& profile) { return profile.median_pitch_hz > 157; }

bool SoundAlike(const tts::VoiceSpec& a, const tts::VoiceSpec& b) {
  if (a.name != b.name) return false;
  if (a.pitch_hz <= 0 || b.pitch_hz <= 0) return true;
  return std::abs(12 * std::log2(a.pitch_hz / b.pitch_hz)) < kSamePitchSemitones;
}

bool IsTaken(const KnownSpeakers& known, const std::string& speaker, const std::string& where,
             const tts::VoiceSpec& voice) {
  return std::any_of(known.begin(), known.end(), [&](const auto& other) {
    const auto has = other.second.voices.find(where);
    return other.first != speaker && has != other.second.voices.end() && SoundAlike(has->second, voice);
  });
}

StatusOr<voices::SpeakerProfile> Hear(const audio::MonoBuffer& sound) {
  WS_ASSIGN_OR_RETURN(const audio::MonoBuffer resampled, audio::Resample(sound, kTimelineRateHz));
  std::vector<float> stereo;
  stereo.reserve(2 * resampled.samples.size());
  for (const float sample : resampled.samples) stereo.insert(stereo.end(), {sample, sample});
  voices::SpeakerMeter meter;
  meter.Add(stereo, "");
  return meter.Profile();
}

std::string Named(const std::string& speaker) {
  return speaker.empty() ? "original speech" : "original speech of " + speaker;
}

void AddOnce(std::vector<std::string>& list, const std::string& item) {
  if (!item.empty() && std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
}

}  // namespace

tts::VoiceSpec AssignVoice(const KnownSpeakers& known, const std::string& speaker,
                           const voices::VoiceNamer& namer, const std::string& language,
                           const std::string& where) {
  std::map<std::string, voices::SpeakerProfile> everybody;
  for (const auto& [name, other] : known) everybody[name] = other.profile;
  const voices::SpeakerProfile own = everybody[speaker];
  tts::VoiceSpec alone = voices::AssignVoices({{speaker, own}}, language, namer)[speaker];
  if (!IsTaken(known, speaker, where, alone)) return alone;
  // As many voices as there are speakers: one of them is free, unless the engine has too few.
  const auto together = voices::AssignVoices(everybody, language, namer);
  for (const auto& [name, voice] : together) {
    if (IsHigh(everybody[name]) != IsHigh(own)) continue;
    tts::VoiceSpec candidate = name == speaker ? voice : alone;
    candidate.name = voice.name;
    if (!IsTaken(known, speaker, where, candidate)) return candidate;
  }
  return alone;
}

WorkerVoices::WorkerVoices(Deps deps, const Engine& engine, std::string language)
    : deps_(std::move(deps)),
      engine_(engine),
      language_(std::move(language)),
      where_(std::string(engine.synthesizer->name()) + " " + language_),
      clones_(engine.synthesizer->Clones({})) {}

// What may pass is an error; everything else is the recording's own.
StatusOr<const WorkerVoices::Sample*> WorkerVoices::Load(const std::string& place,
                                                         const std::stop_token& stop) {
  if (const auto it = loaded_.find(place); it != loaded_.end()) return &it->second;
  Sample sample;
  const auto bytes = deps_.inputs->Read("audioSample", place, kMaxSampleBytes, stop);
  if (IsRetryable(bytes.status()) || bytes.status().code() == StatusCode::kCancelled) return bytes.status();
  sample.status = bytes.status();
  if (bytes.ok()) {
    auto sound = audio::DecodeWav(*bytes, "audioSample", {.max_frames = kMaxSampleBytes / 2});
    sample.status = sound.status();
    if (sound.ok() && sound->seconds() > kLongestSampleSeconds)
      sample.status = InvalidArgument("audioSample: is longer than a minute");
    if (sample.status.ok()) sample.sound = *std::move(sound);
  }
  if (sample.status.ok()) {
    const size_t most = kUsedSeconds * static_cast<size_t>(sample.sound.sample_rate_hz);
    if (sample.sound.samples.size() > most) sample.sound.samples.resize(most);
    WS_ASSIGN_OR_RETURN(const std::string wav, audio::EncodeWav(sample.sound, audio::WavFormat::kPcm16));
    sample.id = Sha256Hex(wav);
    sample.path = deps_.folder->path() + "/" + sample.id + ".wav";
    WS_RETURN_IF_ERROR(WriteFileAtomic(sample.path, wav));
  }
  return &loaded_.emplace(place, std::move(sample)).first->second;
}

Status WorkerVoices::LookIntoTranscript() {
  if (std::exchange(has_transcript_, true) || deps_.task_id.empty() || deps_.transcripts == nullptr)
    return OkStatus();
  const auto lines = deps_.transcripts->ReadTranscript(deps_.task_id);
  if (IsRetryable(lines.status()) || lines.status().code() == StatusCode::kCancelled) return lines.status();
  if (!lines.ok()) return OkStatus();  // the routes serve tasks that the store does not know
  for (const text::TranscriptLine& line : *lines) AddOnce(in_transcript_[line.speaker], line.audio_key);
  return OkStatus();
}

// Recordings of a speaker besides the sentence's own, the best guess first.
StatusOr<WorkerVoices::Samples> WorkerVoices::OtherSamples(const std::string& speaker) {
  Samples samples = in_request_[speaker];
  if (const auto it = known_.find(speaker); it != known_.end()) AddOnce(samples, it->second.sample);
  if (samples.empty()) {
    WS_RETURN_IF_ERROR(LookIntoTranscript());
    samples = in_transcript_[speaker];
  }
  if (samples.size() > kMostTried) samples.resize(kMostTried);
  return samples;
}

// Null when there is none; the sentence's status says when it may not be spoken at all.
StatusOr<const WorkerVoices::Sample*> WorkerVoices::FindSample(const WorkerSentence& sentence,
                                                               SentenceVoice& choice,
                                                               const std::stop_token& stop) {
  if (!sentence.audio_sample.empty()) {
    choice.status = deps_.inputs->Check("audioSample", sentence.audio_sample);
    if (!choice.status.ok()) return nullptr;
    WS_ASSIGN_OR_RETURN(const Sample* const own, Load(sentence.audio_sample, stop));
    used_ = sentence.audio_sample;
    if (own->status.ok()) return own;
    choice.warnings.push_back(Message(own->status));
  }
  WS_ASSIGN_OR_RETURN(const Samples others, OtherSamples(sentence.speaker));
  for (const std::string& place : others) {
    if (!deps_.inputs->Check("audioSample", place).ok()) continue;
    WS_ASSIGN_OR_RETURN(const Sample* const other, Load(place, stop));
    used_ = place;
    if (other->status.ok()) return other;
  }
  return nullptr;
}

// What a recording says of its speaker, to be remembered; null: there is none.
void WorkerVoices::Note(const std::string& speaker, const Sample* sample) {
  KnownSpeaker& update = updates_[speaker];
  if (sample == nullptr) return;
  update.sample = used_;
  if (clones_) return;
  const auto profile = Hear(sample->sound);
  update.is_heard = profile.ok();
  if (profile.ok()) update.profile = *profile;
}

Status WorkerVoices::ChooseClone(const WorkerSentence& sentence, SentenceVoice& choice,
                                 const std::stop_token& stop) {
  WS_ASSIGN_OR_RETURN(const Sample* const sample, FindSample(sentence, choice, stop));
  if (!choice.status.ok()) return OkStatus();
  if (sample == nullptr) {
    choice.warnings.emplace_back("there is no recording of the speaker: a ready voice speaks");
    return OkStatus();
  }
  choice.voice.name = Named(sentence.speaker);
  choice.voice.reference_path = sample->path;
  choice.voice.reference_id = sample->id;
  const auto known = known_.find(sentence.speaker);
  const bool is_known = known != known_.end() && !known->second.sample.empty();
  if (!is_known && !updates_.contains(sentence.speaker)) Note(sentence.speaker, sample);
  return OkStatus();
}

// A speaker is listened to once; what may not be read is an error of its sentence nevertheless.
Status WorkerVoices::ListenForOwn(const WorkerSentence& sentence, SentenceVoice& choice,
                                  const std::stop_token& stop) {
  const auto known = known_.find(sentence.speaker);
  const bool has_voice = known != known_.end() && known->second.voices.contains(where_);
  const bool is_heard = known != known_.end() && known->second.is_heard;
  if (has_voice || updates_.contains(sentence.speaker)) {
    if (!sentence.audio_sample.empty())
      choice.status = deps_.inputs->Check("audioSample", sentence.audio_sample);
    return OkStatus();
  }
  const Sample* sample = nullptr;
  if (!is_heard) {
    WS_ASSIGN_OR_RETURN(sample, FindSample(sentence, choice, stop));
  }
  if (choice.status.ok()) Note(sentence.speaker, sample);
  return OkStatus();
}

// Everything new about speakers in one write: stores may take one write a second of an object.
Status WorkerVoices::Remember() {
  const auto change = [this](KnownSpeakers& speakers) {
    bool is_new = false;
    for (const auto& [speaker, update] : updates_) {
      KnownSpeaker& present = speakers[speaker];
      const bool brings_sample = present.sample.empty() && !update.sample.empty();
      if (brings_sample) present.sample = update.sample;
      const bool brings_profile = !present.is_heard && update.is_heard;
      if (brings_profile) {
        present.is_heard = true;
        present.profile = update.profile;
      }
      const bool wants_voice = !clones_ && !present.voices.contains(where_);
      if (wants_voice)
        present.voices[where_] = AssignVoice(speakers, speaker, engine_.voice_namer, language_, where_);
      is_new = is_new || brings_sample || brings_profile || wants_voice;
    }
    return is_new;
  };
  if (deps_.task_id.empty()) {
    change(known_);
    return OkStatus();
  }
  WS_ASSIGN_OR_RETURN(known_, deps_.tasks->ChangeSpeakers(deps_.task_id, change));
  return OkStatus();
}

StatusOr<std::vector<SentenceVoice>> WorkerVoices::Choose(const std::vector<WorkerSentence>& sentences,
                                                          const std::stop_token& stop) {
  if (!deps_.task_id.empty()) {
    WS_ASSIGN_OR_RETURN(known_, deps_.tasks->Speakers(deps_.task_id));
  }
  for (const WorkerSentence& sentence : sentences)
    AddOnce(in_request_[sentence.speaker], sentence.audio_sample);
  std::vector<SentenceVoice> choices(sentences.size());
  for (size_t i = 0; i < sentences.size(); ++i) {
    WS_RETURN_IF_ERROR(clones_ ? ChooseClone(sentences[i], choices[i], stop)
                               : ListenForOwn(sentences[i], choices[i], stop));
  }
  if (!updates_.empty()) WS_RETURN_IF_ERROR(Remember());
  if (clones_) return choices;
  for (size_t i = 0; i < sentences.size(); ++i) {
    if (choices[i].status.ok()) choices[i].voice = known_.at(sentences[i].speaker).voices.at(where_);
  }
  return choices;
}

}  // namespace waveshift::service
