// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/job.h"

namespace waveshift::pipeline {

OutputLayout LayoutForDirectory() {
  return {.hls_prefix = "",
          .mp4_key = "dubbed.mp4",
          .subtitles_prefix = "",
          .report_prefix = "",
          .lines_prefix = "lines/",
          .journal_prefix = ".waveshift/"};
}

OutputLayout LayoutForTask(const std::string& task_id) {
  return {.hls_prefix = "hls/" + task_id + "/",
          .mp4_key = "videos/" + task_id + "/final_video.mp4",
          .subtitles_prefix = "subtitles/" + task_id + "/",
          .report_prefix = "reports/" + task_id + "/",
          .lines_prefix = "reports/" + task_id + "/lines/",
          .journal_prefix = "journal/" + task_id + "/"};
}

}  // namespace waveshift::pipeline
