// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/casting.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "audio/loudness.h"
#include "audio/wav.h"
#include "base/files.h"
#include "base/hash.h"
#include "voices/reference_clip.h"

namespace waveshift::pipeline {
namespace {

// Lines of one speaker that nobody else speaks into, earliest first, until they make enough.
std::vector<const LineState*> LinesToHear(const PreparedJob& job) {
  std::map<std::string, double> heard_s;
  std::vector<const LineState*> out;
  Samples busy_until = 0;
  for (size_t i = 0; i < job.lines.size(); ++i) {
    const LineState& state = job.lines[i];
    const bool alone = state.slot_start >= busy_until &&
                       (i + 1 == job.lines.size() || job.lines[i + 1].slot_start >= state.slot_end);
    busy_until = std::max(busy_until, state.slot_end);
    double& heard = heard_s[state.line.speaker];
    if (!state.line.IsSpeech() || !alone || heard >= voices::SpeakerMeter::kEnoughSeconds) continue;
    heard += SecondsFromSamples(state.slot_end - state.slot_start);
    out.push_back(&state);
  }
  return out;
}

constexpr Samples kLongestListen = Samples{15} * kTimelineRateHz;
// Reading on is cheaper than seeking when the next line is as near as this.
constexpr Samples kReadOn = Samples{10} * kTimelineRateHz;

struct Heard {
  std::map<std::string, voices::SpeakerMeter> meters;
  std::map<std::string, voices::ReferenceClip> clips;  // of speakers whose voices are to be cloned
  std::unique_ptr<audio::LoudnessMeter> loudness;
};

Status Listen(const PreparedJob& job, Heard& heard, const std::stop_token& stop) {
  std::unique_ptr<media::AudioReader> reader;
  Samples position = 0;
  std::vector<float> sound;
  for (const LineState* state : LinesToHear(job)) {
    if (!reader || state->slot_start < position || state->slot_start - position > kReadOn) {
      WS_ASSIGN_OR_RETURN(reader, job.sound->Open(state->slot_start));
      position = state->slot_start;
    }
    sound.clear();
    WS_RETURN_IF_ERROR(reader->Read(state->slot_start - position, sound, stop));
    sound.clear();
    const Samples length = std::min(state->slot_end - state->slot_start, kLongestListen);
    WS_RETURN_IF_ERROR(reader->Read(length, sound, stop));
    position = state->slot_start + length;
    heard.meters[state->line.speaker].Add(sound, state->line.original);
    heard.loudness->Add(sound);
    const auto clip = heard.clips.find(state->line.speaker);
    if (clip != heard.clips.end()) clip->second.Add(sound);
  }
  return OkStatus();
}

// Speech is brought to the level of the original's speech, within what programmes use: dialogue of films lies
// about -27 LUFS, what is made for telephones about -14.
constexpr double kLowestSpeechLufs = -27.0;
constexpr double kHighestSpeechLufs = -14.0;
constexpr double kUsualSpeechLufs = -18.0;

double SpeechLevel(const Heard& heard) {
  if (!heard.loudness) return kUsualSpeechLufs;
  const double lufs = heard.loudness->Summary().integrated_lufs;
  if (!(lufs > -60)) return kUsualSpeechLufs;
  // Tenths: a measurement that differs in the last digit must not make a new fingerprint.
  return std::round(std::clamp(lufs, kLowestSpeechLufs, kHighestSpeechLufs) * 10) / 10;
}

tts::VoiceSpec Wanted(const JobSpec& spec, const std::string& speaker) {
  const auto wanted = spec.voices.find(speaker);
  return wanted == spec.voices.end() ? tts::VoiceSpec() : wanted->second;
}

// Whether the speaker's voice is to be cloned and nobody has given a recording of it.
bool WantsClip(const JobSpec& spec, const JobDeps& deps, const std::string& speaker) {
  const tts::VoiceSpec voice = Wanted(spec, speaker);
  return voice.reference_path.empty() && deps.synthesizer->Clones(voice);
}

// The speaker with a clip whose voice is nearest in pitch.
std::optional<std::string> NearestWithClip(const std::map<std::string, voices::ReferenceClip>& clips,
                                           const std::map<std::string, voices::SpeakerProfile>& profiles,
                                           const std::string& speaker) {
  const auto pitch = [&](const std::string& name) {
    const double hz = profiles.contains(name) ? profiles.at(name).median_pitch_hz : 0;
    return hz > 0 ? std::log2(hz) : 0;
  };
  std::optional<std::string> nearest;
  for (const auto& [name, clip] : clips) {
    if (!clip.is_enough()) continue;
    if (!nearest.has_value() ||
        std::abs(pitch(name) - pitch(speaker)) < std::abs(pitch(*nearest) - pitch(speaker))) {
      nearest = name;
    }
  }
  return nearest;
}

// Gives each speaker whose voice is cloned a recording of it; who was heard too little gets another
// speaker's. A clone has its speaker's own pitch and tempo.
Status AddClips(const std::map<std::string, voices::ReferenceClip>& clips,
                const std::map<std::string, voices::SpeakerProfile>& profiles, const JobDeps& deps,
                PreparedJob& job, std::map<std::string, tts::VoiceSpec>& cast) {
  for (const auto& [speaker, clip] : clips) {
    const auto whose = clip.is_enough() ? std::optional(speaker) : NearestWithClip(clips, profiles, speaker);
    if (!whose.has_value()) continue;  // the engine says that it has no voice
    if (job.clips == nullptr) {
      WS_ASSIGN_OR_RETURN(ScratchDirectory folder, ScratchDirectory::Make(deps.scratch_parent));
      job.clips = std::make_unique<ScratchDirectory>(std::move(folder));
    }
    WS_ASSIGN_OR_RETURN(const std::string wav,
                        audio::EncodeWav(*clips.at(*whose).Make(), audio::WavFormat::kPcm16));
    tts::VoiceSpec& voice = cast[speaker];
    voice.reference_id = Sha256Hex(wav);
    voice.reference_path = job.clips->path() + "/" + voice.reference_id + ".wav";
    voice.name = whose->empty() ? "original speech" : "original speech of " + *whose;
    WS_RETURN_IF_ERROR(WriteFileAtomic(voice.reference_path, wav));
  }
  for (auto& [speaker, voice] : cast) {
    if (deps.synthesizer == nullptr || !deps.synthesizer->Clones(voice)) continue;
    voice.pitch_hz = 0;
    voice.pitch_range = 1;
    voice.natural_rate = 1;
  }
  return OkStatus();
}

// Each speaker's voice: distinct ones among those who speak with the same engine; what the job names comes
// first.
std::map<std::string, tts::VoiceSpec> Cast(const JobSpec& spec, const JobDeps& deps,
                                           const std::map<std::string, voices::SpeakerProfile>& profiles) {
  std::map<std::string, std::map<std::string, voices::SpeakerProfile>> by_engine;
  for (const auto& [speaker, profile] : profiles) {
    by_engine[Wanted(spec, speaker).engine][speaker] = profile;
  }
  std::map<std::string, tts::VoiceSpec> cast;
  for (const auto& [engine, speakers] : by_engine) {
    const auto other = deps.other_namers.find(engine);
    const voices::VoiceNamer& namer = other == deps.other_namers.end() ? deps.voice_namer : other->second;
    cast.merge(voices::AssignVoices(speakers, spec.target_language, namer));
  }
  for (const auto& [speaker, wanted] : spec.voices) {
    tts::VoiceSpec& voice = cast[speaker];
    voice.engine = wanted.engine;
    if (!wanted.name.empty()) voice.name = wanted.name;
    if (!wanted.reference_path.empty()) voice.reference_path = wanted.reference_path;
  }
  return cast;
}

}  // namespace

StatusOr<std::map<std::string, tts::VoiceSpec>> CastVoices(const JobSpec& spec, const JobDeps& deps,
                                                           PreparedJob& job, const std::stop_token& stop) {
  Heard heard;
  for (const LineState& state : job.lines) {
    if (state.status == LineStatus::kToSpeak && WantsClip(spec, deps, state.line.speaker)) {
      heard.clips.try_emplace(state.line.speaker);
    }
  }
  if (job.lines_to_speak > 0 && job.sound) {
    heard.loudness = audio::LoudnessMeter::Make();
    WS_RETURN_IF_ERROR(Listen(job, heard, stop));
  }
  job.speech_lufs = SpeechLevel(heard);
  std::map<std::string, voices::SpeakerProfile> profiles;
  for (const LineState& state : job.lines) {
    if (state.status != LineStatus::kToSpeak) continue;
    const auto it = heard.meters.find(state.line.speaker);
    profiles[state.line.speaker] = it == heard.meters.end() ? voices::SpeakerProfile{} : it->second.Profile();
  }
  auto cast = Cast(spec, deps, profiles);
  WS_RETURN_IF_ERROR(AddClips(heard.clips, profiles, deps, job, cast));
  return cast;
}

}  // namespace waveshift::pipeline
