// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// BigVGAN on the processor: the weights.
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
#include "tts/indextts/vocoder/vocoder_model.h"

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
class Vocoder final : public VocoderModel, public std::enable_shared_from_this<Vocoder> {
 public:
  // Reads and packs the tensors "vocoder.*" of a model file; the file need not stay, and what has been packed
  // is given up in it (GgufFile::GiveUp). InvalidArgument names the file and the tensor at fault (and what
  // CheckModelFile finds).
  static StatusOr<std::shared_ptr<const Vocoder>> Load(const ggml::GgufFile& file,
                                                       const VocoderOptions& options);

  int64_t bytes() const override;
  // A VocoderStream.
  StatusOr<std::unique_ptr<VocoderSession>> Open(const VocoderStreamOptions& options) const override;

  const cpu::Convolution& conv_in() const { return conv_in_; }
  const std::vector<VocoderStage>& stages() const { return stages_; }
  const cpu::AntiAliasedSnake& snake_out() const { return snake_out_; }
  const cpu::Convolution& conv_out() const { return conv_out_; }
  const cpu::AlignedFloats& out_bias() const { return out_bias_; }

 private:
  friend class VocoderLoader;

  explicit Vocoder(const Architecture& architecture) : VocoderModel(architecture) {}
  cpu::Convolution conv_in_;
  std::vector<VocoderStage> stages_;
  cpu::AntiAliasedSnake snake_out_;
  cpu::Convolution conv_out_;
  cpu::AlignedFloats out_bias_;
};

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_VOCODER_VOCODER_H_
