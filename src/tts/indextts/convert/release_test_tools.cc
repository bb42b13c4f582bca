// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/convert/release_test_tools.h"

#include <cmath>

#include "base/files.h"

namespace waveshift::tts::indextts {
namespace {

bool Has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::string ListText(const std::vector<int64_t>& values) {
  std::string text = "[";
  for (const int64_t value : values) text += (text.size() > 1 ? "," : "") + std::to_string(value);
  return text + "]";
}

std::string Line(int indent, const std::string& key, const std::string& value) {
  return std::string(static_cast<size_t>(indent), ' ') + key + ": " + value + "\n";
}

std::string GptConfigText(const Architecture& a) {
  const auto line = [](const char* key, int64_t value) { return Line(4, key, std::to_string(value)); };
  return "gpt:\n" + line("model_dim", a.gpt.width) + line("heads", a.gpt.heads) +
         line("layers", a.gpt.layers) + line("max_mel_tokens", a.gpt.max_codes) +
         line("max_text_tokens", a.gpt.max_text_tokens) + line("number_text_tokens", a.gpt.text_tokens) +
         line("number_mel_codes", a.gpt.codes) + line("start_mel_token", a.gpt.start_code) +
         line("stop_mel_token", a.gpt.stop_code) + line("start_text_token", a.gpt.start_text) +
         line("stop_text_token", a.gpt.stop_text) + line("mel_length_compression", a.gpt.samples_per_code) +
         Line(4, "use_mel_codes_as_input", "true") + Line(4, "train_solo_embeddings", "false") +
         Line(4, "condition_type", "\"conformer_perceiver\"") + "    condition_module:\n" +
         Line(8, "output_size", std::to_string(a.conformer.width)) +
         Line(8, "linear_units", std::to_string(a.conformer.feed_forward)) +
         Line(8, "attention_heads", std::to_string(a.conformer.heads)) +
         Line(8, "num_blocks", std::to_string(a.conformer.blocks)) + Line(8, "input_layer", "\"conv2d2\"") +
         Line(8, "perceiver_mult", "2");
}

std::string VocoderConfigText(const Architecture& a) {
  std::string dilations = "[";
  for (size_t i = 0; i < a.vocoder.block_kernels.size(); ++i) {
    dilations += (i > 0 ? ", " : "") + ListText(a.vocoder.block_dilations);
  }
  return "bigvgan:\n" + Line(4, "resblock", "\"1\"") + Line(4, "upsample_rates", ListText(a.vocoder.rates)) +
         Line(4, "upsample_kernel_sizes", ListText(a.vocoder.kernels)) +
         Line(4, "upsample_initial_channel", std::to_string(a.vocoder.channels)) +
         Line(4, "resblock_kernel_sizes", ListText(a.vocoder.block_kernels)) +
         Line(4, "resblock_dilation_sizes", dilations + "]") + Line(4, "feat_upsample", "false") +
         Line(4, "speaker_embedding_dim", std::to_string(a.speaker.width)) +
         Line(4, "cond_d_vector_in_each_upsampling_layer", "true") +
         Line(4, "gpt_dim", std::to_string(a.gpt.width)) + Line(4, "activation", "\"snakebeta\"") +
         Line(4, "snake_logscale", "true") + Line(4, "num_mels", std::to_string(a.mel.bands)) +
         Line(4, "sampling_rate", std::to_string(a.mel.sample_rate_hz));
}

}  // namespace

std::vector<TestTensor> ReleaseTensors(const Architecture& architecture, Part part) {
  std::vector<TestTensor> tensors;
  for (const TensorSpec& spec : TensorList(architecture)) {
    if (spec.part != part) continue;
    const bool counter = spec.source.ends_with("num_batches_tracked");
    const ElementType element = counter              ? ElementType::kInt64
                                : part == Part::kGpt ? ElementType::kFloat16
                                                     : ElementType::kFloat32;
    if (spec.treatment == Treatment::kFoldWeightNorm) {
      std::vector<int64_t> gains(spec.source_shape.size(), 1);
      gains[0] = spec.source_shape[0];
      tensors.push_back({spec.source + "_g", element, gains});
      tensors.push_back({spec.source + "_v", element, spec.source_shape});
    } else {
      tensors.push_back({spec.source, element, spec.source_shape});
    }
  }
  return tensors;
}

std::string ReleaseConfigText(const Architecture& a) {
  std::string text =
      "dataset:\n    bpe_model: bpe.model\n    mel:\n" +
      Line(8, "sample_rate", std::to_string(a.mel.sample_rate_hz)) +
      Line(8, "n_fft", std::to_string(a.mel.fft)) + Line(8, "hop_length", std::to_string(a.mel.hop)) +
      Line(8, "win_length", std::to_string(a.mel.window)) + Line(8, "n_mels", std::to_string(a.mel.bands));
  text += GptConfigText(a) + VocoderConfigText(a);
  text += "gpt_checkpoint: gpt.pth\nbigvgan_checkpoint: bigvgan_generator.pth\n";
  if (a.version != "1.0") text += "version: " + a.version + "\n";
  return text;
}

void FillLikeTrained(const TestTensor& tensor, int64_t first, std::span<float> values) {
  FillByName(tensor, first, values);
  int64_t fan_in = 1;
  for (size_t i = 1; i < tensor.shape.size(); ++i) fan_in *= tensor.shape[i];
  float offset = 0;
  float scale = std::sqrt(3.0F / static_cast<float>(fan_in));
  if (tensor.shape.size() <= 1) scale = 0.05F;
  if (tensor.name.ends_with("running_var") || tensor.name.ends_with("weight_g") ||
      tensor.name.ends_with("gamma") || (Has(tensor.name, "norm") && tensor.name.ends_with(".weight")) ||
      Has(tensor.name, "ln_")) {
    offset = tensor.name.ends_with(".bias") ? 0.0F : 1.0F;
    scale = 0.1F;
  }
  if (tensor.name.ends_with(".alpha") || tensor.name.ends_with(".beta")) scale = 0.5F;
  const bool taps = tensor.name.ends_with(".filter");
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = taps ? kRandomFilter[(static_cast<size_t>(first) + i) % kRandomFilter.size()]
                     : offset + scale * values[i];
  }
}

Status WriteRelease(const std::string& folder, const Architecture& architecture,
                    const std::string& tokenizer) {
  WS_RETURN_IF_ERROR(WriteFileAtomic(folder + "/config.yaml", ReleaseConfigText(architecture)));
  WS_RETURN_IF_ERROR(
      WriteFileAtomic(folder + "/bpe.model", tokenizer.empty() ? SmallestTokenizer() : tokenizer));
  WS_RETURN_IF_ERROR(
      WriteCheckpoint(folder + "/gpt.pth", ReleaseTensors(architecture, Part::kGpt), "", &FillLikeTrained));
  return WriteCheckpoint(folder + "/bigvgan_generator.pth", ReleaseTensors(architecture, Part::kVocoder),
                         "generator", &FillLikeTrained);
}

}  // namespace waveshift::tts::indextts
