// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What `waveshift dub` was asked for, checked and turned into a job.
#ifndef WAVESHIFT_APP_CLI_DUB_REQUEST_H_
#define WAVESHIFT_APP_CLI_DUB_REQUEST_H_

#include <string>
#include <vector>

#include "base/status.h"
#include "pipeline/job.h"
#include "tts/synthesizer.h"

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
  std::string subtitles = "soft";
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

// The engines that its voices name.
std::vector<std::string> EnginesOf(const pipeline::JobSpec& spec);

// That the named voices are there for the job's language. The error names the file and the speaker.
Status CheckVoices(const std::string& file, const pipeline::JobSpec& spec,
                   const tts::Synthesizer& synthesizer);

// The folder that stands in for -o: the video's path without its ending, plus ".dub".
std::string DefaultOutputDirectory(const std::string& video);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_CLI_DUB_REQUEST_H_
