// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/vocoder/vocoder_voice.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "runtime/cpu/matrix.h"

namespace waveshift::tts::indextts {

Status NotFinite(const ggml::GgufFile& file, const std::string& name) {
  return InvalidArgument(file.name() + ": " + name + " has a value that is not finite");
}

StatusOr<std::vector<float>> FiniteValues(const ggml::GgufFile& file, const std::string& name) {
  const ggml::StoredTensor* tensor = file.FindTensor(name);
  if (tensor == nullptr) return InvalidArgument(file.name() + ": has no tensor " + name);
  std::vector<float> values(static_cast<size_t>(tensor->values()));
  ggml::ReadRows(tensor->type, tensor->bytes, values);
  for (const float value : values) {
    if (!std::isfinite(value)) return NotFinite(file, name);
  }
  return values;
}

StatusOr<VoiceLayers::Layer> VoiceLayers::LoadLayer(const ggml::GgufFile& file, const std::string& layer,
                                                    const std::string& voice) {
  Layer made;
  WS_ASSIGN_OR_RETURN(made.bias, FiniteValues(file, layer + ".bias"));
  WS_ASSIGN_OR_RETURN(made.weights, FiniteValues(file, voice + ".weight"));
  WS_ASSIGN_OR_RETURN(made.voice_bias, FiniteValues(file, voice + ".bias"));
  return made;
}

StatusOr<VoiceLayers> VoiceLayers::Load(const ggml::GgufFile& file, const Architecture& architecture) {
  VoiceLayers layers;
  layers.width_ = architecture.speaker.width;
  WS_ASSIGN_OR_RETURN(layers.in_, LoadLayer(file, "vocoder.conv_in", "vocoder.voice_in"));
  for (size_t stage = 0; stage < architecture.vocoder.rates.size(); ++stage) {
    const std::string number = std::to_string(stage);
    WS_ASSIGN_OR_RETURN(Layer layer, LoadLayer(file, "vocoder.up." + number, "vocoder.voice." + number));
    layers.stages_.push_back(std::move(layer));
  }
  return layers;
}

void VoiceLayers::Add(const Layer& layer, std::span<const float> embedding, cpu::AlignedFloats* bias,
                      std::vector<float>* part) {
  const size_t width = embedding.size();
  *bias = cpu::AlignedFloats(cpu::PaddedChannels(static_cast<int64_t>(layer.bias.size())));
  std::copy(layer.bias.begin(), layer.bias.end(), bias->data());
  part->resize(layer.bias.size());
  for (size_t c = 0; c < part->size(); ++c) {
    double sum = layer.voice_bias[c];
    for (size_t i = 0; i < width; ++i) {
      sum += static_cast<double>(layer.weights[c * width + i]) * static_cast<double>(embedding[i]);
    }
    (*part)[c] = static_cast<float>(sum);
    bias->data()[c] = static_cast<float>(sum + static_cast<double>(layer.bias[c]));
  }
}

StatusOr<std::shared_ptr<const VocoderVoice>> VoiceLayers::MakeVoice(std::span<const float> embedding) const {
  if (static_cast<int64_t>(embedding.size()) != width_) {
    return InvalidArgument("the speaker's vector has " + std::to_string(embedding.size()) + " values, not " +
                           std::to_string(width_));
  }
  if (!std::all_of(embedding.begin(), embedding.end(), [](float v) { return std::isfinite(v); })) {
    return InvalidArgument("the speaker's vector has a value that is not finite");
  }
  auto voice = std::make_shared<VocoderVoice>();
  Add(in_, embedding, &voice->in, &voice->in_part);
  voice->stages.resize(stages_.size());
  voice->stage_parts.resize(stages_.size());
  for (size_t i = 0; i < stages_.size(); ++i) {
    Add(stages_[i], embedding, &voice->stages[i], &voice->stage_parts[i]);
  }
  return std::shared_ptr<const VocoderVoice>(std::move(voice));
}

}  // namespace waveshift::tts::indextts
