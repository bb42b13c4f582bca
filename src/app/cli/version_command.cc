// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/version_command.h"

#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/cli/engines.h"
#include "base/version.h"
#include "media/media_info.h"

namespace waveshift::app {
namespace {

std::string Compiler() {
#if defined(__clang__)
  return "clang " __clang_version__;
#elif defined(__GNUC__)
  return "gcc " __VERSION__;
#else
  return "unknown";
#endif
}

Status RunVersion(const OutputFlags& flags) {
  const std::string version(Version());
  if (flags.json) {
    const nlohmann::ordered_json json = {
        {"name", "waveshift"},
        {"version", version},
        {"build", {{"type", WAVESHIFT_BUILD_TYPE}, {"compiler", Compiler()}}},
        {"engines", EngineNames()},
        {"devices", {"cpu"}},
        {"ffmpeg", media::FfmpegVersion()}};
    return PrintOut(json.dump(2) + "\n");
  }
  std::string engines;
  for (const std::string& name : EngineNames()) engines += (engines.empty() ? "" : ", ") + name;
  return PrintOut("waveshift " + version + " (" + WAVESHIFT_BUILD_TYPE + ", " + Compiler() + ")\nengines: " +
                  engines + "\ndevices: cpu\nFFmpeg libraries: " + media::FfmpegVersion() + "\n");
}

}  // namespace

void RegisterVersion(CLI::App& app, CommandContext& context) {
  auto flags = std::make_shared<OutputFlags>();
  CLI::App* command = app.add_subcommand("version", "Version, build, engines and libraries");
  AddOutputFlags(*command, *flags, WithProgress::kNo);
  command->callback([flags, &context] { context.action = [flags] { return RunVersion(*flags); }; });
}

}  // namespace waveshift::app
