// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "models/package_client.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <vector>

#include "base/process.h"

namespace waveshift::models {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::minutes kLongestFetch{60};
constexpr size_t kMostReasonBytes = 200;

struct Command {
  std::string program;
  std::vector<std::string> arguments;
};

// pip as a module of the first Python, else as a program: the Python may have none.
StatusOr<Command> FindPip(const std::stop_token& stop) {
  const std::vector<Command> ways = {{"python3", {"-m", "pip"}}, {"pip3", {}}, {"pip", {}}};
  for (const Command& way : ways) {
    ProcessRequest request{.program = way.program, .arguments = way.arguments};
    request.arguments.emplace_back("--version");
    const auto result = RunProcess(request, stop);
    if (result.ok() && result->exit_code == 0) return way;
    if (result.status().code() == StatusCode::kCancelled) return result.status();
  }
  return FailedPrecondition("pip is not installed (package python3-pip)");
}

StatusOr<Command> PipCommand(const Package& package, const std::string& folder, const std::stop_token& stop) {
  WS_ASSIGN_OR_RETURN(Command command, FindPip(stop));
  for (const char* argument : {"download", "--no-deps", "--only-binary=:all:", "--no-cache-dir", "--quiet",
                               "--disable-pip-version-check", "--dest"}) {
    command.arguments.emplace_back(argument);
  }
  command.arguments.push_back(folder);
  command.arguments.push_back(package.name + "==" + package.version);
  if (package.platform.empty()) return command;
  for (const std::string& argument :
       {std::string("--platform"), package.platform, std::string("--python-version"), package.python,
        std::string("--implementation"), std::string("cp")}) {
    command.arguments.push_back(argument);
  }
  return command;
}

StatusOr<Command> NpmCommand(const Package& package, const std::string& folder) {
  if (!FindProgram("npm").ok()) return FailedPrecondition("npm is not installed (package npm)");
  return Command{"npm",
                 {"pack", package.name + "@" + package.version, "--pack-destination", folder, "--cache",
                  folder + "/npm-cache", "--ignore-scripts", "--loglevel=error"}};
}

// Without what stands between "//" and "@": an address may carry a password.
std::string WithoutUsers(std::string line) {
  for (size_t at = line.find("://"); at != std::string::npos; at = line.find("://", at + 3)) {
    const size_t end = std::min(line.find_first_of("/ \t\"'", at + 3), line.size());
    const size_t user_end = line.rfind('@', end);
    if (user_end != std::string::npos && user_end > at + 2 && user_end < end)
      line.erase(at + 3, user_end - at - 2);
  }
  return line;
}

// The line that says what is wrong: the first one with an error, else the last one.
std::string ReasonIn(const std::string& output) {
  std::string reason;
  for (size_t begin = 0; begin < output.size();) {
    const size_t end = std::min(output.find('\n', begin), output.size());
    const std::string line = output.substr(begin, end - begin);
    begin = end + 1;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    reason = line;
    if (line.find("ERROR") != std::string::npos || line.find("npm error code") != std::string::npos ||
        line.find("npm ERR! code") != std::string::npos)
      break;
  }
  reason = WithoutUsers(reason).substr(0, kMostReasonBytes);
  for (char& c : reason) {
    const auto u = static_cast<unsigned char>(c);
    if (u < 0x20 || u >= 0x7F) c = '?';
  }
  return reason.empty() ? "no message" : reason;
}

bool IsArchiveName(const std::string& name) {
  return name.ends_with(".whl") || name.ends_with(".tgz") || name.ends_with(".tar.gz");
}

StatusOr<std::string> OnlyArchive(const std::string& folder, const std::string& what) {
  std::vector<std::string> found;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->is_regular_file(error) && IsArchiveName(it->path().filename().string()))
      found.push_back(it->path().string());
  }
  if (error) return Internal(folder + ": " + error.message());
  if (found.size() == 1) return found.front();
  return Unavailable(what + ": " + std::to_string(found.size()) + " archives came instead of one");
}

}  // namespace

StatusOr<std::string> FetchWithClient(const Package& package, const std::string& folder,
                                      const std::stop_token& stop) {
  const bool is_npm = package.registry == Package::Registry::kNpm;
  const std::string what = package.name + " " + package.version;
  WS_ASSIGN_OR_RETURN(const Command command,
                      is_npm ? NpmCommand(package, folder) : PipCommand(package, folder, stop));
  WS_ASSIGN_OR_RETURN(
      const ProcessResult result,
      RunProcess({.program = command.program, .arguments = command.arguments, .time_limit = kLongestFetch},
                 stop));
  if (result.exit_code != 0) {
    return Unavailable(what + ": " + (is_npm ? "npm" : "pip") + " could not fetch it: " +
                       ReasonIn(result.error_output.empty() ? result.output : result.error_output));
  }
  return OnlyArchive(folder, what);
}

}  // namespace waveshift::models
