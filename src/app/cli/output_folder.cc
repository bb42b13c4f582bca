// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/output_folder.h"

#include <filesystem>
#include <system_error>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "pipeline/output_keys.h"

namespace waveshift::app {
namespace {

namespace fs = std::filesystem;

// 20,000 lines have 30 MB.
constexpr int64_t kMaxReportBytes = 256 << 20;

// `path` as a key of the folder `root`; "" when it lies elsewhere. Both are canonical.
std::string KeyOf(const fs::path& path, const fs::path& root) {
  const fs::path relative = path.lexically_relative(root);
  if (relative.empty() || *relative.begin() == "..") return "";
  return relative.generic_string();
}

// Under its own name and, through links, under that of the file itself.
Status CheckInput(const std::string& input, const fs::path& root, const pipeline::OutputLayout& layout) {
  std::error_code error;
  const fs::path absolute = fs::absolute(input, error);
  const fs::path named = fs::weakly_canonical(absolute.parent_path(), error) / absolute.filename();
  const fs::path itself = fs::weakly_canonical(absolute, error);
  for (const fs::path& path : {named, itself}) {
    const std::string key = KeyOf(path, root);
    if (!key.empty() && pipeline::IsOutputKey(layout, key)) {
      return InvalidArgument(input + ": the dub would overwrite it; choose another output folder with -o");
    }
  }
  return OkStatus();
}

// The first file in `root` whose name is an output's; "" when there is none.
std::string FindOutput(const fs::path& root, const pipeline::OutputLayout& layout) {
  std::error_code error;
  for (fs::directory_iterator top(root, error), end; !error && top != end; top.increment(error)) {
    const std::string name = top->path().filename().generic_string();
    std::error_code no_folder;
    if (!top->is_directory(no_folder)) {
      if (pipeline::IsOutputKey(layout, name)) return name;
      continue;
    }
    bool is_ours = false;
    for (const char* folder : {"video", "audio", "subtitles", "lines", "listen"}) {
      is_ours = is_ours || name == folder;
    }
    if (!is_ours) continue;
    fs::recursive_directory_iterator below(top->path(), error);
    for (const fs::recursive_directory_iterator stop; !error && below != stop; below.increment(error)) {
      const std::string key = below->path().lexically_relative(root).generic_string();
      if (pipeline::IsOutputKey(layout, key)) return key;
    }
  }
  return "";
}

}  // namespace

Status CheckOutputFolder(const std::string& directory, const std::vector<std::string>& inputs) {
  std::error_code error;
  if (!fs::exists(directory, error)) return OkStatus();
  if (!fs::is_directory(directory, error)) return InvalidArgument(directory + ": is not a folder");
  const fs::path root = fs::weakly_canonical(fs::absolute(directory, error), error);
  const pipeline::OutputLayout layout = pipeline::LayoutForDirectory();
  for (const std::string& input : inputs) {
    if (!input.empty()) WS_RETURN_IF_ERROR(CheckInput(input, root, layout));
  }
  if (fs::exists(fs::path(directory) / layout.journal_prefix, error)) return OkStatus();
  const std::string taken = FindOutput(root, layout);
  if (taken.empty()) return OkStatus();
  return InvalidArgument((fs::path(directory) / taken).string() +
                         ": is there already, and not from a dub; choose another output folder with -o");
}

std::string LanguageOfDub(const std::string& directory) {
  const std::string path = directory + "/" + pipeline::LayoutForDirectory().report_prefix + "report.json";
  const StatusOr<std::string> text = ReadFile(path, kMaxReportBytes);
  if (!text.ok()) return "";
  const auto report = nlohmann::json::parse(*text, nullptr, false);
  if (!report.is_object() || report.value("status", nlohmann::json()) != "completed") return "";
  const nlohmann::json language = report.value("target_language", nlohmann::json());
  return language.is_string() ? language.get<std::string>() : "";
}

}  // namespace waveshift::app
