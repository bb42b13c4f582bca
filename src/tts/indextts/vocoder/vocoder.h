// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// BigVGAN, which makes sound of the GPT's latents (IndexTTS specification, sections 8.2 to 8.4), on the
// processor: the weights.
#ifndef WAVESHIFT_TTS_INDEXTTS_VOCODER_VOCODER_H_
#define WAVESHIFT_TTS_INDEXTTS_VOCODER_VOCODER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "runtime/cpu/convolution.h"
#include "runtime/cpu/isa.h"
#include "runtime/cpu/snake.h"
#include "runtime/cpu/transposed_convolution.h"
#include "runtime/ggml/gguf_file.h"
#include "tts/indextts/architecture.h"

namespace waveshift::tts::indextts {

// x + conv_b(snake_b(conv_a(snake_a(x)))).
struct VocoderUnit {
  cpu::AntiAliasedSnake snake_a;
  cpu::Convolution conv_a;  // dilated
  cpu::AlignedFloats bias_a;
  cpu::AntiAliasedSnake snake_b;
  cpu::Convolution conv_b;
  cpu::AlignedFloats bias_b;
};
// A residual block (AMP block): its units one after the other.
using VocoderBlock = std::vector<VocoderUnit>;
// The mean of the blocks of the upsampled rows.
struct VocoderStage {
  cpu::TransposedConvolution up;
  std::vector<VocoderBlock> blocks;
};

// What a speaker's vector adds, put together with the layers' biases once per voice. Immutable.
struct VocoderVoice {
  cpu::AlignedFloats in;                   // bias of the first convolution, per padded channel
  std::vector<cpu::AlignedFloats> stages;  // biases of the upsampling convolutions
  // The speaker's part of each alone: what was added to the layers' own biases.
  std::vector<float> in_part;
  std::vector<std::vector<float>> stage_parts;
};

struct VocoderOptions {
  cpu::Isa isa = cpu::BestIsa();
  // Of the residual blocks' convolutions.
  cpu::ConvolutionMethod method = cpu::ConvolutionMethod::kAuto;
  // How the residual blocks' weights are kept; unset: in 16 bits when the file has them so, else in 32.
  std::optional<cpu::WeightType> weights;
  int threads = 0;  // for packing; 0 = as many as this process may use
};

// Immutable and shared by any number of threads, each with a VocoderStream of its own. Memory: the
// weights in the form in which they are multiplied, bytes(): for the published models with kAuto 1.12 GiB, of
// a file in f16 0.61 GiB; with kDirect 0.47 GiB.
class Vocoder {
 public:
  // Reads and packs the tensors "vocoder.*" of a model file; the file need not stay. InvalidArgument names
  // the file and the tensor at fault (and what CheckModelFile finds).
  static StatusOr<std::shared_ptr<const Vocoder>> Load(const ggml::GgufFile& file,
                                                       const VocoderOptions& options);

  // `embedding` is the speaker's vector (ECAPA-TDNN). InvalidArgument when its length or a value is wrong.
  StatusOr<std::shared_ptr<const VocoderVoice>> MakeVoice(std::span<const float> embedding) const;

  int64_t latent_width() const { return latent_width_; }
  int64_t samples_per_code() const { return samples_per_code_; }
  int64_t bytes() const;
  // Multiplications and additions of the definition for so many codes, of the convolutions alone.
  double operations(int64_t codes) const;

  const cpu::Convolution& conv_in() const { return conv_in_; }
  const std::vector<VocoderStage>& stages() const { return stages_; }
  const cpu::AntiAliasedSnake& snake_out() const { return snake_out_; }
  const cpu::Convolution& conv_out() const { return conv_out_; }
  const cpu::AlignedFloats& out_bias() const { return out_bias_; }

 private:
  friend class VocoderLoader;
  // A layer whose output the voice is added to: bias + weights [channels, width] embedding.
  struct VoiceLayer {
    std::vector<float> bias;
    std::vector<float> weights;
    std::vector<float> voice_bias;
  };
  static void AddVoice(const VoiceLayer& layer, std::span<const float> embedding, cpu::AlignedFloats* bias,
                       std::vector<float>* part);

  Vocoder() = default;
  int64_t latent_width_ = 0;
  int64_t voice_width_ = 0;
  int64_t samples_per_code_ = 0;
  cpu::Convolution conv_in_;
  std::vector<VocoderStage> stages_;
  cpu::AntiAliasedSnake snake_out_;
  cpu::Convolution conv_out_;
  cpu::AlignedFloats out_bias_;
  VoiceLayer voice_in_;
  std::vector<VoiceLayer> voice_stages_;
};

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_VOCODER_VOCODER_H_
