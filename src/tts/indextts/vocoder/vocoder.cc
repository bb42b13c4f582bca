// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/vocoder/vocoder.h"

#include <algorithm>
#include <cmath>

#include "tts/indextts/model_file.h"
#include "tts/indextts/tensor_list.h"
#include "tts/indextts/vocoder/vocoder_stream.h"

namespace waveshift::tts::indextts {
namespace {

// Of the first and the last convolution.
constexpr int64_t kOuterKernel = 7;

std::string Numbered(std::string_view prefix, size_t number) {
  return std::string(prefix) + std::to_string(number);
}

cpu::AlignedFloats Padded(std::span<const float> values) {
  cpu::AlignedFloats padded(cpu::PaddedChannels(static_cast<int64_t>(values.size())));
  std::copy(values.begin(), values.end(), padded.data());
  return padded;
}

}  // namespace

// Takes the tensors out of a file that CheckModelFile has passed, so each is there in its shape.
class VocoderLoader {
 public:
  VocoderLoader(const ggml::GgufFile& file, const Architecture& architecture, const VocoderOptions& options)
      : file_(file), sizes_(architecture), options_(options), workers_(options.threads) {}

  StatusOr<std::shared_ptr<const Vocoder>> Load() {
    const std::shared_ptr<Vocoder> v(new Vocoder(sizes_));
    WS_ASSIGN_OR_RETURN(v->voices_, VoiceLayers::Load(file_, sizes_));
    WS_ASSIGN_OR_RETURN(filter_, Values(std::string(kFilterName)));
    int64_t channels = sizes_.vocoder.channels;
    WS_ASSIGN_OR_RETURN(v->conv_in_,
                        Convolve("vocoder.conv_in", {sizes_.gpt.width, channels, kOuterKernel, 1},
                                 cpu::ConvolutionMethod::kDirect));
    for (size_t stage = 0; stage < sizes_.vocoder.rates.size(); ++stage) {
      WS_ASSIGN_OR_RETURN(VocoderStage made, Stage(stage, channels));
      v->stages_.push_back(std::move(made));
      channels /= 2;
    }
    WS_ASSIGN_OR_RETURN(v->snake_out_, Snake("vocoder.snake_out"));
    WS_ASSIGN_OR_RETURN(v->conv_out_, Convolve("vocoder.conv_out", {channels, 1, kOuterKernel, 1},
                                               cpu::ConvolutionMethod::kDirect));
    WS_ASSIGN_OR_RETURN(v->out_bias_, Bias("vocoder.conv_out"));
    return std::shared_ptr<const Vocoder>(v);
  }

 private:
  StatusOr<std::vector<float>> Values(const std::string& name) const { return FiniteValues(file_, name); }

  StatusOr<cpu::AlignedFloats> Bias(const std::string& layer) const {
    WS_ASSIGN_OR_RETURN(const std::vector<float> values, Values(layer + ".bias"));
    return Padded(values);
  }

  // Calls pack(weights) with a layer's weights as the file has them; then their place in the file is given
  // up.
  template <class Pack>
  Status WithWeights(const std::string& layer, const Pack& pack) {
    const std::string name = layer + ".weight";
    const ggml::StoredTensor* tensor = file_.FindTensor(name);
    const auto count = static_cast<size_t>(tensor->values());
    const char* bytes = tensor->bytes.data();
    cpu::StoredWeights weights =
        tensor->type == ggml::TensorType::kF16
            ? cpu::StoredWeights(std::span(reinterpret_cast<const uint16_t*>(bytes), count))
            : cpu::StoredWeights(std::span(reinterpret_cast<const float*>(bytes), count));
    weights.largest = cpu::LargestMagnitude(options_.isa, weights, &workers_);
    if (!std::isfinite(*weights.largest)) return NotFinite(file_, name);
    pack(weights);
    file_.GiveUp(*tensor);
    return OkStatus();
  }

  StatusOr<cpu::Convolution> Convolve(const std::string& layer, const cpu::ConvolutionShape& shape,
                                      cpu::ConvolutionMethod method) {
    cpu::Convolution made;
    WS_RETURN_IF_ERROR(WithWeights(layer, [&](const cpu::StoredWeights& weights) {
      const cpu::WeightType type =
          options_.weights.value_or(weights.half ? cpu::WeightType::kF16 : cpu::WeightType::kF32);
      made = cpu::Convolution::Pack(options_.isa, shape, weights, method, &workers_, type);
    }));
    return made;
  }

  StatusOr<cpu::AntiAliasedSnake> Snake(const std::string& layer) const {
    WS_ASSIGN_OR_RETURN(const std::vector<float> alpha, Values(layer + ".alpha"));
    WS_ASSIGN_OR_RETURN(const std::vector<float> beta, Values(layer + ".beta"));
    StatusOr<cpu::AntiAliasedSnake> snake = cpu::AntiAliasedSnake::Make(options_.isa, alpha, beta, filter_);
    if (!snake.ok()) return Annotate(snake.status(), file_.name() + ": " + layer);
    return snake;
  }

  // Stage `stage` on rows of `channels`, which it halves.
  StatusOr<VocoderStage> Stage(size_t stage, int64_t channels) {
    VocoderStage made;
    const int64_t half = channels / 2;
    const cpu::TransposedShape shape = {channels, half, sizes_.vocoder.kernels[stage],
                                        sizes_.vocoder.rates[stage]};
    WS_RETURN_IF_ERROR(WithWeights(Numbered("vocoder.up.", stage), [&](const cpu::StoredWeights& weights) {
      made.up = cpu::TransposedConvolution::Pack(options_.isa, shape, weights, &workers_);
    }));
    const std::vector<int64_t>& kernels = sizes_.vocoder.block_kernels;
    for (size_t i = 0; i < kernels.size(); ++i) {
      const std::string name = Numbered("vocoder.blocks.", stage * kernels.size() + i);
      VocoderBlock& block = made.blocks.emplace_back();
      for (size_t unit = 0; unit < sizes_.vocoder.block_dilations.size(); ++unit) {
        WS_ASSIGN_OR_RETURN(VocoderUnit made_unit, Unit(name, unit, half, kernels[i]));
        block.push_back(std::move(made_unit));
      }
    }
    return made;
  }

  StatusOr<VocoderUnit> Unit(const std::string& block, size_t unit, int64_t channels, int64_t kernel) {
    const std::string conv_a = Numbered(block + ".conv_a.", unit);
    const std::string conv_b = Numbered(block + ".conv_b.", unit);
    const int64_t dilation = sizes_.vocoder.block_dilations[unit];
    VocoderUnit made;
    WS_ASSIGN_OR_RETURN(made.snake_a, Snake(Numbered(block + ".snake.", 2 * unit)));
    WS_ASSIGN_OR_RETURN(made.conv_a,
                        Convolve(conv_a, {channels, channels, kernel, dilation}, options_.method));
    WS_ASSIGN_OR_RETURN(made.bias_a, Bias(conv_a));
    WS_ASSIGN_OR_RETURN(made.snake_b, Snake(Numbered(block + ".snake.", 2 * unit + 1)));
    WS_ASSIGN_OR_RETURN(made.conv_b, Convolve(conv_b, {channels, channels, kernel, 1}, options_.method));
    WS_ASSIGN_OR_RETURN(made.bias_b, Bias(conv_b));
    return made;
  }

  const ggml::GgufFile& file_;
  const Architecture& sizes_;
  const VocoderOptions options_;
  cpu::Workers workers_;
  std::vector<float> filter_;
};

StatusOr<std::shared_ptr<const Vocoder>> Vocoder::Load(const ggml::GgufFile& file,
                                                       const VocoderOptions& options) {
  WS_ASSIGN_OR_RETURN(const Architecture architecture, CheckModelFile(file));
  return VocoderLoader(file, architecture, options).Load();
}

int64_t Vocoder::bytes() const {
  int64_t bytes = conv_in_.bytes() + conv_out_.bytes();
  for (const VocoderStage& stage : stages_) {
    bytes += stage.up.bytes();
    for (const VocoderBlock& block : stage.blocks) {
      for (const VocoderUnit& unit : block) bytes += unit.conv_a.bytes() + unit.conv_b.bytes();
    }
  }
  return bytes;
}

StatusOr<std::unique_ptr<VocoderSession>> Vocoder::Open(const VocoderStreamOptions& options) const {
  return std::unique_ptr<VocoderSession>(std::make_unique<VocoderStream>(shared_from_this(), options));
}

}  // namespace waveshift::tts::indextts
