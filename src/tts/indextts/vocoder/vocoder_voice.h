// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What a speaker's vector adds to the vocoder's layers.
#ifndef WAVESHIFT_TTS_INDEXTTS_VOCODER_VOCODER_VOICE_H_
#define WAVESHIFT_TTS_INDEXTTS_VOCODER_VOCODER_VOICE_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "runtime/cpu/aligned_floats.h"
#include "runtime/ggml/gguf_file.h"
#include "tts/indextts/architecture.h"

namespace waveshift::tts::indextts {

// Put together with the layers' biases once per voice. Immutable.
struct VocoderVoice {
  cpu::AlignedFloats in;                   // bias of the first convolution, per padded channel
  std::vector<cpu::AlignedFloats> stages;  // biases of the upsampling convolutions
  // The speaker's part of each alone: what was added to the layers' own biases.
  std::vector<float> in_part;
  std::vector<std::vector<float>> stage_parts;
};

// The values of a file's tensor; InvalidArgument names the file and the tensor when it is missing or has a
// value that is not finite.
StatusOr<std::vector<float>> FiniteValues(const ggml::GgufFile& file, const std::string& name);
// The error about such a value.
Status NotFinite(const ggml::GgufFile& file, const std::string& name);

// The layers that take the vector. Immutable; any thread.
class VoiceLayers {
 public:
  // InvalidArgument names the file and the tensor at fault. Pre: CheckModelFile has passed.
  static StatusOr<VoiceLayers> Load(const ggml::GgufFile& file, const Architecture& architecture);
  // InvalidArgument when the vector's length or a value is wrong.
  StatusOr<std::shared_ptr<const VocoderVoice>> MakeVoice(std::span<const float> embedding) const;

 private:
  // A layer whose output the voice is added to: bias + weights [channels, width] embedding.
  struct Layer {
    std::vector<float> bias;
    std::vector<float> weights;
    std::vector<float> voice_bias;
  };
  static StatusOr<Layer> LoadLayer(const ggml::GgufFile& file, const std::string& layer,
                                   const std::string& voice);
  static void Add(const Layer& layer, std::span<const float> embedding, cpu::AlignedFloats* bias,
                  std::vector<float>* part);

  int64_t width_ = 0;
  Layer in_;
  std::vector<Layer> stages_;
};

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_VOCODER_VOCODER_VOICE_H_
