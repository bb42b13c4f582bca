// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/dub_command.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/cli/balance.h"
#include "app/cli/dub_request.h"
#include "app/cli/engines.h"
#include "app/cli/number_flag.h"
#include "app/cli/output_folder.h"
#include "app/cli/progress_printer.h"
#include "app/cli/recordings.h"
#include "app/cli/separators.h"
#include "app/cli/shortening.h"
#include "base/files.h"
#include "config/settings.h"
#include "pipeline/job.h"
#include "stores/object_store.h"

namespace waveshift::app {
namespace {

struct Flags {
  DubFlags dub;
  OutputFlags common;
  bool resume = false;
  // Each stands for a configuration key, and wins over it; "" leaves it as it is.
  std::string device;
  std::string background;
  std::string separator;
  std::string shorten;
  bool lengthen = false;
  std::string loudness;
};

// Held locks are released by the system when the process dies, so a killed run never blocks the next one.
constexpr std::chrono::seconds kLeaseLifetime{60};

// What the job reads.
std::vector<std::string> InputsOf(const DubFlags& flags, const pipeline::JobSpec& spec) {
  std::vector<std::string> inputs = {flags.video, flags.transcript, flags.audio, flags.voices};
  for (const auto& [speaker, voice] : spec.voices) inputs.push_back(voice.reference_path);
  return inputs;
}

StatusOr<pipeline::JobResult> RunWithProgress(const Flags& flags, const DubRequest& request,
                                              const service::Engine& engine,
                                              const service::Background& background,
                                              const ShorteningSetup& shortening,
                                              const voices::Vad& voice_activity, stores::ObjectStore& store,
                                              ProgressStyle style, const std::stop_token& stop) {
  ProgressPrinter printer(style, std::cerr, StandardErrorColumns());
  pipeline::JobDeps deps;
  deps.output = &store;
  deps.synthesizer = engine.synthesizer.get();
  deps.voice_namer = engine.voice_namer;
  deps.other_namers = engine.other_namers;
  deps.chat_model = shortening.model.get();
  deps.voice_activity = &voice_activity;
  deps.separator = background.separator;
  deps.notices = background.notices;
  deps.scratch_parent = request.output_directory + "/.waveshift/tmp";
  deps.on_progress = [&](const pipeline::Progress& progress) { printer.Update(progress); };
  if (!flags.common.quiet) deps.on_notice = [&](const std::string& line) { printer.Notice(line); };
  if (deps.on_notice && !engine.notice.empty()) deps.on_notice(engine.notice);
  if (const std::string there = LanguageOfDub(request.output_directory);
      deps.on_notice && !there.empty() && there != request.spec.target_language) {
    deps.on_notice(request.output_directory + ": the dub in '" + there +
                   "' that lies there gives way to this one; -o OTHER keeps both");
  }
  // What a killed run left half-made; nobody else works here while the lease is held.
  std::error_code ignored;
  std::filesystem::remove_all(deps.scratch_parent, ignored);
  auto result = pipeline::RunJob(request.spec, deps, stop);
  printer.Stop();
  std::filesystem::remove_all(deps.scratch_parent, ignored);
  return result;
}

Status PrintResult(const Flags& flags, const DubRequest& request, const pipeline::JobResult& result) {
  const std::string folder = request.output_directory + "/";
  if (flags.common.json) {
    const nlohmann::ordered_json json = {{"status", result.completed ? "completed" : "failed"},
                                         {"directory", request.output_directory},
                                         {"playlist", folder + "playlist.m3u8"},
                                         {"video", folder + "dubbed.mp4"},
                                         {"report", folder + "report.json"},
                                         {"target_language", request.spec.target_language},
                                         {"lines", result.lines},
                                         {"dubbed", result.dubbed},
                                         {"kept", result.kept},
                                         {"failed", result.failed},
                                         {"shortened", result.shortened},
                                         {"reused", result.reused},
                                         {"warnings", result.warnings},
                                         {"media_seconds", result.media_seconds},
                                         {"wall_seconds", result.wall_seconds}};
    return PrintOut(json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  }
  char summary[200];
  std::snprintf(summary, sizeof summary,
                "%lld lines: %lld dubbed, %lld kept, %lld failed, %lld reused; %.1f s of video in %.1f s\n",
                static_cast<long long>(result.lines), static_cast<long long>(result.dubbed),
                static_cast<long long>(result.kept), static_cast<long long>(result.failed),
                static_cast<long long>(result.reused), result.media_seconds, result.wall_seconds);
  return PrintOut(summary + ("video:    " + folder + "dubbed.mp4\n") + "stream:   " + folder +
                  "playlist.m3u8\n" + "report:   " + folder + "report.html\n");
}

// The original sound is left alone where nothing is spoken.
StatusOr<service::Background> BackgroundFor(const Flags& flags, const config::Settings& settings,
                                            bool speaks) {
  BackgroundChoice choice = BackgroundChoiceFrom(settings);
  choice.threads = flags.dub.threads;
  if (!speaks) choice.may_separate = false;
  return MakeBackground(choice);
}

Status RunDub(const Flags& flags, CommandContext& context) {
  const auto style =
      ChooseProgressStyle(flags.common.progress, flags.common.quiet, StandardErrorIsTerminal());
  if (!style.ok()) return UsageError(Message(style.status()));
  if (flags.resume && flags.dub.fresh) return UsageError("--resume and --fresh exclude each other");
  WS_ASSIGN_OR_RETURN(const config::Settings* settings, context.Settings());
  DubFlags wanted = flags.dub;
  if (wanted.engine.empty()) wanted.engine = settings->engine;
  WS_ASSIGN_OR_RETURN(DubRequest request, MakeDubRequest(wanted));
  WS_RETURN_IF_ERROR(CheckOutputFolder(request.output_directory, InputsOf(wanted, request.spec)));
  WS_ASSIGN_OR_RETURN(const ShorteningSetup shortening, MakeShortening(*settings));
  request.spec.options.shortening = shortening.options;
  request.spec.options.balance = BalanceFrom(*settings);
  request.spec.options.clips = ClipOptionsFrom(*settings);
  const std::unique_ptr<voices::Vad> voice_activity = MakeVoiceActivity(*settings);
  service::Engine engine;
  if (request.spec.options.speak) {
    EngineChoice choice = ChoiceFrom(*settings);
    choice.word = request.engine;
    choice.has_recordings = true;
    choice.threads = flags.dub.threads;
    WS_ASSIGN_OR_RETURN(engine, MakeEngine(choice, request.spec.target_language, EnginesOf(request.spec)));
    WS_RETURN_IF_ERROR(CheckVoices(flags.dub.voices, request.spec, *engine.synthesizer));
  }
  WS_ASSIGN_OR_RETURN(const service::Background background,
                      BackgroundFor(flags, *settings, request.spec.options.speak));
  request.spec.options.background = background.mode;
  request.spec.options.separation_limit_s = settings->source_audio.vocal_separation_timeout_s;
  std::error_code error;
  const bool was_there = std::filesystem::exists(request.output_directory, error);
  WS_ASSIGN_OR_RETURN(const auto store, stores::OpenFileObjectStore(request.output_directory));
  auto lease = store->AcquireLease(request.spec.layout.journal_prefix + "lease",
                                   "waveshift dub, process " + std::to_string(::getpid()), kLeaseLifetime);
  if (!lease.ok()) return Annotate(lease.status(), request.output_directory + ": another run works here");
  auto result = RunWithProgress(flags, request, engine, background, shortening, *voice_activity, *store,
                                *style, context.stop());
  if (!result.ok()) {
    // Bad input is refused before anything is made: it must not leave a folder behind.
    const bool bad_input = ExitCodeFor(result.status()) == ExitCodeFor(InvalidArgument(""));
    if (bad_input && !was_there) std::filesystem::remove_all(request.output_directory, error);
    return result.status();
  }
  WS_RETURN_IF_ERROR(PrintResult(flags, request, *result));
  return result->completed ? OkStatus() : Internal(result->failure);
}

void AddFlags(CLI::App& command, Flags& flags) {
  DubFlags& dub = flags.dub;
  command.add_option("VIDEO", dub.video, "The video")->required();
  command.add_option("--transcript", dub.transcript, "Timed, translated transcript (.json, .srt, .vtt)")
      ->required();
  command.add_option("--audio", dub.audio, "Separate audio track");
  command.add_option("--lang", dub.language,
                     "Target language (BCP-47, chinese, english) when the transcript does not say");
  command.add_option("-o,--output", dub.output,
                     "Output folder (default: the video's name without its ending, plus .dub)");
  command.add_option("--engine", dub.engine, "Speech engine")
      ->check(CLI::IsMember({"auto", "indextts", "kokoro", "piper", "espeak", "none"}));
  command.add_option("--voices", dub.voices, "JSON or YAML file: a voice for each speaker");
  command.add_option("--background", flags.background, "What becomes of the original sound")
      ->check(CLI::IsMember({"auto", "separate", "duck", "none"}));
  command.add_option("--separator", flags.separator, "Speech separation model")
      ->check(CLI::IsMember({"auto", "mdx", "deepfilter"}));
  command.add_option("--subtitles", dub.subtitles, "Subtitles")
      ->check(CLI::IsMember({"none", "soft", "burn"}));
  command.add_option("--max-speed", dub.max_speed, "Highest tempo of a line, 1.0 to 1.3")
      ->check(NumberFrom(1.0, 1.3));
  command.add_option("--shorten", flags.shorten, "How lines that are too long are shortened")
      ->check(CLI::IsMember({"auto", "llm", "rules", "none"}));
  command.add_flag("--lengthen", flags.lengthen, "Say lines that are far too short more fully");
  command
      .add_option("--loudness", flags.loudness,
                  "Loudness of the dubbed track in LUFS, e.g. -23, -16, -14; off: as the original")
      ->check(CLI::IsMember({"off"}) | NumberFrom(-31, -9));
  command.add_flag("--keep-lines", dub.keep_lines, "Keep each line's WAV");
  command.add_flag("--resume", flags.resume, "Go on from what an earlier run finished (default)");
  command.add_flag("--fresh", dub.fresh, "Forget what an earlier run finished");
  command.add_option("--threads", dub.threads, "Threads (0: all)")->check(CLI::Range(0, 1024));
  command.add_option("--device", flags.device, "What models run on")
      ->check(CLI::IsMember({"auto", "cpu", "cuda"}));
}

}  // namespace

void RegisterDub(CLI::App& app, CommandContext& context) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command = app.add_subcommand("dub", "Dubs a local video with its transcript");
  AddFlags(*command, *flags);
  AddOutputFlags(*command, flags->common, WithProgress::kYes);
  command->callback([flags, &context] {
    if (!flags->background.empty()) context.overrides["WAVESHIFT_BACKGROUND"] = flags->background;
    if (!flags->device.empty()) context.overrides["WAVESHIFT_DEVICE"] = flags->device;
    if (!flags->separator.empty()) context.overrides["WAVESHIFT_SEPARATOR"] = flags->separator;
    if (!flags->shorten.empty()) context.overrides["WAVESHIFT_SHORTENING"] = flags->shorten;
    if (flags->lengthen) context.overrides["WAVESHIFT_LENGTHENING"] = "true";
    if (!flags->loudness.empty()) context.overrides["WAVESHIFT_LOUDNESS"] = flags->loudness;
    context.action = [flags, &context] { return RunDub(*flags, context); };
  });
}

}  // namespace waveshift::app
