// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/bench_separation.h"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include <CLI/CLI.hpp>

#include "app/bench/random_mdx.h"
#include "app/bench/scratch_model.h"
#include "app/bench/separation_measure.h"
#include "app/bench/separation_programme.h"
#include "app/cli/number_flag.h"
#include "app/cli/separators.h"
#include "base/files.h"
#include "config/settings.h"
#include "separation/mdx/mdx.h"

namespace waveshift::app {
namespace {

using Words = std::vector<std::string>;

const Words kMethods = {"deepfilter", "mdx", "duck", "centre"};
// A random network is slow on a processor, and what it says is worth nothing.
constexpr double kRandomSeconds = 12;
constexpr int64_t kRandomBytes = int64_t{70} << 20;

BackgroundChoice ChoiceOf(const std::string& method, const config::Settings& settings) {
  BackgroundChoice choice = BackgroundChoiceFrom(settings);
  choice.background = "separate";
  choice.separator = method;
  return choice;
}

// A file of a random network beside the models; it goes with the folder.
StatusOr<std::string> WriteRandomModel(const ScratchDirectory& folder) {
  std::error_code error;
  const auto space = std::filesystem::space(folder.path(), error);
  if (!error)
    WS_RETURN_IF_ERROR(CheckRoom(folder.path(), kRandomBytes, static_cast<int64_t>(space.available)));
  // By its name it has the sizes of the one model that the program knows.
  std::string path = folder.path() + "/Kim_Vocal_2.onnx";
  WS_RETURN_IF_ERROR(WriteFileAtomic(path, RandomMdxBytes({})));
  return path;
}

StatusOr<std::vector<BenchRow>> BenchRandomMdx(const SeparationBenchFlags& flags,
                                               const BackgroundChoice& choice,
                                               SeparationMeasureOptions options,
                                               const std::stop_token& stop) {
  WS_RETURN_IF_ERROR(MakeDirectories(choice.model_dir));
  WS_ASSIGN_OR_RETURN(const ScratchDirectory folder, ScratchDirectory::Make(choice.model_dir));
  WS_ASSIGN_OR_RETURN(const std::string path, WriteRandomModel(folder));
  WS_ASSIGN_OR_RETURN(const SeparationSources sources,
                      LoadSources(flags.speech, flags.music, kRandomSeconds, stop));
  options.quality = false;
  options.minutes.clear();
  const auto separator =
      separation::MakeMdx({.model_path = path,
                           .threads = choice.threads,
                           .device = choice.device == "cuda" ? onnx::Device::kCuda : onnx::Device::kCpu});
  return MeasureSeparator(*separator, "mdx with random weights", sources, options, stop);
}

}  // namespace

void AddSeparationFlags(CLI::App& command, SeparationBenchFlags& flags) {
  command.add_option("--method", flags.methods, "separation: which (default: all that are ready)")
      ->check(CLI::IsMember(kMethods))
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_option("--speech", flags.speech, "separation: a file with speech (default: espeak-ng's)");
  command.add_option("--music", flags.music,
                     "separation: a file with music, as long as the speech (default: made by the bench)");
  command.add_option("--seconds", flags.seconds, "separation: how much of the two files is taken, at most")
      ->check(NumberFrom(2, 600))
      ->capture_default_str();
  command.add_option("--minutes", flags.minutes, "separation: lengths after which memory is looked at")
      ->check(NumberFrom(0.1, 1000))
      ->delimiter(',')
      ->allow_extra_args(false)
      ->capture_default_str();
}

std::vector<std::string> SeparationMethods(const SeparationBenchFlags& flags) {
  return flags.methods.empty() ? kMethods : flags.methods;
}

bool HasNetwork(const std::string& method) { return method == "deepfilter" || method == "mdx"; }

std::vector<std::string> SeparationArguments(const SeparationBenchFlags& flags, const std::string& method) {
  char seconds[32];
  std::snprintf(seconds, sizeof seconds, "%.17g", flags.seconds);
  Words arguments = {"separation", "--method", method, "--seconds", seconds};
  if (!flags.speech.empty()) arguments.insert(arguments.end(), {"--speech", flags.speech});
  if (!flags.music.empty()) arguments.insert(arguments.end(), {"--music", flags.music});
  std::string minutes;
  for (const double each : flags.minutes) {
    std::snprintf(seconds, sizeof seconds, "%.17g", each);
    minutes += (minutes.empty() ? "" : ",") + std::string(seconds);
  }
  arguments.insert(arguments.end(), {"--minutes", minutes});
  return arguments;
}

Status CheckSeparationMethod(const std::string& method, const config::Settings& settings) {
  return method == "deepfilter" ? MakeBackground(ChoiceOf(method, settings)).status() : OkStatus();
}

StatusOr<std::vector<BenchRow>> BenchSeparation(const SeparationBenchFlags& flags, const std::string& method,
                                                int threads, const std::string& device,
                                                const config::Settings& settings,
                                                const BenchProgress& progress, const std::stop_token& stop) {
  BackgroundChoice choice = ChoiceOf(method, settings);
  choice.threads = threads;
  choice.device = device;
  const SeparationMeasureOptions options{.threads = threads, .minutes = flags.minutes, .progress = progress};
  if (method == "mdx" && !HasMdxModel(choice)) return BenchRandomMdx(flags, choice, options, stop);
  WS_ASSIGN_OR_RETURN(const SeparationSources sources,
                      LoadSources(flags.speech, flags.music, flags.seconds, stop));
  if (!HasNetwork(method)) return MeasureWithoutModel(method, sources);
  return MeasureSeparator(*SeparatorFor(choice), method, sources, options, stop);
}

}  // namespace waveshift::app
