// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/verify/sample.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "service/new_task.h"

namespace waveshift::app {
namespace {

TEST(Sample, IsTheFileThatShips) {
  const auto file = ReadFile(std::string(WAVESHIFT_SOURCE_DIR) + "/share/verify_sample.mp4", 1 << 20);
  ASSERT_TRUE(file.ok());
  EXPECT_TRUE(*file == SampleVideo());
  EXPECT_LT(SampleVideo().size(), 100000u);
}

TEST(Sample, IsATaskThatTheServiceTakes) {
  stores::NewTask task;
  const auto objects = stores::MakeMemoryObjectStore();
  const service::MediaInputs inputs(objects.get(), "", nullptr, 0);
  const auto error = service::ParseNewTask(SampleTaskJson("verify-1", "uploads/verify-1.mp4"), inputs, task);
  EXPECT_EQ(error.detail, "");
  EXPECT_EQ(task.id, "verify-1");
  EXPECT_EQ(task.video_path, "uploads/verify-1.mp4");
  EXPECT_EQ(task.target_language, "en");
  EXPECT_EQ(task.lines.size(), 3u);
}

}  // namespace
}  // namespace waveshift::app
