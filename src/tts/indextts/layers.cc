// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/layers.h"

namespace waveshift::tts::indextts {
namespace {

constexpr float kEps = 1e-5F;

}  // namespace

ggml::Tensor Layers::Linear(const std::string& name, ggml::Tensor x) const {
  return graph_.Linear(At(name + ".weight"), At(name + ".bias"), x);
}

ggml::Tensor Layers::LayerNorm(const std::string& name, ggml::Tensor x) const {
  return graph_.LayerNorm(x, At(name + ".weight"), At(name + ".bias"), kEps);
}

ggml::Tensor Layers::BatchNorm(const std::string& name, ggml::Tensor x) const {
  // x factor + (bias - mean factor), factor = weight / sqrt(variance + eps).
  ggml::Tensor deviation = graph_.Sqrt(graph_.ScaleBias(At(name + ".variance"), 1, kEps));
  ggml::Tensor factor = graph_.Div(At(name + ".weight"), deviation);
  ggml::Tensor offset = graph_.Sub(At(name + ".bias"), graph_.Mul(At(name + ".mean"), factor));
  return graph_.Add(graph_.Mul(x, factor), offset);
}

}  // namespace waveshift::tts::indextts
