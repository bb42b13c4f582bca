// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_TTS_INDEXTTS_CONVERT_RELEASE_CONFIG_H_
#define WAVESHIFT_TTS_INDEXTTS_CONVERT_RELEASE_CONFIG_H_

#include <string>
#include <string_view>

#include "base/status.h"
#include "tts/indextts/architecture.h"

namespace waveshift::tts::indextts {

// What a release's config.yaml says: file names beside it, and all sizes but those of the speaker encoder,
// the position table and the Conformer's kernel, which it does not have (TakeSizesFromTensors).
struct ReleaseConfig {
  std::string gpt_file = "gpt.pth";
  std::string vocoder_file = "bigvgan_generator.pth";
  std::string tokenizer_file = "bpe.model";
  Architecture architecture;
};

// InvalidArgument names the key ("NAME: gpt.model_dim: must be a whole number"), also for a variant of the
// network that is not IndexTTS 1.x as released. `name` stands for the file in messages.
StatusOr<ReleaseConfig> ParseReleaseConfig(std::string_view bytes, const std::string& name);
StatusOr<ReleaseConfig> ReadReleaseConfig(const std::string& path);

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_CONVERT_RELEASE_CONFIG_H_
