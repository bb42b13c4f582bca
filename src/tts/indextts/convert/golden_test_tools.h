// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_TTS_INDEXTTS_CONVERT_GOLDEN_TEST_TOOLS_H_
#define WAVESHIFT_TTS_INDEXTTS_CONVERT_GOLDEN_TEST_TOOLS_H_

#include <string>

#include "base/files.h"
#include "base/status.h"

namespace waveshift::tts::indextts {

// Puts the tiny release of tests/golden/indextts (README.md there) together in `folder`: its weight files lie
// in the repository in parts.
inline Status CopyGoldenRelease(const std::string& folder) {
  const std::string from = WAVESHIFT_SOURCE_DIR "/tests/golden/indextts/tiny/";
  for (const std::string name : {"config.yaml", "bpe.model"}) {
    WS_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(from + name, 1 << 20));
    WS_RETURN_IF_ERROR(WriteFileAtomic(folder + "/" + name, bytes));
  }
  for (const std::string name : {"gpt.pth", "bigvgan_generator.pth"}) {
    std::string bytes;
    for (const char part : {'0', '1'}) {
      WS_ASSIGN_OR_RETURN(const std::string piece, ReadFile(from + name + "." + part, 1 << 20));
      bytes += piece;
    }
    WS_RETURN_IF_ERROR(WriteFileAtomic(folder + "/" + name, bytes));
  }
  return OkStatus();
}

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_CONVERT_GOLDEN_TEST_TOOLS_H_
