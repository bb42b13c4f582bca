// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/casting.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "audio/loudness.h"
#include "pipeline/clip_track.h"
#include "pipeline/reference_clips.h"
#include "separation/separator.h"

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

// Speakers whose voices are cloned and who bring no recording.
std::set<std::string> WhoWantsClips(const JobSpec& spec, const JobDeps& deps, const PreparedJob& job) {
  std::set<std::string> speakers;
  std::set<std::string> asked;
  for (const LineState& state : job.lines) {
    if (state.status != LineStatus::kToSpeak || !asked.insert(state.line.speaker).second) continue;
    if (WantsClip(spec, deps, state.line.speaker)) speakers.insert(state.line.speaker);
  }
  return speakers;
}

// Gives each speaker whose voice is cloned a recording of it. Who has none gets nothing: the engine says that
// it has no voice. A clone has its speaker's own pitch and tempo.
Status AddClips(const JobSpec& spec, const JobDeps& deps,
                const std::map<std::string, voices::SpeakerProfile>& profiles, const std::stop_token& stop,
                PreparedJob& job, std::map<std::string, tts::VoiceSpec>& cast) {
  std::unique_ptr<ClipTrack> track;
  const bool is_separated = spec.options.background == BackgroundMode::kSeparate &&
                            deps.separator != nullptr && deps.separator->CheckReady().ok();
  if (job.sound) {
    track = is_separated ? MakeSeparatedTrack(*job.sound, deps.separator) : MakeOriginalTrack(*job.sound);
  }
  const ClipRequest request{.options = spec.options.clips,
                            .track = track.get(),
                            .voice_activity = deps.voice_activity,
                            .read_clip = deps.read_clip,
                            .scratch_parent = deps.scratch_parent,
                            .speakers = WhoWantsClips(spec, deps, job),
                            .profiles = &profiles};
  WS_RETURN_IF_ERROR(CutReferenceClips(request, job, stop));
  for (const ReferenceClip& clip : job.clip_report.speakers) {
    if (clip.path.empty()) continue;
    tts::VoiceSpec& voice = cast[clip.speaker];
    voice.reference_id = clip.id;
    voice.reference_path = clip.path;
    voice.name = clip.of.empty() ? "original speech" : "original speech of " + clip.of;
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
  WS_RETURN_IF_ERROR(AddClips(spec, deps, profiles, stop, job, cast));
  return cast;
}

}  // namespace waveshift::pipeline
