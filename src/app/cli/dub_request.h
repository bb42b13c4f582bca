// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What `waveshift dub` was asked for, checked and turned into a job.
#ifndef WAVESHIFT_APP_CLI_DUB_REQUEST_H_
#define WAVESHIFT_APP_CLI_DUB_REQUEST_H_

#include <string>

#include "base/status.h"
#include "pipeline/job.h"

namespace waveshift::app {

// The flags as they were typed (contract.md section 1).
struct DubFlags {
  std::string video;
  std::string transcript;
  std::string audio;
  std::string language;
  std::string output;
  std::string engine;  // "" as "auto"
  std::string voices;
  std::string background = "auto";
  std::string separator = "auto";
  std::string subtitles = "soft";
  std::string device = "auto";
  double max_speed = 1.2;
  bool keep_lines = false;
  bool fresh = false;
  int threads = 0;
};

struct DubRequest {
  pipeline::JobSpec spec;
  std::string engine;  // "auto" or the name of one; "" when nothing is to be spoken
  std::string output_directory;
};

// Reads and checks the transcript and the voices file, and maps every flag. InvalidArgument, NotFound: bad
// input; FailedPrecondition: asked for something that this build does not have.
StatusOr<DubRequest> MakeDubRequest(const DubFlags& flags);

// The folder that stands in for -o: the video's path without its ending, plus ".dub".
std::string DefaultOutputDirectory(const std::string& video);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_CLI_DUB_REQUEST_H_
