// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/voice/conformer.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "runtime/ggml/graph.h"
#include "tts/indextts/layers.h"

namespace waveshift::tts::indextts {
namespace {

using ggml::Graph;
using ggml::Tensor;

// Frames [first, first + count) of the spectrogram, a row of bands each.
std::vector<float> FrameRows(const LogMel& mel, int64_t first, int64_t count) {
  std::vector<float> rows(static_cast<size_t>(count * mel.bands));
  for (int64_t t = 0; t < count; ++t) {
    for (int64_t band = 0; band < mel.bands; ++band) {
      rows[static_cast<size_t>(t * mel.bands + band)] =
          mel.values[static_cast<size_t>(band * mel.frames + first + t)];
    }
  }
  return rows;
}

// A 3x3 convolution with stride 2 over [time, bands], then one linear layer over all channels and bands.
StatusOr<std::vector<float>> Subsample(const LoadedModel& model, const ggml::Device& device,
                                       const LogMel& mel, int64_t piece, const std::stop_token& stop) {
  const int64_t width = model.architecture().conformer.width;
  const int64_t bands = (mel.bands - 1) / 2;
  const int64_t rows = (mel.frames - 1) / 2;
  std::vector<float> result(static_cast<size_t>(rows * width));
  Graph graph(device);
  for (int64_t first = 0; first < rows; first += piece) {
    const int64_t count = std::min(piece, rows - first);
    graph.Clear();
    const Layers layers(&graph, model.weights());
    Tensor picture = graph.Floats({mel.bands, 2 * count + 1});
    Tensor x = graph.Conv2d(layers.At("conformer.embed.conv.weight"), picture, {.stride = 2});
    x = graph.Relu(graph.Add(x, layers.At("conformer.embed.conv.bias")));
    // The linear layer counts bands fastest.
    x = graph.Contiguous(graph.Permute(x, {1, 0, 2, 3}));
    x = layers.Linear("conformer.embed.out", graph.Reshape(x, {bands * width, count}));
    Tensor out = graph.Output(graph.Scale(x, std::sqrt(static_cast<float>(width))));
    WS_RETURN_IF_ERROR(graph.Prepare());
    ggml::SetValues(picture, FrameRows(mel, 2 * first, 2 * count + 1));
    WS_RETURN_IF_ERROR(graph.Compute(stop));
    ggml::GetValues(out, std::span(result).subspan(static_cast<size_t>(first * width),
                                                   static_cast<size_t>(count * width)));
  }
  return result;
}

// One network over all rows; everything is {width, time}.
class Network {
 public:
  Network(Graph* graph, const LoadedModel& model, int64_t time, int64_t queries)
      : graph_(*graph),
        layers_(graph, model.weights()),
        sizes_(model.architecture().conformer),
        time_(time),
        queries_(queries) {
    Tensor table = layers_.At("conformer.positions");
    positions_ = graph_.Cast(graph_.Slice(table, 1, 0, time), ggml::TensorType::kF32);
  }

  Tensor Block(int64_t number, Tensor x) {
    name_ = "conformer.blocks." + std::to_string(number) + ".";
    x = graph_.Add(x, Attention(layers_.LayerNorm(name_ + "norm_attn", x)));
    x = graph_.Add(x, Convolution(layers_.LayerNorm(name_ + "norm_conv", x)));
    x = graph_.Add(x, FeedForward(layers_.LayerNorm(name_ + "norm_ff", x)));
    return layers_.LayerNorm(name_ + "norm_out", x);
  }
  Tensor Norm(Tensor x) { return layers_.LayerNorm("conformer.norm", x); }

 private:
  int64_t HeadWidth() const { return sizes_.width / sizes_.heads; }

  // {width, rows} -> {head width, rows, heads}
  Tensor Heads(Tensor x, int64_t rows) {
    return graph_.Permute(graph_.Reshape(x, {HeadWidth(), sizes_.heads, rows}), {0, 2, 1, 3});
  }

  // ((q + u) k + (q + v) p) / sqrt(head width), p of the key's own position: that is q (k + p) plus a number
  // of each key, u k + v p.
  Tensor Attention(Tensor x) {
    Tensor q = layers_.Linear(name_ + "attn.q", x);
    Tensor k = layers_.Linear(name_ + "attn.k", x);
    Tensor p = layers_.Linear(name_ + "attn.pos", positions_);
    Tensor of_key = graph_.Add(OfKey(k, "attn.bias_u"), OfKey(p, "attn.bias_v"));
    Tensor keys = graph_.Contiguous(Heads(graph_.Add(k, p), time_));
    Tensor values = graph_.Reshape(layers_.Linear(name_ + "attn.v", x), {HeadWidth(), sizes_.heads, time_});
    values = graph_.Contiguous(graph_.Permute(values, {1, 2, 0, 3}));  // {time, head width, heads}
    Tensor queries = Heads(q, time_);
    Tensor all = nullptr;
    for (int64_t first = 0; first < time_; first += queries_) {
      const int64_t count = std::min(queries_, time_ - first);
      Tensor scores = graph_.MatMul(keys, graph_.Contiguous(graph_.Slice(queries, 1, first, count)));
      const float scale = 1 / std::sqrt(static_cast<float>(HeadWidth()));
      Tensor weights = graph_.Softmax(graph_.Add(scores, of_key), nullptr, scale);
      Tensor heads = graph_.Permute(graph_.MatMul(values, weights), {0, 2, 1, 3});
      Tensor rows = graph_.Reshape(graph_.Contiguous(heads), {sizes_.width, count});
      all = all == nullptr ? rows : graph_.Concat(all, rows, 1);
    }
    return layers_.Linear(name_ + "attn.out", all);
  }

  // The product of each row's heads with the heads of a vector: {time, 1, heads}.
  Tensor OfKey(Tensor rows, const char* vector) {
    Tensor heads = graph_.Reshape(layers_.At(name_ + vector), {HeadWidth(), 1, sizes_.heads});
    return graph_.MatMul(graph_.Contiguous(Heads(rows, time_)), heads);
  }

  Tensor Convolution(Tensor x) {
    x = layers_.Linear(name_ + "conv.in", x);
    Tensor gate = graph_.Contiguous(graph_.Slice(x, 0, sizes_.width, sizes_.width));
    x = graph_.Mul(graph_.Contiguous(graph_.Slice(x, 0, 0, sizes_.width)), graph_.Sigmoid(gate));
    Tensor channels = graph_.Contiguous(graph_.Transpose(x));  // {time, width}
    channels = graph_.DepthwiseConv1d(layers_.At(name_ + "conv.depthwise.weight"), channels,
                                      {.padding = static_cast<int>(sizes_.kernel / 2)});
    x = graph_.Contiguous(graph_.Transpose(channels));
    x = graph_.Add(x, layers_.At(name_ + "conv.depthwise.bias"));
    x = graph_.Silu(layers_.LayerNorm(name_ + "conv.norm", x));
    return layers_.Linear(name_ + "conv.out", x);
  }

  Tensor FeedForward(Tensor x) {
    return layers_.Linear(name_ + "ff.down", graph_.Silu(layers_.Linear(name_ + "ff.up", x)));
  }

  Graph& graph_;
  Layers layers_;
  const ConformerSizes& sizes_;
  int64_t time_;
  int64_t queries_;  // at once
  Tensor positions_ = nullptr;
  std::string name_;  // of the block that is described, with a dot
};

}  // namespace

Status CheckConformerInput(const Architecture& architecture, const LogMel& mel) {
  if (mel.bands != architecture.mel.bands || mel.frames < 3) {
    return InvalidArgument("a spectrogram of " + std::to_string(mel.bands) + " bands and " +
                           std::to_string(mel.frames) + " frames does not fit the model");
  }
  if ((mel.frames - 1) / 2 > architecture.conformer.positions) {
    return OutOfRange("a voice sample of " + std::to_string(mel.frames) +
                      " frames is longer than the model hears");
  }
  return OkStatus();
}

StatusOr<std::vector<float>> RunConformer(const LoadedModel& model, const ggml::Device& device,
                                          const LogMel& mel, const std::stop_token& stop,
                                          ConformerTrace* trace) {
  if (device.kind() != ggml::DeviceKind::kCpu) return RunGraphConformer(model, device, mel, stop, trace);
  cpu::Workers workers(device.threads());
  return RunCpuConformer(model, {.workers = &workers}, mel, stop, trace);
}

StatusOr<std::vector<float>> RunGraphConformer(const LoadedModel& model, const ggml::Device& device,
                                               const LogMel& mel, const std::stop_token& stop,
                                               ConformerTrace* trace, const ConformerPieces& pieces) {
  const ConformerSizes& sizes = model.architecture().conformer;
  WS_RETURN_IF_ERROR(CheckConformerInput(model.architecture(), mel));
  WS_ASSIGN_OR_RETURN(const std::vector<float> subsampled, Subsample(model, device, mel, pieces.rows, stop));
  const int64_t time = (mel.frames - 1) / 2;
  Graph graph(device);
  Network network(&graph, model, time, pieces.queries);
  Tensor input = graph.Floats({sizes.width, time});
  Tensor x = input;
  std::vector<Tensor> traced;
  for (int64_t i = 0; i < sizes.blocks; ++i) {
    x = network.Block(i, x);
    if (trace != nullptr) traced.push_back(graph.Output(x));
  }
  Tensor out = graph.Output(network.Norm(x));
  WS_RETURN_IF_ERROR(graph.Prepare());
  ggml::SetValues(input, subsampled);
  WS_RETURN_IF_ERROR(graph.Compute(stop));
  if (trace != nullptr) {
    trace->subsampled = subsampled;
    for (Tensor each : traced) trace->blocks.push_back(ggml::FloatsOf(each));
  }
  return ggml::FloatsOf(out);
}

}  // namespace waveshift::tts::indextts
