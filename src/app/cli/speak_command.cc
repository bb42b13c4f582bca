// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/speak_command.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/cli/engines.h"
#include "app/cli/number_flag.h"
#include "audio/resample.h"
#include "audio/wav.h"
#include "base/files.h"
#include "config/settings.h"
#include "media/sound_encoder.h"
#include "text/guess_language.h"
#include "text/language.h"
#include "text/transcript.h"
#include "tts/wide_speed.h"

namespace waveshift::app {
namespace {

struct SpeakFlags {
  std::string text;
  std::string voice;
  std::string engine;
  std::string language;
  std::string output;
  std::string format;
  double speed = 1.0;
  OutputFlags common;
};

StatusOr<std::string> ReadText(const std::string& argument) {
  if (argument != "-") return argument;
  std::string text;
  char piece[4096];
  while (std::cin.read(piece, sizeof(piece)) || std::cin.gcount() > 0) {
    text.append(piece, static_cast<size_t>(std::cin.gcount()));
    if (text.size() > text::kMaxLineTextBytes) {
      return OutOfRange("standard input: at most " + std::to_string(text::kMaxLineTextBytes) +
                        " bytes can be spoken at once");
    }
  }
  return text;
}

// --format, else what the output's name ends in, else WAV.
StatusOr<media::SoundFormat> FormatOf(const SpeakFlags& flags) {
  std::string word = flags.format;
  if (word.empty()) {
    word = std::filesystem::path(flags.output).extension().string();
    std::transform(word.begin(), word.end(), word.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    word = word == ".ogg" ? "opus" : word.substr(std::min<size_t>(1, word.size()));
  }
  const auto format = media::SoundFormatNamed(word);
  if (!format && !flags.format.empty())
    return UsageError("--format: must be wav, mp3, opus, aac, flac or pcm, not \"" + flags.format + "\"");
  const media::SoundFormat chosen = format.value_or(media::SoundFormat::kWav);
  const Status possible = media::CheckSoundFormat(chosen);
  if (!possible.ok()) return Annotate(possible, "--format");
  return chosen;
}

// WAV keeps the engine's own sample rate.
StatusOr<std::string> Encode(const audio::MonoBuffer& speech, media::SoundFormat format) {
  if (format == media::SoundFormat::kWav) return audio::EncodeWav(speech, audio::WavFormat::kPcm16);
  WS_ASSIGN_OR_RETURN(const audio::MonoBuffer sound, audio::Resample(speech, media::kSoundRateHz));
  WS_ASSIGN_OR_RETURN(const std::unique_ptr<media::SoundEncoder> encoder,
                      media::SoundEncoder::Open(format, media::SoundEncoder::Purpose::kFile));
  WS_RETURN_IF_ERROR(encoder->Push(sound.samples).status());
  return encoder->Finish();
}

// Whether --voice names a recording to clone rather than one of the engine's voices.
bool IsRecording(const std::string& voice) {
  constexpr std::array<std::string_view, 7> kEndings = {".wav", ".flac", ".ogg", ".opus",
                                                        ".mp3", ".aiff", ".aif"};
  std::string ending = std::filesystem::path(voice).extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return voice.find('/') != std::string::npos ||
         std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end();
}

Status CheckFlags(const SpeakFlags& flags) {
  if (flags.output == "-" && flags.common.json)
    return UsageError("-o - and --json both want standard output");
  if (flags.output == "-" && ::isatty(STDOUT_FILENO) == 1) {
    return UsageError("-o -: standard output is a terminal; give a file or a pipe");
  }
  return OkStatus();
}

StatusOr<tts::SpeakRequest> RequestOf(const SpeakFlags& flags) {
  tts::SpeakRequest request;
  WS_ASSIGN_OR_RETURN(request.text, ReadText(flags.text));
  if (!text::IsValidUtf8(request.text)) return InvalidArgument("TEXT: is not valid UTF-8");
  if (!text::HasSayableWords(request.text)) return InvalidArgument("TEXT: there is nothing to say");
  request.language = text::GuessLanguage(request.text);
  if (request.language.empty()) request.language = "en";
  if (!flags.language.empty()) {
    auto language = text::CanonicalLanguage(flags.language);
    if (!language.ok()) return Annotate(language.status(), "--lang");
    request.language = *language;
  }
  const bool is_recording = IsRecording(flags.voice);
  if (is_recording && !std::filesystem::is_regular_file(flags.voice))
    return InvalidArgument("--voice: there is no file " + flags.voice);
  (is_recording ? request.voice.reference_path : request.voice.name) = flags.voice;
  request.speed = flags.speed;
  return request;
}

// With "auto" the name of a voice says whose it is.
StatusOr<service::Engine> EngineFor(EngineChoice choice, const tts::SpeakRequest& request) {
  const bool is_open = choice.word.empty() || choice.word == "auto";
  if (!is_open || request.voice.name.empty()) return MakeEngine(choice, request.language);
  for (const std::string& name : EngineNames()) {
    choice.word = name;
    const auto engine = MakeEngine(choice, request.language);
    if (engine.ok() && engine->synthesizer->CheckVoice(request.voice, request.language).ok()) return engine;
  }
  return InvalidArgument("--voice: no engine that is ready has the voice \"" + request.voice.name +
                         "\" for " + request.language);
}

Status RunSpeak(const SpeakFlags& flags, CommandContext& context) {
  WS_RETURN_IF_ERROR(CheckFlags(flags));
  WS_ASSIGN_OR_RETURN(const media::SoundFormat format, FormatOf(flags));
  WS_ASSIGN_OR_RETURN(const config::Settings* settings, context.Settings());
  WS_ASSIGN_OR_RETURN(const tts::SpeakRequest request, RequestOf(flags));
  EngineChoice choice = ChoiceFrom(*settings);
  if (!flags.engine.empty()) choice.word = flags.engine;
  const bool clone = IsRecording(flags.voice);
  choice.has_recordings = clone;
  if (clone && (choice.word.empty() || choice.word == "auto")) choice.word = "indextts";
  WS_ASSIGN_OR_RETURN(const service::Engine engine, EngineFor(choice, request));
  if (!engine.synthesizer) return InvalidArgument("WAVESHIFT_ENGINE: \"none\" cannot speak");
  if (clone && !engine.synthesizer->Clones(request.voice)) {
    return InvalidArgument("--voice " + flags.voice + ": " + std::string(engine.synthesizer->name()) +
                           " does not clone voices; give a voice's name, or --engine indextts");
  }
  WS_ASSIGN_OR_RETURN(const tts::SpokenLine line,
                      tts::SpeakAtSpeed(*engine.synthesizer, request, context.stop()));
  WS_ASSIGN_OR_RETURN(const std::string bytes, Encode(line.audio, format));
  if (flags.output == "-") return PrintOut(bytes);
  WS_RETURN_IF_ERROR(WriteFileAtomic(flags.output, bytes));
  if (!flags.common.quiet) {
    if (!engine.notice.empty()) std::cerr << "waveshift: " + engine.notice + "\n";
    for (const std::string& warning : line.warnings) std::cerr << "waveshift: " + warning + "\n";
  }
  if (!flags.common.json) return OkStatus();
  const bool is_own_rate = format == media::SoundFormat::kWav;
  const nlohmann::ordered_json json = {
      {"output", flags.output},
      {"format", media::SoundFormatName(format)},
      {"engine", engine.synthesizer->name()},
      {"voice", line.voice},
      {"language", request.language},
      {"seconds", line.audio.seconds()},
      {"sample_rate_hz", is_own_rate ? line.audio.sample_rate_hz : media::kSoundRateHz},
      {"warnings", line.warnings}};
  return PrintOut(json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

}  // namespace

void RegisterSpeak(CLI::App& app, CommandContext& context) {
  auto flags = std::make_shared<SpeakFlags>();
  CLI::App* command = app.add_subcommand("speak", "Speaks a text into a sound file");
  command->add_option("TEXT", flags->text, "What to say; - reads standard input")->required();
  command->add_option(
      "--voice", flags->voice,
      "Name of a voice of the engine, or a recording (WAV, FLAC, ...) whose voice indextts clones");
  command->add_option("--engine", flags->engine, "Speech engine (default: WAVESHIFT_ENGINE, else auto)")
      ->check(CLI::IsMember({"auto", "indextts", "kokoro", "piper", "espeak"}));
  command->add_option("--lang", flags->language, "BCP-47 language (default: found from the text)");
  command->add_option("--speed", flags->speed, "Tempo, 1 is natural")->check(NumberFrom(0.25, 4));
  command->add_option("-o,--output", flags->output, "Sound file; - writes to standard output")->required();
  command->add_option("--format", flags->format,
                      "wav, mp3, opus, aac, flac or pcm (default: by the file's name, else wav)");
  AddOutputFlags(*command, flags->common, WithProgress::kNo);
  command->callback(
      [flags, &context] { context.action = [flags, &context] { return RunSpeak(*flags, context); }; });
}

}  // namespace waveshift::app
