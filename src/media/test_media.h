// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// For this room's tests: small media files, made by the ffmpeg program when a test runs.
#ifndef WAVESHIFT_MEDIA_TEST_MEDIA_H_
#define WAVESHIFT_MEDIA_TEST_MEDIA_H_

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/files.h"
#include "base/process.h"
#include "base/status.h"

namespace waveshift::media {

class MediaTest : public testing::Test {
 protected:
  void SetUp() override {
    auto made = ScratchDirectory::Make();
    ASSERT_TRUE(made.ok()) << made.status();
    scratch_.emplace(std::move(made).value());
  }

  std::string Path(const std::string& name) const { return scratch_->path() + "/" + name; }

  // Runs ffmpeg with `arguments` (split at blanks) and the output `name`; its path.
  std::string Make(const std::string& name, const std::string& arguments) {
    ProcessRequest request{.program = "ffmpeg", .arguments = {"-v", "error", "-nostdin", "-y"}};
    std::istringstream words(arguments);
    for (std::string word; words >> word;) request.arguments.push_back(word);
    request.arguments.push_back(Path(name));
    request.time_limit = std::chrono::minutes(4);
    const auto result = RunProcess(request, {});
    EXPECT_TRUE(result.ok()) << result.status();
    if (result.ok()) {
      EXPECT_EQ(result->exit_code, 0) << arguments << "\n" << result->error_output;
    }
    return Path(name);
  }

  // What ffprobe prints for `entries` of the streams `select`, one line each.
  std::vector<std::string> Probe(const std::string& path, const std::string& select,
                                 const std::string& entries) {
    const ProcessRequest request{.program = "ffprobe",
                                 .arguments = {"-v", "error", "-select_streams", select, "-show_entries",
                                               entries, "-of", "csv=p=0", path}};
    const auto result = RunProcess(request, {});
    EXPECT_TRUE(result.ok()) << result.status();
    std::vector<std::string> lines;
    if (!result.ok()) return lines;
    std::istringstream text(result->output);
    for (std::string line; std::getline(text, line);) {
      if (!line.empty()) lines.push_back(line);
    }
    return lines;
  }

  // Cuts the file to this share of its size.
  void CutOff(const std::string& path, double share) {
    const auto size = static_cast<double>(std::filesystem::file_size(path));
    std::filesystem::resize_file(path, static_cast<uintmax_t>(size * share));
  }

  std::optional<ScratchDirectory> scratch_;
};

}  // namespace waveshift::media

#endif  // WAVESHIFT_MEDIA_TEST_MEDIA_H_
