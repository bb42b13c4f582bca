// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/speak_command.h"

#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/cli/engines.h"
#include "audio/wav.h"
#include "base/files.h"
#include "config/settings.h"
#include "text/language.h"
#include "text/transcript.h"

namespace waveshift::app {
namespace {

struct SpeakFlags {
  std::string text;
  std::string voice;
  std::string engine;
  std::string language;
  std::string output;
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

// The language that a script stands for when nobody says which one it is.
std::string GuessLanguage(std::string_view text) {
  bool han = false;
  for (size_t i = 0; i + 1 < text.size(); ++i) {
    const auto a = static_cast<unsigned char>(text[i]);
    const auto b = static_cast<unsigned char>(text[i + 1]);
    if (a == 0xd0 || a == 0xd1) return "ru";                              // U+0400..U+047F
    if (a == 0xe3 && (b == 0x81 || b == 0x82 || b == 0x83)) return "ja";  // kana
    if (a >= 0xea && a <= 0xed && !(a == 0xea && b < 0xb0)) return "ko";  // hangul syllables
    han = han || (a >= 0xe4 && a <= 0xe9);                                // U+4000..U+9FFF
  }
  return han ? "zh" : "en";
}

// Whether --voice names a recording to clone rather than one of the engine's voices.
bool IsRecording(const std::string& voice) {
  return voice.find('/') != std::string::npos || std::filesystem::path(voice).has_extension();
}

Status CheckFlags(const SpeakFlags& flags) {
  if (flags.output == "-" && flags.common.json)
    return UsageError("-o - and --json both want standard output");
  if (flags.output == "-" && ::isatty(STDOUT_FILENO) == 1) {
    return UsageError("-o -: standard output is a terminal; give a file or a pipe");
  }
  return OkStatus();
}

Status RunSpeak(const SpeakFlags& flags, CommandContext& context) {
  WS_RETURN_IF_ERROR(CheckFlags(flags));
  WS_ASSIGN_OR_RETURN(const config::Settings* settings, context.Settings());
  tts::SpeakRequest request;
  WS_ASSIGN_OR_RETURN(request.text, ReadText(flags.text));
  if (!text::IsValidUtf8(request.text)) return InvalidArgument("TEXT: is not valid UTF-8");
  if (!text::HasSayableWords(request.text)) return InvalidArgument("TEXT: there is nothing to say");
  request.language = GuessLanguage(request.text);
  if (!flags.language.empty()) {
    auto language = text::CanonicalLanguage(flags.language);
    if (!language.ok()) return Annotate(language.status(), "--lang");
    request.language = *language;
  }
  const bool clone = IsRecording(flags.voice);
  (clone ? request.voice.reference_path : request.voice.name) = flags.voice;
  request.speed = flags.speed;
  EngineChoice choice = ChoiceFrom(*settings);
  if (!flags.engine.empty()) choice.word = flags.engine;
  choice.has_recordings = clone;
  if (clone && (choice.word.empty() || choice.word == "auto")) choice.word = "indextts";
  WS_ASSIGN_OR_RETURN(const service::Engine engine, MakeEngine(choice, request.language));
  if (!engine.synthesizer) return InvalidArgument("--engine: \"none\" cannot speak");
  if (clone && !engine.synthesizer->Clones(request.voice)) {
    return InvalidArgument("--voice " + flags.voice + ": " + std::string(engine.synthesizer->name()) +
                           " does not clone voices; give a voice's name, or --engine indextts");
  }
  WS_ASSIGN_OR_RETURN(const tts::SpokenLine line,
                      tts::SpeakOne(*engine.synthesizer, request, context.stop()));
  WS_ASSIGN_OR_RETURN(const std::string wav, audio::EncodeWav(line.audio, audio::WavFormat::kPcm16));
  if (flags.output == "-") return PrintOut(wav);
  WS_RETURN_IF_ERROR(WriteFileAtomic(flags.output, wav));
  if (!flags.common.quiet) {
    if (!engine.notice.empty()) std::cerr << "waveshift: " + engine.notice + "\n";
    for (const std::string& warning : line.warnings) std::cerr << "waveshift: " + warning + "\n";
  }
  if (!flags.common.json) return OkStatus();
  const nlohmann::ordered_json json = {{"output", flags.output},
                                       {"engine", engine.synthesizer->name()},
                                       {"voice", line.voice},
                                       {"language", request.language},
                                       {"seconds", line.audio.seconds()},
                                       {"sample_rate_hz", line.audio.sample_rate_hz},
                                       {"warnings", line.warnings}};
  return PrintOut(json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

}  // namespace

void RegisterSpeak(CLI::App& app, CommandContext& context) {
  auto flags = std::make_shared<SpeakFlags>();
  CLI::App* command = app.add_subcommand("speak", "Speaks a text into a WAV file");
  command->add_option("TEXT", flags->text, "What to say; - reads standard input")->required();
  command->add_option(
      "--voice", flags->voice,
      "Name of a voice of the engine, or a recording (WAV, FLAC, ...) whose voice indextts clones");
  command->add_option("--engine", flags->engine,
                      "auto, indextts, kokoro, piper or espeak (default: WAVESHIFT_ENGINE, else auto)");
  command->add_option("--lang", flags->language, "BCP-47 language (default: from the text's script)");
  command->add_option("--speed", flags->speed, "Tempo, 1 is natural")->check(CLI::Range(0.25, 4.0));
  command->add_option("-o,--output", flags->output, "WAV file; - writes to standard output")->required();
  AddOutputFlags(*command, flags->common, WithProgress::kNo);
  command->callback(
      [flags, &context] { context.action = [flags, &context] { return RunSpeak(*flags, context); }; });
}

}  // namespace waveshift::app
