// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/tensor_list.h"

#include <string_view>
#include <utility>

namespace waveshift::tts::indextts {
namespace {

using Shape = std::vector<int64_t>;

std::string Numbered(std::string_view prefix, int64_t number, std::string_view rest) {
  return std::string(prefix) + std::to_string(number) + std::string(rest);
}

class Builder {
 public:
  explicit Builder(const Architecture& architecture) : a_(architecture) {}

  std::vector<TensorSpec> Build() {
    part_ = Part::kGpt;
    Conformer();
    Perceiver();
    Gpt();
    part_ = Part::kVocoder;
    Vocoder();
    Speaker();
    return std::move(specs_);
  }

 private:
  void Add(std::string source, Shape source_shape, Role role, std::string name, Shape shape,
           Treatment treatment = Treatment::kKeep) {
    specs_.push_back({part_, std::move(source), std::move(source_shape), treatment, role, std::move(name),
                      std::move(shape)});
  }
  void Keep(const std::string& source, const Shape& shape, Role role, const std::string& name) {
    Add(source, shape, role, name, shape);
  }
  void Drop(const std::string& source, const Shape& shape) {
    Add(source, shape, Role::kVector, "", {}, Treatment::kDrop);
  }
  void Vector(const std::string& source, int64_t length, const std::string& name) {
    Keep(source, {length}, Role::kVector, name);
  }
  // A layer with weight [out, in] and, if it has one, a bias.
  void Linear(const std::string& source, int64_t out, int64_t in, const std::string& name, bool bias = true) {
    Keep(source + ".weight", {out, in}, Role::kMatrix, name + ".weight");
    if (bias) Vector(source + ".bias", out, name + ".bias");
  }
  // The layers of GPT-2, which keep weight [in, out].
  void Transposed(const std::string& source, int64_t out, int64_t in, const std::string& name) {
    Add(source + ".weight", {in, out}, Role::kGptMatrix, name + ".weight", {out, in}, Treatment::kTranspose);
    Vector(source + ".bias", out, name + ".bias");
  }
  void Convolution(const std::string& source, int64_t out, int64_t in, int64_t kernel,
                   const std::string& name) {
    Shape shape = {out, in};
    if (kernel > 1) shape.push_back(kernel);
    Add(source + ".weight", {out, in, kernel}, Role::kMatrix, name + ".weight", shape);
    Vector(source + ".bias", out, name + ".bias");
  }
  void Folded(const std::string& source, const Shape& shape, int64_t out, const std::string& name) {
    Add(source + ".weight", shape, Role::kMatrix, name + ".weight", shape, Treatment::kFoldWeightNorm);
    Vector(source + ".bias", out, name + ".bias");
  }
  void LayerNorm(const std::string& source, int64_t width, const std::string& name) {
    Vector(source + ".weight", width, name + ".weight");
    Vector(source + ".bias", width, name + ".bias");
  }
  void BatchNorm(const std::string& source, int64_t width, const std::string& name) {
    LayerNorm(source, width, name);
    Vector(source + ".running_mean", width, name + ".mean");
    Vector(source + ".running_var", width, name + ".variance");
    Drop(source + ".num_batches_tracked", {});
  }

  void Conformer() {
    const ConformerSizes& c = a_.conformer;
    const std::string from = "conditioning_encoder.";
    // A 3x3 convolution with stride 2 over [time, bands].
    Keep(from + "embed.conv.0.weight", {c.width, 1, 3, 3}, Role::kMatrix, "conformer.embed.conv.weight");
    Vector(from + "embed.conv.0.bias", c.width, "conformer.embed.conv.bias");
    Linear(from + "embed.out.0", c.width, c.width * ((a_.mel.bands - 1) / 2), "conformer.embed.out");
    Add(from + "embed.pos_enc.pe", {1, c.positions, c.width}, Role::kTable, "conformer.positions",
        {c.positions, c.width});
    for (int64_t i = 0; i < c.blocks; ++i) {
      ConformerBlock(Numbered(from + "encoders.", i, "."), Numbered("conformer.blocks.", i, "."));
    }
    LayerNorm(from + "after_norm", c.width, "conformer.norm");
  }

  void ConformerBlock(const std::string& from, const std::string& to) {
    const ConformerSizes& c = a_.conformer;
    const Shape bias = {c.heads, c.width / c.heads};
    Keep(from + "self_attn.pos_bias_u", bias, Role::kVector, to + "attn.bias_u");
    Keep(from + "self_attn.pos_bias_v", bias, Role::kVector, to + "attn.bias_v");
    for (const char* each : {"q", "k", "v", "out"}) {
      Linear(from + "self_attn.linear_" + each, c.width, c.width, to + "attn." + each);
    }
    Linear(from + "self_attn.linear_pos", c.width, c.width, to + "attn.pos", false);
    Linear(from + "feed_forward.w_1", c.feed_forward, c.width, to + "ff.up");
    Linear(from + "feed_forward.w_2", c.width, c.feed_forward, to + "ff.down");
    Convolution(from + "conv_module.pointwise_conv1", 2 * c.width, c.width, 1, to + "conv.in");
    Add(from + "conv_module.depthwise_conv.weight", {c.width, 1, c.kernel}, Role::kMatrix,
        to + "conv.depthwise.weight", {c.width, c.kernel});
    Vector(from + "conv_module.depthwise_conv.bias", c.width, to + "conv.depthwise.bias");
    LayerNorm(from + "conv_module.norm", c.width, to + "conv.norm");
    Convolution(from + "conv_module.pointwise_conv2", c.width, c.width, 1, to + "conv.out");
    LayerNorm(from + "norm_ff", c.width, to + "norm_ff");
    LayerNorm(from + "norm_mha", c.width, to + "norm_attn");
    LayerNorm(from + "norm_conv", c.width, to + "norm_conv");
    LayerNorm(from + "norm_final", c.width, to + "norm_out");
  }

  void Perceiver() {
    const PerceiverSizes& p = a_.perceiver;
    const int64_t width = a_.gpt.width;
    const int64_t inner = p.heads * p.head_width;
    Keep("perceiver_encoder.latents", {p.latents, width}, Role::kVector, "perceiver.latents");
    Linear("perceiver_encoder.proj_context", width, a_.conformer.width, "perceiver.context");
    for (int64_t i = 0; i < p.layers; ++i) {
      const std::string from = Numbered("perceiver_encoder.layers.", i, ".");
      const std::string to = Numbered("perceiver.layers.", i, ".");
      Linear(from + "0.to_q", inner, width, to + "q", false);
      Linear(from + "0.to_kv", 2 * inner, width, to + "kv", false);
      Linear(from + "0.to_out", width, inner, to + "out", false);
      Linear(from + "1.0", 2 * p.feed_forward, width, to + "ff.up");
      Linear(from + "1.2", width, p.feed_forward, to + "ff.down");
    }
    Vector("perceiver_encoder.norm.gamma", width, "perceiver.norm.weight");
  }

  void Gpt() {
    const GptSizes& g = a_.gpt;
    const Shape text = {g.text_tokens + 1, g.width};
    const Shape codes = {g.codes, g.width};
    Keep("text_embedding.weight", text, Role::kEmbedding, "gpt.text_embedding.weight");
    Keep("mel_embedding.weight", codes, Role::kEmbedding, "gpt.code_embedding.weight");
    Keep("text_pos_embedding.emb.weight", {g.max_text_tokens + 2, g.width}, Role::kTable,
         "gpt.text_positions.weight");
    Keep("mel_pos_embedding.emb.weight", {g.max_codes + 3, g.width}, Role::kTable,
         "gpt.code_positions.weight");
    for (int64_t i = 0; i < g.layers; ++i) {
      const std::string from = Numbered("gpt.h.", i, ".");
      const std::string to = Numbered("gpt.blocks.", i, ".");
      LayerNorm(from + "ln_1", g.width, to + "norm_attn");
      Transposed(from + "attn.c_attn", 3 * g.width, g.width, to + "attn.qkv");
      Transposed(from + "attn.c_proj", g.width, g.width, to + "attn.out");
      LayerNorm(from + "ln_2", g.width, to + "norm_ff");
      Transposed(from + "mlp.c_fc", 4 * g.width, g.width, to + "ff.up");
      Transposed(from + "mlp.c_proj", g.width, 4 * g.width, to + "ff.down");
    }
    LayerNorm("gpt.ln_f", g.width, "gpt.norm");
    LayerNorm("final_norm", g.width, "gpt.final_norm");
    Keep("mel_head.weight", codes, Role::kEmbedding, "gpt.code_head.weight");
    Vector("mel_head.bias", g.codes, "gpt.code_head.bias");
    Drop("text_head.weight", text);
    Drop("text_head.bias", {g.text_tokens + 1});
  }

  void Filter(const std::string& source) {
    const Shape shape = {1, 1, kFilterTaps};
    if (std::exchange(filter_taken_, true)) {
      Drop(source, shape);
    } else {
      Add(source, shape, Role::kVector, std::string(kFilterName), {kFilterTaps});
    }
  }
  void Activation(const std::string& from, int64_t channels, const std::string& to) {
    Vector(from + ".act.alpha", channels, to + ".alpha");
    Vector(from + ".act.beta", channels, to + ".beta");
    Filter(from + ".upsample.filter");
    Filter(from + ".downsample.lowpass.filter");
  }

  void Vocoder() {
    const VocoderSizes& v = a_.vocoder;
    const int64_t voice = a_.speaker.width;
    Folded("conv_pre", {v.channels, a_.gpt.width, 7}, v.channels, "vocoder.conv_in");
    Convolution("cond_layer", v.channels, voice, 1, "vocoder.voice_in");
    int64_t channels = v.channels;
    int64_t block = 0;
    for (size_t stage = 0; stage < v.rates.size(); ++stage) {
      const auto number = static_cast<int64_t>(stage);
      channels /= 2;
      Folded(Numbered("ups.", number, ".0"), {2 * channels, channels, v.kernels[stage]}, channels,
             Numbered("vocoder.up.", number, ""));
      Convolution(Numbered("conds.", number, ""), channels, voice, 1, Numbered("vocoder.voice.", number, ""));
      for (const int64_t kernel : v.block_kernels) VocoderBlock(block++, channels, kernel);
    }
    Activation("activation_post", channels, "vocoder.snake_out");
    Folded("conv_post", {1, channels, 7}, 1, "vocoder.conv_out");
  }

  void VocoderBlock(int64_t block, int64_t channels, int64_t kernel) {
    const std::string from = Numbered("resblocks.", block, ".");
    const std::string to = Numbered("vocoder.blocks.", block, ".");
    const auto pairs = static_cast<int64_t>(a_.vocoder.block_dilations.size());
    const Shape shape = {channels, channels, kernel};
    for (int64_t i = 0; i < pairs; ++i) {
      Folded(Numbered(from + "convs1.", i, ""), shape, channels, Numbered(to + "conv_a.", i, ""));
      Folded(Numbered(from + "convs2.", i, ""), shape, channels, Numbered(to + "conv_b.", i, ""));
    }
    for (int64_t i = 0; i < 2 * pairs; ++i) {
      Activation(Numbered(from + "activations.", i, ""), channels, Numbered(to + "snake.", i, ""));
    }
  }

  // Convolution and batch norm of a time-delay block.
  void Tdnn(const std::string& from, int64_t out, int64_t in, int64_t kernel, const std::string& to) {
    Convolution(from + ".conv.conv", out, in, kernel, to + ".conv");
    BatchNorm(from + ".norm.norm", out, to + ".norm");
  }

  void Speaker() {
    const SpeakerSizes& s = a_.speaker;
    const std::string from = "speaker_encoder.";
    Tdnn(from + "blocks.0", s.channels, a_.mel.bands, 5, "speaker.blocks.0");
    for (int64_t i = 1; i <= 3; ++i) {
      SpeakerBlock(Numbered(from + "blocks.", i, "."), Numbered("speaker.blocks.", i, "."));
    }
    Tdnn(from + "mfa", s.mixed_channels, 3 * s.channels, 1, "speaker.mix");
    Tdnn(from + "asp.tdnn", s.attention, 3 * s.mixed_channels, 1, "speaker.attention");
    Convolution(from + "asp.conv.conv", s.mixed_channels, s.attention, 1, "speaker.attention.out");
    BatchNorm(from + "asp_bn.norm", 2 * s.mixed_channels, "speaker.pool_norm");
    Convolution(from + "fc.conv", s.width, 2 * s.mixed_channels, 1, "speaker.out");
  }

  void SpeakerBlock(const std::string& from, const std::string& to) {
    const SpeakerSizes& s = a_.speaker;
    const int64_t group = s.channels / s.scale;
    Tdnn(from + "tdnn1", s.channels, s.channels, 1, to + "tdnn_in");
    for (int64_t i = 0; i + 1 < s.scale; ++i) {
      Tdnn(Numbered(from + "res2net_block.blocks.", i, ""), group, group, 3, Numbered(to + "res2.", i, ""));
    }
    Tdnn(from + "tdnn2", s.channels, s.channels, 1, to + "tdnn_out");
    Convolution(from + "se_block.conv1.conv", s.squeeze, s.channels, 1, to + "squeeze.down");
    Convolution(from + "se_block.conv2.conv", s.channels, s.squeeze, 1, to + "squeeze.up");
  }

  const Architecture& a_;
  Part part_ = Part::kGpt;
  bool filter_taken_ = false;
  std::vector<TensorSpec> specs_;
};

}  // namespace

std::vector<TensorSpec> TensorList(const Architecture& architecture) { return Builder(architecture).Build(); }

bool IsFilter(const TensorSpec& spec) {
  return spec.part == Part::kVocoder && spec.source.ends_with(".filter") && spec.source_shape.size() == 3;
}

}  // namespace waveshift::tts::indextts
