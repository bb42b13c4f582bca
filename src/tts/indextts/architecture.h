// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The sizes of an IndexTTS model of version 1.x. They come from the release's config.yaml and, where that
// says nothing, from its tensors; a model file keeps them in its metadata, so that nothing else is needed to
// use it.
#ifndef WAVESHIFT_TTS_INDEXTTS_ARCHITECTURE_H_
#define WAVESHIFT_TTS_INDEXTTS_ARCHITECTURE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"
#include "runtime/ggml/gguf_file.h"

namespace waveshift::tts::indextts {

// What the model hears: log-mel spectrogram of the voice sample.
struct MelSizes {
  int64_t sample_rate_hz = 24000;
  int64_t fft = 1024;
  int64_t hop = 256;
  int64_t window = 1024;
  int64_t bands = 100;
};

// Conformer over the spectrogram.
struct ConformerSizes {
  int64_t width = 0;
  int64_t heads = 0;
  int64_t blocks = 0;
  int64_t feed_forward = 0;
  int64_t kernel = 15;       // of the depthwise convolution
  int64_t positions = 5000;  // rows of the position table
};

// Perceiver that makes the voice's rows of the prefix.
struct PerceiverSizes {
  int64_t latents = 32;
  int64_t layers = 2;
  int64_t heads = 0;
  int64_t head_width = 64;
  int64_t feed_forward = 0;
};

struct GptSizes {
  int64_t width = 0;
  int64_t heads = 0;
  int64_t layers = 0;
  int64_t max_codes = 0;
  int64_t max_text_tokens = 0;
  int64_t text_tokens = 0;  // without the extra row of the embedding
  int64_t codes = 0;        // with start and stop
  int64_t start_code = 0;
  int64_t stop_code = 0;
  int64_t start_text = 0;
  int64_t stop_text = 1;
  int64_t samples_per_code = 1024;
};

// ECAPA-TDNN, the voice's vector for the vocoder.
struct SpeakerSizes {
  int64_t channels = 0;        // of the first four blocks
  int64_t mixed_channels = 0;  // after the aggregation of three blocks
  int64_t attention = 0;
  int64_t squeeze = 0;
  int64_t scale = 8;  // groups of a Res2Net block
  int64_t width = 0;  // of the vector
};

// BigVGAN. Each stage halves the channels.
struct VocoderSizes {
  int64_t channels = 0;  // before the first stage
  std::vector<int64_t> rates;
  std::vector<int64_t> kernels;
  std::vector<int64_t> block_kernels;
  std::vector<int64_t> block_dilations;  // the same in each block
};

struct Architecture {
  std::string version;  // "1.0", "1.5"
  MelSizes mel;
  ConformerSizes conformer;
  PerceiverSizes perceiver;
  GptSizes gpt;
  SpeakerSizes speaker;
  VocoderSizes vocoder;
};

// The name of these models in a file's general.architecture.
inline constexpr std::string_view kArchitectureName = "indextts";

// Whether the sizes fit each other and a machine; InvalidArgument names the one at fault by its metadata key
// ("gpt.width: ..."). Everything below expects checked sizes.
Status CheckArchitecture(const Architecture& architecture);

// The sizes as metadata ("indextts.gpt.width", ...), and back with every check.
std::vector<ggml::MetadataEntry> ArchitectureMetadata(const Architecture& architecture);
StatusOr<Architecture> ReadArchitecture(const ggml::GgufFile& file);

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_ARCHITECTURE_H_
