// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/voice/perceiver.h"

#include <cmath>
#include <string>

#include "runtime/ggml/graph.h"
#include "tts/indextts/layers.h"

namespace waveshift::tts::indextts {
namespace {

using ggml::Graph;
using ggml::Tensor;

constexpr float kNormFloor = 1e-12F;

// Of latents {gpt width, latents} to themselves and the context {gpt width, rows}.
Tensor Attention(const Layers& layers, const PerceiverSizes& sizes, const std::string& name, Tensor latents,
                 Tensor context) {
  Graph& graph = layers.graph();
  const int64_t inner = sizes.heads * sizes.head_width;
  Tensor seen = graph.Concat(latents, context, 1);
  const int64_t rows = ggml::ExtentsOf(seen).n1;
  Tensor q =
      graph.Reshape(layers.Linear(name + "q", latents), {sizes.head_width, sizes.heads, sizes.latents});
  // Keys lie before values in each row.
  Tensor both = layers.Linear(name + "kv", seen);
  const auto half = [&](int64_t offset) {
    return graph.View(both, {sizes.head_width, sizes.heads, rows},
                      {sizes.head_width, 2 * inner, 2 * inner * rows}, offset);
  };
  Tensor k = graph.Contiguous(graph.Permute(half(0), {0, 2, 1, 3}));
  Tensor v = graph.Contiguous(graph.Permute(half(inner), {1, 2, 0, 3}));  // {rows, head width, heads}
  Tensor scores = graph.MatMul(k, graph.Contiguous(graph.Permute(q, {0, 2, 1, 3})));
  const float scale = 1 / std::sqrt(static_cast<float>(sizes.head_width));
  Tensor heads = graph.MatMul(v, graph.Softmax(scores, nullptr, scale));
  Tensor joined = graph.Contiguous(graph.Permute(heads, {0, 2, 1, 3}));
  return layers.Linear(name + "out", graph.Reshape(joined, {inner, sizes.latents}));
}

// Half of what comes up is the gate, behind the other half.
Tensor FeedForward(const Layers& layers, int64_t inner, const std::string& name, Tensor x) {
  Graph& graph = layers.graph();
  x = layers.Linear(name + "ff.up", x);
  Tensor gate = graph.GeluErf(graph.Contiguous(graph.Slice(x, 0, inner, inner)));
  return layers.Linear(name + "ff.down", graph.Mul(gate, graph.Contiguous(graph.Slice(x, 0, 0, inner))));
}

}  // namespace

StatusOr<std::vector<float>> RunPerceiver(const LoadedModel& model, const ggml::Device& device,
                                          std::span<const float> heard, const std::stop_token& stop) {
  if (device.kind() != ggml::DeviceKind::kCpu) return RunGraphPerceiver(model, device, heard, stop);
  cpu::Workers workers(device.threads());
  return RunCpuPerceiver(model, {.workers = &workers}, heard, stop);
}

StatusOr<std::vector<float>> RunGraphPerceiver(const LoadedModel& model, const ggml::Device& device,
                                               std::span<const float> heard, const std::stop_token& stop) {
  const PerceiverSizes& sizes = model.architecture().perceiver;
  const int64_t width = model.architecture().conformer.width;
  Graph graph(device);
  const Layers layers(&graph, model.weights());
  Tensor input = graph.Floats({width, static_cast<int64_t>(heard.size()) / width});
  Tensor context = layers.Linear("perceiver.context", input);
  Tensor latents = layers.At("perceiver.latents");
  for (int64_t i = 0; i < sizes.layers; ++i) {
    const std::string name = "perceiver.layers." + std::to_string(i) + ".";
    latents = graph.Add(latents, Attention(layers, sizes, name, latents, context));
    latents = graph.Add(latents, FeedForward(layers, sizes.feed_forward, name, latents));
  }
  const float length = std::sqrt(static_cast<float>(model.architecture().gpt.width));
  Tensor rows = graph.Scale(graph.L2Norm(latents, kNormFloor), length);
  Tensor out = graph.Output(graph.Mul(rows, layers.At("perceiver.norm.weight")));
  WS_RETURN_IF_ERROR(graph.Prepare());
  ggml::SetValues(input, heard);
  WS_RETURN_IF_ERROR(graph.Compute(stop));
  return ggml::FloatsOf(out);
}

}  // namespace waveshift::tts::indextts
