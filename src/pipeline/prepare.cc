// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/prepare.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <optional>
#include <utility>

#include "base/hash.h"
#include "media/fonts.h"
#include "pipeline/casting.h"
#include "separation/separator.h"
#include "text/language.h"

namespace waveshift::pipeline {
namespace {

// Raised whenever the same input would give another result.
constexpr long long kPipelineVersion = 7;
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

StatusOr<std::string> IdentityOf(const MediaFile& file) {
  return file.identity.empty() ? FileIdentity(file.path) : StatusOr<std::string>(file.identity);
}

StatusOr<std::optional<SoundSource>> FindSound(const JobSpec& spec, const PreparedJob& job) {
  if (spec.audio.path.empty()) {
    if (!job.info.audio) return std::optional<SoundSource>();
    return std::optional<SoundSource>(SoundSource{job.info, job.plan.zero_seconds});
  }
  WS_ASSIGN_OR_RETURN(const media::MediaInfo info, media::ProbeMedia(spec.audio.path));
  if (!info.audio) return InvalidArgument(spec.audio.path + ": holds no sound");
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
  const BalanceOptions& balance = options.balance;
  hasher.Add(balance.voice_gain).Add(balance.background_gain).Add(balance.duck_db.value_or(-1));
  hasher.Add(balance.match_tone ? 1LL : 0LL).Add(job.programme_gain.gain_db);
  if (options.background == BackgroundMode::kSeparate) {
    hasher.Add(deps.separator->name()).Add(std::string_view(deps.separator->version()));
    hasher.Add(options.separation_limit_s);
  }
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

// The gain that brings the dubbed track to the loudness that is wanted. Without an original its lines are the
// programme.
StatusOr<ProgrammeGain> FindProgrammeGain(const JobSpec& spec, const PreparedJob& job,
                                          const std::stop_token& stop) {
  const std::optional<double> target = spec.options.balance.target_lufs;
  if (!target) return ProgrammeGain();
  if (!job.sound) return GainForTarget({.integrated_lufs = job.speech_lufs, .true_peak_dbtp = -6}, *target);
  WS_ASSIGN_OR_RETURN(const auto original, HearProgramme(*job.sound, job.plan.length, stop));
  return GainForTarget(original, *target);
}

Status CheckBurnedText(const PreparedJob& job) {
  std::string all;
  for (const LineState& state : job.lines) {
    if (state.status == LineStatus::kToSpeak) all += state.line.translation;
  }
  return media::CheckFonts(all);
}

Status CheckSeparator(const JobSpec& spec, const JobDeps& deps) {
  if (spec.options.background != BackgroundMode::kSeparate) return OkStatus();
  if (deps.separator == nullptr) return FailedPrecondition("no separation model is configured");
  return deps.separator->CheckReady();
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
  WS_RETURN_IF_ERROR(CheckSeparator(spec, deps));
  WS_ASSIGN_OR_RETURN(job.info, media::ProbeMedia(spec.video.path));
  if (!job.info.video) return InvalidArgument(spec.video.path + ": holds no video");
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

Status ChooseVoices(const JobSpec& spec, const JobDeps& deps, PreparedJob& job, const std::stop_token& stop) {
  WS_ASSIGN_OR_RETURN(auto chosen, CastVoices(spec, deps, job, stop));
  for (LineState& state : job.lines) {
    if (state.status != LineStatus::kToSpeak) continue;
    state.request = {.text = state.line.translation,
                     .language = spec.target_language,
                     .voice = chosen[state.line.speaker]};
    if (const auto own = job.clip_report.lines.find(state.line.sequence);
        own != job.clip_report.lines.end()) {
      state.request.voice.reference_path = own->second.path;
      state.request.voice.reference_id = own->second.id;
    }
    state.take_key = TakeKey(*deps.synthesizer, state.request);
  }
  WS_ASSIGN_OR_RETURN(job.programme_gain, FindProgrammeGain(spec, job, stop));
  WS_ASSIGN_OR_RETURN(const std::string video_identity, IdentityOf(spec.video));
  std::string audio_identity;
  if (!spec.audio.path.empty()) {
    WS_ASSIGN_OR_RETURN(audio_identity, IdentityOf(spec.audio));
  }
  job.fingerprint = Fingerprint(spec, deps, job, video_identity, audio_identity);
  return OkStatus();
}

}  // namespace waveshift::pipeline
