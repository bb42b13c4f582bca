// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/voice/speaker_encoder.h"

#include <limits>
#include <string>

#include "runtime/ggml/graph.h"
#include "tts/indextts/layers.h"

namespace waveshift::tts::indextts {
namespace {

using ggml::Graph;
using ggml::Tensor;

constexpr int64_t kFewestFrames = 5;  // the widest padding mirrors four
constexpr float kVarianceFloor = 1e-12F;

// Everything is {channels, time}, except where a convolution or a sum over time wants {time, channels}.
class Network {
 public:
  Network(Graph* graph, const LoadedModel& model)
      : graph_(*graph), layers_(graph, model.weights()), sizes_(model.architecture().speaker) {}

  // mel {time, bands} -> {width}
  Tensor Run(Tensor mel) {
    Tensor x = Activated("speaker.blocks.0", Convolved("speaker.blocks.0.conv", mel, 1));
    Tensor all = nullptr;
    for (int64_t block = 1; block <= 3; ++block) {
      x = Block("speaker.blocks." + std::to_string(block) + ".", x, static_cast<int>(block + 1));
      all = all == nullptr ? x : graph_.Concat(all, x, 0);
    }
    Tensor pooled = Pooled(TimeDelay("speaker.mix", all));
    return layers_.Linear("speaker.out", layers_.BatchNorm("speaker.pool_norm", pooled));
  }

 private:
  Tensor Turned(Tensor x) { return graph_.Contiguous(graph_.Transpose(x)); }

  // Convolution over {time, channels} that keeps the length, with mirrored ends: {out, time}.
  Tensor Convolved(const std::string& name, Tensor x, int dilation) {
    Tensor kernel = layers_.At(name + ".weight");
    const int padding = dilation * static_cast<int>(ggml::ExtentsOf(kernel).n0 / 2);
    x = graph_.Conv1d(kernel, graph_.PadReflect(x, padding, padding), {.dilation = dilation});
    return graph_.Add(x, layers_.At(name + ".bias"));
  }
  Tensor Activated(const std::string& name, Tensor x) {
    return layers_.BatchNorm(name + ".norm", graph_.Relu(x));
  }
  // Kernel 1.
  Tensor TimeDelay(const std::string& name, Tensor x) {
    return Activated(name, layers_.Linear(name + ".conv", x));
  }
  // {channels, time} -> {channels}
  Tensor MeanOverTime(Tensor x) { return graph_.Reshape(graph_.Mean(Turned(x)), {ggml::ExtentsOf(x).n0}); }

  Tensor Block(const std::string& name, Tensor x, int dilation) {
    Tensor y = TimeDelay(name + "tdnn_in", x);
    y = TimeDelay(name + "tdnn_out", Groups(name, y, dilation));
    Tensor weights = layers_.Linear(name + "squeeze.down", MeanOverTime(y));
    weights = graph_.Sigmoid(layers_.Linear(name + "squeeze.up", graph_.Relu(weights)));
    return graph_.Add(graph_.Mul(y, weights), x);
  }

  // Res2Net: the first group passes, each other one is convolved together with the one before.
  Tensor Groups(const std::string& name, Tensor x, int dilation) {
    const int64_t width = sizes_.channels / sizes_.scale;
    const auto group = [&](int64_t i) { return graph_.Contiguous(graph_.Slice(x, 0, i * width, width)); };
    Tensor all = group(0);
    Tensor before = nullptr;
    for (int64_t i = 1; i < sizes_.scale; ++i) {
      Tensor y = before == nullptr ? group(i) : graph_.Add(group(i), before);
      const std::string each = name + "res2." + std::to_string(i - 1);
      before = Activated(each, Convolved(each + ".conv", Turned(y), dilation));
      all = graph_.Concat(all, before, 0);
    }
    return all;
  }

  // sqrt(max(sum over time of weights (x - mean)^2, floor)); weights {time, channels}, nullptr: all equal.
  Tensor Deviation(Tensor x, Tensor mean, Tensor weights) {
    Tensor squares = Turned(graph_.Square(graph_.Sub(x, mean)));
    Tensor variance = weights == nullptr ? graph_.Mean(squares) : graph_.Sum(graph_.Mul(squares, weights));
    variance = graph_.Reshape(variance, {ggml::ExtentsOf(x).n0});
    return graph_.Sqrt(graph_.Clamp(variance, kVarianceFloor, std::numeric_limits<float>::max()));
  }

  // Mean and deviation over time, weighted by attention: {2 channels}.
  Tensor Pooled(Tensor x) {
    const std::string name = "speaker.attention";
    const int64_t channels = ggml::ExtentsOf(x).n0;
    Tensor mean = MeanOverTime(x);
    // The layer sees [x, mean, deviation] of each frame; the last two are the same for all frames.
    Tensor w = layers_.At(name + ".conv.weight");
    const auto part = [&](int64_t i) { return graph_.Slice(w, 0, i * channels, channels); };
    Tensor common = graph_.Add(graph_.MatMul(part(1), mean), layers_.At(name + ".conv.bias"));
    common = graph_.Add(common, graph_.MatMul(part(2), Deviation(x, mean, nullptr)));
    Tensor hidden = graph_.Add(graph_.MatMul(part(0), x), common);
    hidden = graph_.Tanh(Activated(name, hidden));
    Tensor weights = graph_.Softmax(Turned(layers_.Linear(name + ".out", hidden)));
    Tensor heard = graph_.Reshape(graph_.Sum(graph_.Mul(weights, Turned(x))), {channels});
    return graph_.Concat(heard, Deviation(x, heard, weights), 0);
  }

  Graph& graph_;
  Layers layers_;
  const SpeakerSizes& sizes_;
};

}  // namespace

Status CheckSpeakerInput(const Architecture& architecture, const LogMel& mel) {
  if (mel.bands != architecture.mel.bands || mel.frames < kFewestFrames) {
    return InvalidArgument("a spectrogram of " + std::to_string(mel.bands) + " bands and " +
                           std::to_string(mel.frames) + " frames does not fit the speaker encoder");
  }
  return OkStatus();
}

StatusOr<std::vector<float>> RunSpeakerEncoder(const LoadedModel& model, const ggml::Device& device,
                                               const LogMel& mel, const std::stop_token& stop) {
  if (device.kind() != ggml::DeviceKind::kCpu) return RunGraphSpeakerEncoder(model, device, mel, stop);
  cpu::Workers workers(device.threads());
  return RunCpuSpeakerEncoder(model, {.workers = &workers}, mel, stop);
}

StatusOr<std::vector<float>> RunGraphSpeakerEncoder(const LoadedModel& model, const ggml::Device& device,
                                                    const LogMel& mel, const std::stop_token& stop) {
  WS_RETURN_IF_ERROR(CheckSpeakerInput(model.architecture(), mel));
  Graph graph(device);
  Tensor input = graph.Floats({mel.frames, mel.bands});
  Tensor out = graph.Output(Network(&graph, model).Run(input));
  WS_RETURN_IF_ERROR(graph.Prepare());
  ggml::SetValues(input, mel.values);
  WS_RETURN_IF_ERROR(graph.Compute(stop));
  return ggml::FloatsOf(out);
}

}  // namespace waveshift::tts::indextts
