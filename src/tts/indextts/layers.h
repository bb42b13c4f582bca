// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_TTS_INDEXTTS_LAYERS_H_
#define WAVESHIFT_TTS_INDEXTTS_LAYERS_H_

#include <string>

#include "runtime/ggml/graph.h"
#include "runtime/ggml/weights.h"

namespace waveshift::tts::indextts {

// What the model's networks are made of, by the names of their tensors (tensor_list.h). The file has passed
// CheckModelFile, so every tensor is there with its shape.
class Layers {
 public:
  // Both must outlive it.
  Layers(ggml::Graph* graph, const ggml::Weights& weights) : graph_(*graph), weights_(weights) {}

  ggml::Graph& graph() const { return graph_; }
  ggml::Tensor At(const std::string& name) const { return weights_.Find(name); }

  // NAME.weight x + NAME.bias, the bias if there is one; x {in, columns}.
  ggml::Tensor Linear(const std::string& name, ggml::Tensor x) const;
  // Over axis 0 with NAME.weight and NAME.bias, eps 1e-5.
  ggml::Tensor LayerNorm(const std::string& name, ggml::Tensor x) const;
  // With NAME.mean, .variance, .weight and .bias of each channel, eps 1e-5; x {channels, columns}.
  ggml::Tensor BatchNorm(const std::string& name, ggml::Tensor x) const;

 private:
  ggml::Graph& graph_;
  const ggml::Weights& weights_;
};

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_LAYERS_H_
