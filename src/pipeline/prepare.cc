// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/prepare.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <fstream>
#include <map>
#include <optional>
#include <utility>

#include "audio/loudness.h"
#include "audio/wav.h"
#include "base/files.h"
#include "base/hash.h"
#include "media/fonts.h"
#include "text/language.h"
#include "voices/reference_clip.h"

namespace waveshift::pipeline {
namespace {

// Raised whenever the same input would give another result.
constexpr long long kPipelineVersion = 4;
constexpr int64_t kIdentityBytes = 1 << 20;

// What tells one media file from another without reading it whole: size, time of change, first and last MiB.
StatusOr<std::string> FileIdentity(const std::string& path) {
  struct stat st = {};
  if (::stat(path.c_str(), &st) != 0) return ErrnoStatus(errno, path);
  FieldHasher hasher;
  hasher.Add(static_cast<long long>(st.st_size));
  hasher.Add(static_cast<long long>(st.st_mtim.tv_sec)).Add(static_cast<long long>(st.st_mtim.tv_nsec));
  std::ifstream file(path, std::ios::binary);
  std::string bytes(kIdentityBytes, '\0');
  for (const int64_t offset : {int64_t{0}, std::max<int64_t>(0, st.st_size - kIdentityBytes)}) {
    file.clear();
    file.seekg(offset);
    file.read(bytes.data(), kIdentityBytes);
    hasher.Add(std::string_view(bytes.data(), static_cast<size_t>(file.gcount())));
  }
  return hasher.Hex();
}

StatusOr<std::optional<SoundSource>> FindSound(const JobSpec& spec, const PreparedJob& job) {
  if (spec.audio_path.empty()) {
    if (!job.info.audio) return std::optional<SoundSource>();
    return std::optional<SoundSource>(SoundSource{job.info, job.plan.zero_seconds});
  }
  WS_ASSIGN_OR_RETURN(const media::MediaInfo info, media::ProbeMedia(spec.audio_path));
  if (!info.audio) return InvalidArgument(spec.audio_path + ": holds no sound");
  // A separate track begins with the first picture, unless the file shows pictures of its own.
  double zero = info.start_seconds;
  if (info.video) {
    WS_ASSIGN_OR_RETURN(const auto plan, media::PlanVideo(info, spec.options.segment_seconds, true, {}));
    zero = plan.zero_seconds;
  }
  return std::optional<SoundSource>(SoundSource{info, zero});
}

std::string Fingerprint(const JobSpec& spec, const JobDeps& deps, const PreparedJob& job,
                        const std::string& video_identity, const std::string& audio_identity) {
  FieldHasher hasher;
  hasher.Add(kPipelineVersion).Add(video_identity).Add(audio_identity).Add(spec.target_language);
  const JobOptions& options = spec.options;
  hasher.Add(static_cast<long long>(options.background)).Add(static_cast<long long>(options.subtitles));
  hasher.Add(options.max_speed).Add(options.segment_seconds).Add(options.speak ? 1LL : 0LL);
  const ShorteningOptions& shortening = options.shortening;
  hasher.Add(shortening.enabled ? 1LL : 0LL).Add(shortening.lengthen ? 1LL : 0LL);
  hasher.Add(shortening.shortener.use_rules ? 1LL : 0LL);
  hasher.Add(std::string_view(deps.chat_model != nullptr ? deps.chat_model->id() : ""));
  if (deps.synthesizer != nullptr)
    hasher.Add(deps.synthesizer->name()).Add(std::string_view(deps.synthesizer->version()));
  for (const LineState& state : job.lines) {
    const text::TranscriptLine& line = state.line;
    hasher.Add(static_cast<long long>(line.sequence)).Add(static_cast<long long>(line.start_ms));
    hasher.Add(static_cast<long long>(line.end_ms))
        .Add(line.speaker)
        .Add(line.content_type)
        .Add(line.translation);
    hasher.Add(state.take_key);
  }
  hasher.Add(job.speech_lufs);
  return hasher.Hex();
}

Status CheckBurnedText(const PreparedJob& job) {
  std::string all;
  for (const LineState& state : job.lines) {
    if (state.status == LineStatus::kToSpeak) all += state.line.translation;
  }
  return media::CheckFonts(all);
}

// --- listening to the speakers

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

// Speech is brought to the level of the original's speech, within what programmes use (EBU R128 aims at -23
// LUFS, streaming at -16).
constexpr double kLowestSpeechLufs = -23.0;
constexpr double kHighestSpeechLufs = -16.0;
constexpr double kUsualSpeechLufs = -18.0;

double SpeechLevel(const Heard& heard) {
  if (!heard.loudness) return kUsualSpeechLufs;
  const double lufs = heard.loudness->Summary().integrated_lufs;
  if (!(lufs > -60)) return kUsualSpeechLufs;
  // Tenths: a measurement that differs in the last digit must not make a new fingerprint.
  return std::round(std::clamp(lufs, kLowestSpeechLufs, kHighestSpeechLufs) * 10) / 10;
}

}  // namespace

std::string TakeKey(const tts::Synthesizer& synthesizer, const tts::SpeakRequest& request) {
  FieldHasher hasher;
  hasher.Add(tts::IdentityFor(synthesizer, request.voice)).Add(request.text).Add(request.language);
  hasher.Add(request.voice.name).Add(request.voice.pitch_hz).Add(request.voice.pitch_range);
  hasher.Add(request.voice.natural_rate).Add(request.speed);
  if (!request.voice.reference_path.empty()) {
    const auto identity = request.voice.reference_id.empty() ? FileIdentity(request.voice.reference_path)
                                                             : request.voice.reference_id;
    hasher.Add(identity.ok() ? *identity : request.voice.reference_path);
  }
  return hasher.Hex();
}

StatusOr<PreparedJob> PrepareJob(const JobSpec& spec, const JobDeps& deps, const std::stop_token& stop) {
  PreparedJob job;
  WS_ASSIGN_OR_RETURN(job.info, media::ProbeMedia(spec.video_path));
  if (!job.info.video) return InvalidArgument(spec.video_path + ": holds no video");
  const bool copy = job.info.video->can_copy && spec.options.subtitles != SubtitleMode::kBurn;
  WS_ASSIGN_OR_RETURN(job.plan, media::PlanVideo(job.info, spec.options.segment_seconds, copy, stop));
  WS_ASSIGN_OR_RETURN(job.sound, FindSound(spec, job));
  text::Transcript transcript = spec.transcript;
  WS_RETURN_IF_ERROR(text::CheckAgainstDuration(transcript, MsFromSamples(job.plan.length)));
  for (text::TranscriptLine& line : transcript.lines) {
    LineState state;
    state.slot_start = SamplesFromMs(line.start_ms);
    state.slot_end = std::min(SamplesFromMs(line.end_ms), job.plan.length);
    const bool speak = spec.options.speak && line.IsSpeech() && text::HasSayableWords(line.translation);
    state.status = speak ? LineStatus::kToSpeak : LineStatus::kKept;
    job.lines_to_speak += speak;
    state.line = std::move(line);
    job.lines.push_back(std::move(state));
  }
  if (spec.options.subtitles == SubtitleMode::kBurn) WS_RETURN_IF_ERROR(CheckBurnedText(job));
  if (job.lines_to_speak > 0) {
    if (deps.synthesizer == nullptr) return FailedPrecondition("no speech engine is configured");
    WS_RETURN_IF_ERROR(deps.synthesizer->CheckReady());
    if (!deps.synthesizer->Speaks(spec.target_language)) {
      return InvalidArgument("the engine " + std::string(deps.synthesizer->name()) + " does not speak '" +
                             spec.target_language + "'");
    }
  }
  return job;
}

namespace {

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

Status ChooseVoices(const JobSpec& spec, const JobDeps& deps, PreparedJob& job, const std::stop_token& stop) {
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
  auto chosen = Cast(spec, deps, profiles);
  WS_RETURN_IF_ERROR(AddClips(heard.clips, profiles, deps, job, chosen));
  for (LineState& state : job.lines) {
    if (state.status != LineStatus::kToSpeak) continue;
    state.request = {.text = state.line.translation,
                     .language = spec.target_language,
                     .voice = chosen[state.line.speaker]};
    state.take_key = TakeKey(*deps.synthesizer, state.request);
  }
  WS_ASSIGN_OR_RETURN(const std::string video_identity, FileIdentity(spec.video_path));
  std::string audio_identity;
  if (!spec.audio_path.empty()) {
    WS_ASSIGN_OR_RETURN(audio_identity, FileIdentity(spec.audio_path));
  }
  job.fingerprint = Fingerprint(spec, deps, job, video_identity, audio_identity);
  return OkStatus();
}

}  // namespace waveshift::pipeline
