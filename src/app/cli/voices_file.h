// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_APP_CLI_VOICES_FILE_H_
#define WAVESHIFT_APP_CLI_VOICES_FILE_H_

#include <map>
#include <string>
#include <string_view>

#include "base/status.h"

namespace waveshift::app {

// What a user wants for one speaker; empty fields are left to the program.
struct VoiceChoice {
  std::string engine;
  std::string voice;
  std::string reference;  // path of a recording to clone
};

// `dub --voices FILE`: a JSON or YAML object by speaker. InvalidArgument names the file, the speaker and the
// field at fault.
StatusOr<std::map<std::string, VoiceChoice>> ParseVoices(std::string_view bytes, std::string_view name);
StatusOr<std::map<std::string, VoiceChoice>> LoadVoices(const std::string& path);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_CLI_VOICES_FILE_H_
