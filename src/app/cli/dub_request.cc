// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/dub_request.h"

#include <filesystem>
#include <set>
#include <utility>

#include "app/cli/engines.h"
#include "app/cli/voices_file.h"
#include "text/language.h"
#include "text/transcript.h"

namespace waveshift::app {
namespace {

constexpr double kLowestMaxSpeed = 1.0;
constexpr double kHighestMaxSpeed = 1.3;
constexpr std::string_view kCloningEngine = "indextts";

StatusOr<std::string> TargetLanguage(const DubFlags& flags, const text::Transcript& transcript) {
  if (!flags.language.empty()) {
    const auto language = text::CanonicalLanguage(flags.language);
    return language.ok() ? language : Annotate(language.status(), "--lang");
  }
  if (!transcript.target_language.empty()) return transcript.target_language;
  return InvalidArgument(flags.transcript +
                         ": does not say its target_language; give it with --lang, e.g. --lang en");
}

pipeline::SubtitleMode Subtitles(const std::string& word) {
  if (word == "none") return pipeline::SubtitleMode::kNone;
  if (word == "burn") return pipeline::SubtitleMode::kBurn;
  return pipeline::SubtitleMode::kSoft;
}

// A recording, as it is named or beside the voices file.
StatusOr<std::string> FindRecording(const std::string& named, const std::string& voices_file,
                                    const std::string& where) {
  const std::filesystem::path beside = std::filesystem::path(voices_file).parent_path() / named;
  for (const std::string& path : {named, beside.string()}) {
    std::error_code error;
    if (std::filesystem::is_regular_file(path, error)) return path;
  }
  return InvalidArgument(where + ": reference: there is no file " + named);
}

Status AddVoices(const DubFlags& flags, pipeline::JobSpec& spec) {
  if (flags.voices.empty()) return OkStatus();
  WS_ASSIGN_OR_RETURN(const auto choices, LoadVoices(flags.voices));
  for (const auto& [speaker, choice] : choices) {
    const std::string where = flags.voices + ": speaker '" + speaker + "'";
    if (!choice.engine.empty()) {
      const auto named = ResolveEngine(choice.engine);
      if (!named.ok()) return Annotate(named.status(), where);
      if (named->empty())
        return InvalidArgument(where + ": engine: \"none\" cannot speak; give the line another content_type");
      if (*named != "auto") spec.voices[speaker].engine = *named;
    }
    if (!choice.reference.empty()) {
      tts::VoiceSpec& voice = spec.voices[speaker];
      if (voice.engine.empty()) voice.engine = kCloningEngine;
      if (voice.engine != kCloningEngine)
        return InvalidArgument(where + ": reference: " + voice.engine + " does not clone voices, " +
                               std::string(kCloningEngine) + " does");
      WS_ASSIGN_OR_RETURN(voice.reference_path, FindRecording(choice.reference, flags.voices, where));
    }
    if (!choice.voice.empty()) spec.voices[speaker].name = choice.voice;
  }
  return OkStatus();
}

}  // namespace

std::vector<std::string> EnginesOf(const pipeline::JobSpec& spec) {
  std::set<std::string> engines;
  for (const auto& [speaker, voice] : spec.voices) {
    if (!voice.engine.empty()) engines.insert(voice.engine);
  }
  return {engines.begin(), engines.end()};
}

Status CheckVoices(const std::string& file, const pipeline::JobSpec& spec,
                   const tts::Synthesizer& synthesizer) {
  for (const auto& [speaker, voice] : spec.voices) {
    if (voice.name.empty()) continue;
    const Status status = synthesizer.CheckVoice(voice, spec.target_language);
    if (!status.ok()) return Annotate(status, file + ": speaker '" + speaker + "'");
  }
  return OkStatus();
}

std::string DefaultOutputDirectory(const std::string& video) {
  std::filesystem::path path(video);
  path.replace_extension();
  return path.string() + ".dub";
}

StatusOr<DubRequest> MakeDubRequest(const DubFlags& flags) {
  DubRequest request;
  pipeline::JobSpec& spec = request.spec;
  WS_ASSIGN_OR_RETURN(request.engine, ResolveEngine(flags.engine));
  if (flags.max_speed < kLowestMaxSpeed || flags.max_speed > kHighestMaxSpeed) {
    return InvalidArgument("--max-speed: must lie between 1.0 and 1.3");
  }
  WS_ASSIGN_OR_RETURN(spec.transcript, text::LoadTranscript(flags.transcript));
  WS_ASSIGN_OR_RETURN(spec.target_language, TargetLanguage(flags, spec.transcript));
  spec.options.subtitles = Subtitles(flags.subtitles);
  spec.options.max_speed = flags.max_speed;
  spec.options.keep_lines = flags.keep_lines;
  spec.options.fresh = flags.fresh;
  spec.options.threads = flags.threads;
  spec.options.speak = !request.engine.empty();
  spec.video.path = flags.video;
  spec.audio.path = flags.audio;
  spec.layout = pipeline::LayoutForDirectory();
  WS_RETURN_IF_ERROR(AddVoices(flags, spec));
  request.output_directory = flags.output.empty() ? DefaultOutputDirectory(flags.video) : flags.output;
  return request;
}

}  // namespace waveshift::app
