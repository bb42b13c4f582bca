// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/bench_command.h"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "app/bench/bench_row.h"
#include "app/bench/indextts_measure.h"
#include "app/bench/machine_measure.h"
#include "app/bench/scratch_model.h"
#include "app/bench/voices_measure.h"
#include "app/cli/bench_cold_start.h"
#include "app/cli/bench_separation.h"
#include "app/cli/engines.h"
#include "app/cli/progress_printer.h"
#include "base/process.h"
#include "config/settings.h"

namespace waveshift::app {
namespace {

using Words = std::vector<std::string>;

// More than any configuration takes; a process that hangs ends at last.
constexpr std::chrono::hours kPatience{2};

struct BenchFlags {
  Words names;
  Words engines;
  std::vector<int> threads = {1, 2};
  int rounds = 0;  // 0: the bench's own default
  std::string model;
  Words sizes = {"1.5"};
  Words types = {"q8_0"};
  std::vector<int> batches = {1, 4, 8, 16};
  std::string device = "cpu";
  bool ggml_network = false;
  SeparationBenchFlags separation;
  OutputFlags common;

  bool Wants(const std::string& name) const {
    return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
  }
};

const Words kNames = {"machine", "voices", "cold-start", "separation", "indextts"};
const Words kEngines = {"kokoro", "piper", "espeak"};

std::string Joined(const std::vector<int>& numbers) {
  std::string text;
  for (const int number : numbers) text += (text.empty() ? "" : ",") + std::to_string(number);
  return text;
}

std::string ThreadsText(int threads) {
  return std::to_string(threads) + (threads == 1 ? " thread" : " threads");
}

// What a process that measured says, as a status: its exit code and its last line.
Status FailureOf(const ProcessResult& result) {
  std::string reason = result.error_output;
  while (!reason.empty() && reason.back() == '\n') reason.pop_back();
  reason = reason.substr(reason.rfind('\n') + 1);
  const std::string name = "waveshift: ";
  if (reason.starts_with(name)) reason = reason.substr(name.size());
  if (reason.empty()) reason = "a measuring process ended with " + std::to_string(result.exit_code);
  if (result.exit_code == 3) return InvalidArgument(reason);
  if (result.exit_code == 4) return FailedPrecondition(reason);
  if (result.exit_code == 130) return Cancelled(reason);
  return Internal(reason);
}

class BenchRun {
 public:
  BenchRun(const BenchFlags& flags, CommandContext& context, const config::Settings& settings,
           ProgressPrinter& printer)
      : flags_(flags), context_(context), settings_(settings), printer_(printer) {
    const size_t threads = flags_.threads.size();
    const size_t models = flags_.model.empty() ? flags_.sizes.size() * flags_.types.size() : 1;
    if (flags_.Wants("machine")) total_ += threads;
    if (flags_.Wants("voices")) total_ += threads * Engines().size();
    if (flags_.Wants("cold-start")) total_ += Engines().size();
    if (flags_.Wants("indextts")) total_ += threads * models;
    if (flags_.Wants("separation")) {
      for (const std::string& method : SeparationMethods(flags_.separation))
        total_ += HasNetwork(method) ? threads : 1;
    }
  }

  // What is finished stays in report(), also after an error.
  Status Run() {
    if (flags_.Wants("machine")) WS_RETURN_IF_ERROR(RunMachine());
    if (flags_.Wants("voices")) WS_RETURN_IF_ERROR(RunVoices());
    if (flags_.Wants("cold-start")) WS_RETURN_IF_ERROR(RunColdStart());
    if (flags_.Wants("separation")) WS_RETURN_IF_ERROR(RunSeparation());
    if (flags_.Wants("indextts")) WS_RETURN_IF_ERROR(RunIndexTts());
    Tell(0, "finished");
    return OkStatus();
  }
  const BenchReport& report() const { return report_; }

 private:
  const Words& Engines() const { return flags_.engines.empty() ? kEngines : flags_.engines; }

  void Tell(double share, const std::string& what) {
    printer_.Update(
        {.stage = what, .percent = 100 * (static_cast<double>(done_) + share) / static_cast<double>(total_)});
  }
  BenchProgress Teller(int threads) {
    return [this, threads](double share, const std::string& what) {
      Tell(share, what + ", " + ThreadsText(threads));
    };
  }
  void Take(std::vector<BenchRow> rows) {
    report_.rows.insert(report_.rows.end(), rows.begin(), rows.end());
    ++done_;
  }

  Status RunMachine() {
    for (const int threads : flags_.threads) {
      if (context_.stop().stop_requested()) return Cancelled("stopped");
      Tell(0, "machine, " + ThreadsText(threads));
      Take(MachineRows(threads));
    }
    return OkStatus();
  }

  Status RunVoices() {
    for (const std::string& engine : Engines()) {
      EngineChoice choice = ChoiceFrom(settings_);
      choice.word = engine;
      choice.device = flags_.device;
      if (total_ == 1) return MeasureHere(choice);
      const Status ready = MakeEngine(choice, "en").status();
      if (!ready.ok() && !flags_.engines.empty()) return ready;
      if (!ready.ok()) {
        report_.skipped.push_back({engine, Message(ready)});
        done_ += flags_.threads.size();
        continue;
      }
      for (const int threads : flags_.threads) {
        Tell(0, "voices " + engine + ", " + ThreadsText(threads));
        WS_RETURN_IF_ERROR(MeasureElsewhere({"voices", "--engine", engine}, threads));
      }
    }
    return OkStatus();
  }

  Status MeasureHere(EngineChoice choice) {
    choice.threads = flags_.threads.front();
    VoicesMeasureOptions options = {.threads = choice.threads, .progress = Teller(choice.threads)};
    if (flags_.rounds > 0) options.rounds = flags_.rounds;
    const auto make = [&]() -> StatusOr<std::shared_ptr<tts::Synthesizer>> {
      WS_ASSIGN_OR_RETURN(const service::Engine engine, MakeEngine(choice, "en"));
      return engine.synthesizer;
    };
    WS_ASSIGN_OR_RETURN(std::vector<BenchRow> rows, MeasureVoice(make, options, context_.stop()));
    Take(std::move(rows));
    return OkStatus();
  }

  Status RunColdStart() {
    for (const std::string& engine : Engines()) {
      EngineChoice choice = ChoiceFrom(settings_);
      choice.word = engine;
      const Status ready = MakeEngine(choice, "en").status();
      if (!ready.ok() && !flags_.engines.empty()) return ready;
      if (!ready.ok()) {
        report_.skipped.push_back({engine, Message(ready)});
        ++done_;
        continue;
      }
      const BenchProgress tell = [this](double share, const std::string& what) { Tell(share, what); };
      WS_ASSIGN_OR_RETURN(std::vector<BenchRow> rows,
                          BenchColdStart(engine, flags_.rounds, settings_, tell, context_.stop()));
      Take(std::move(rows));
    }
    return OkStatus();
  }

  Status RunSeparation() {
    for (const std::string& method : SeparationMethods(flags_.separation)) {
      if (total_ == 1 || !HasNetwork(method)) {
        const int threads = flags_.threads.front();
        WS_ASSIGN_OR_RETURN(std::vector<BenchRow> rows,
                            BenchSeparation(flags_.separation, method, threads, flags_.device, settings_,
                                            Teller(threads), context_.stop()));
        Take(std::move(rows));
        continue;
      }
      const Status ready = CheckSeparationMethod(method, settings_);
      if (!ready.ok() && !flags_.separation.methods.empty()) return ready;
      if (!ready.ok()) {
        report_.skipped.push_back({method, Message(ready)});
        done_ += flags_.threads.size();
        continue;
      }
      for (const int threads : flags_.threads) {
        Tell(0, "separation " + method + ", " + ThreadsText(threads));
        Words arguments = SeparationArguments(flags_.separation, method);
        arguments.insert(arguments.end(), {"--device", flags_.device});
        WS_RETURN_IF_ERROR(MeasureElsewhere(std::move(arguments), threads));
      }
    }
    return OkStatus();
  }

  Status RunIndexTts() {
    if (!flags_.model.empty()) return MeasureModel(flags_.model);
    for (const std::string& size : flags_.sizes) {
      for (const std::string& type : flags_.types) {
        const std::string what = "making a model " + size + " " + type;
        WS_ASSIGN_OR_RETURN(const ScratchModel model, ScratchModel::Make(
                                                          settings_.model_dir, size, *ggml::ParseType(type),
                                                          [&](double) { Tell(0, what); }, context_.stop()));
        WS_RETURN_IF_ERROR(MeasureModel(model.path()));
      }
    }
    return OkStatus();
  }

  Status MeasureModel(const std::string& path) {
    if (total_ == 1 && !flags_.model.empty()) return MeasureModelHere(path);
    for (const int threads : flags_.threads) {
      Tell(0, "indextts, " + ThreadsText(threads));
      Words arguments = {"indextts", "--model",    path, "--batch", Joined(flags_.batches),
                         "--device", flags_.device};
      if (flags_.ggml_network) arguments.emplace_back("--ggml");
      WS_RETURN_IF_ERROR(MeasureElsewhere(std::move(arguments), threads));
    }
    return OkStatus();
  }

  Status MeasureModelHere(const std::string& path) {
    IndexTtsMeasureOptions options = {.threads = flags_.threads.front(),
                                      .batches = flags_.batches,
                                      .ggml_network = flags_.ggml_network,
                                      .progress = Teller(flags_.threads.front())};
    if (flags_.device == "cuda") options.device = ggml::DeviceKind::kCuda;
    if (flags_.rounds > 0) {
      options.rounds = flags_.rounds;
      options.steps = flags_.rounds;
    }
    WS_ASSIGN_OR_RETURN(std::vector<BenchRow> rows, MeasureIndexTts(path, options, context_.stop()));
    Take(std::move(rows));
    return OkStatus();
  }

  // One configuration, by this program in a process of its own.
  Status MeasureElsewhere(Words arguments, int threads) {
    ProcessRequest request;
    request.program = "/proc/self/exe";
    request.time_limit = kPatience;
    arguments.insert(arguments.begin(), "bench");
    for (const char* word : {"--json", "--quiet", "--threads"}) arguments.emplace_back(word);
    arguments.push_back(std::to_string(threads));
    if (flags_.rounds > 0) {
      arguments.emplace_back("--rounds");
      arguments.push_back(std::to_string(flags_.rounds));
    }
    request.arguments = std::move(arguments);
    const StatusOr<ProcessResult> ran = RunProcess(request, context_.stop());
    if (context_.stop().stop_requested()) return Cancelled("stopped");
    WS_ASSIGN_OR_RETURN(const ProcessResult result, ran);
    if (result.exit_code != 0) return FailureOf(result);
    WS_ASSIGN_OR_RETURN(BenchReport report, ParseBenchJson(result.output));
    Take(std::move(report.rows));
    return OkStatus();
  }

  const BenchFlags& flags_;
  CommandContext& context_;
  const config::Settings& settings_;
  ProgressPrinter& printer_;
  size_t total_ = 0;  // configurations
  size_t done_ = 0;
  BenchReport report_;
};

Status RunBench(const BenchFlags& flags, CommandContext& context) {
  const auto style =
      ChooseProgressStyle(flags.common.progress, flags.common.quiet, StandardErrorIsTerminal());
  if (!style.ok()) return UsageError(Message(style.status()));
  WS_ASSIGN_OR_RETURN(const config::Settings* settings, context.Settings());
  ProgressPrinter printer(*style, std::cerr, StandardErrorColumns());
  BenchRun run(flags, context, *settings, printer);
  const Status status = run.Run();
  printer.Stop();
  if (!status.ok() && run.report().rows.empty()) return status;
  WS_RETURN_IF_ERROR(PrintOut(flags.common.json ? BenchJson(run.report()) + "\n" : BenchTable(run.report())));
  return status;
}

void AddVoicesFlags(CLI::App& command, BenchFlags& flags) {
  command.add_option("--engine", flags.engines, "voices, cold-start: which (default: all that are ready)")
      ->check(CLI::IsMember(kEngines))
      ->delimiter(',')
      ->allow_extra_args(false);
}

void AddIndexTtsFlags(CLI::App& command, BenchFlags& flags) {
  auto* model = command.add_option(
      "--model", flags.model, "indextts: a GGUF file (default: one with random weights, removed afterwards)");
  command.add_option("--size", flags.sizes, "indextts: sizes of the random model")
      ->check(CLI::IsMember(Words{"1.0", "1.5", "tiny"}))
      ->delimiter(',')
      ->allow_extra_args(false)
      ->excludes(model)
      ->capture_default_str();
  command.add_option("--type", flags.types, "indextts: types of its GPT's matrices")
      ->check(CLI::IsMember(Words{"f32", "f16", "q8_0", "q4_k"}))
      ->delimiter(',')
      ->allow_extra_args(false)
      ->excludes(model)
      ->capture_default_str();
  command.add_option("--batch", flags.batches, "indextts: lines whose codes are generated together")
      ->check(CLI::Range(1, 64))
      ->delimiter(',')
      ->allow_extra_args(false)
      ->capture_default_str();
  command.add_flag("--ggml", flags.ggml_network, "indextts: the GPT by ggml instead of kernels of our own");
}

}  // namespace

void RegisterBench(CLI::App& app, CommandContext& context) {
  auto flags = std::make_shared<BenchFlags>();
  CLI::App* command =
      app.add_subcommand("bench", "Measures this machine, speech engines, starting, separation and IndexTTS");
  command
      ->add_option("NAME", flags->names, "machine, voices, cold-start, separation, indextts (default: all)")
      ->check(CLI::IsMember(kNames));
  command->add_option("--threads", flags->threads, "Numbers of threads, each measured alone")
      ->check(CLI::Range(1, 512))
      ->delimiter(',')
      ->allow_extra_args(false)
      ->capture_default_str();
  command->add_option("--rounds", flags->rounds, "How often each figure is taken (default: by the bench)")
      ->check(CLI::Range(1, 1000));
  command->add_option("--device", flags->device, "Where to compute")
      ->check(CLI::IsMember({"cpu", "cuda"}))
      ->capture_default_str();
  AddVoicesFlags(*command, *flags);
  AddSeparationFlags(*command, flags->separation);
  AddIndexTtsFlags(*command, *flags);
  AddOutputFlags(*command, flags->common, WithProgress::kYes);
  command->callback(
      [flags, &context] { context.action = [flags, &context] { return RunBench(*flags, context); }; });
}

}  // namespace waveshift::app
