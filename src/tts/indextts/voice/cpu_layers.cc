// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/voice/cpu_layers.h"

#include <algorithm>
#include <cmath>

namespace waveshift::tts::indextts {
namespace {

constexpr float kEps = 1e-5F;
constexpr int64_t kRowsAtOnce = 16;
constexpr int64_t kChannelsAtOnce = 64;

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

}  // namespace

CpuLayers::Layer CpuLayers::Find(const std::string& name) const {
  const ggml::StoredTensor& weight = Tensor(name + ".weight");
  const ggml::StoredTensor* bias = file_.FindTensor(name + ".bias");
  Layer layer;
  layer.matrix.storage = weight.type == ggml::TensorType::kF16 ? cpu::Storage::kF16 : cpu::Storage::kF32;
  layer.matrix.values = weight.bytes.data();
  layer.matrix.columns = weight.shape[0];
  layer.matrix.depth = weight.shape[1];
  layer.matrix.taps = weight.shape.size() > 2 ? weight.shape[2] : 1;
  if (bias != nullptr) layer.bias = Vector(name + ".bias");
  return layer;
}

const float* CpuLayers::Vector(const std::string& name) const {
  return reinterpret_cast<const float*>(Tensor(name).bytes.data());
}

std::vector<float> CpuLayers::Values(const std::string& name, int64_t count) const {
  const ggml::StoredTensor& tensor = Tensor(name);
  std::vector<float> values(static_cast<size_t>(count));
  if (tensor.type == ggml::TensorType::kF16) {
    operations_.Widen({reinterpret_cast<const uint16_t*>(tensor.bytes.data()), values.size()}, values.data());
  } else {
    std::copy_n(reinterpret_cast<const float*>(tensor.bytes.data()), values.size(), values.begin());
  }
  return values;
}

CpuLayers::Affine CpuLayers::BatchNorm(const std::string& name) const {
  const int64_t channels = Tensor(name + ".weight").values();
  const auto padded = static_cast<size_t>(cpu::PaddedChannels(channels));
  Affine affine = {std::vector<float>(padded), std::vector<float>(padded)};
  const float* weight = Vector(name + ".weight");
  const float* bias = Vector(name + ".bias");
  const float* mean = Vector(name + ".mean");
  const float* variance = Vector(name + ".variance");
  for (int64_t i = 0; i < channels; ++i) {
    const float factor = weight[i] / std::sqrt(variance[i] + kEps);
    affine.factor[static_cast<size_t>(i)] = factor;
    affine.offset[static_cast<size_t>(i)] = bias[i] - mean[i] * factor;
  }
  return affine;
}

void CpuLayers::ForRows(int64_t rows, const std::function<void(int64_t begin, int64_t end)>& task) const {
  workers().Run(CeilDiv(rows, kRowsAtOnce), [&](int64_t item, int /*worker*/) {
    task(item * kRowsAtOnce, std::min(rows, (item + 1) * kRowsAtOnce));
  });
}

void CpuLayers::ForHeads(int64_t heads,
                         const std::function<void(int64_t head, cpu::Workers* alone)>& task) const {
  workers().Run(heads, [&](int64_t head, int /*worker*/) {
    cpu::Workers alone(1);
    task(head, &alone);
  });
}

void CpuLayers::LayerNorm(const std::string& name, const float* x, int64_t x_row, int64_t rows, int64_t width,
                          float* y, int64_t y_row) const {
  const float* weight = Vector(name + ".weight");
  const float* bias = Vector(name + ".bias");
  ForRows(rows, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      operations_.LayerNorm({x + row * x_row, static_cast<size_t>(width)}, weight, bias, kEps,
                            y + row * y_row);
    }
  });
}

void CpuLayers::Multiply(const Layer& layer, cpu::WideProduct product) const {
  product.bias = layer.bias;
  MultiplyWide(processor_.isa, layer.matrix, product, &workers());
}

void CpuLayers::Measure(const cpu::RowOperations::Statistics& statistics) const {
  workers().Run(CeilDiv(statistics.channels, kChannelsAtOnce), [&](int64_t item, int /*worker*/) {
    const int64_t first = item * kChannelsAtOnce;
    cpu::RowOperations::Statistics part = statistics;
    part.channels = std::min(kChannelsAtOnce, statistics.channels - first);
    part.x += first;
    part.mean += first;
    if (part.scores != nullptr) part.scores += first;
    if (part.deviation != nullptr) part.deviation += first;
    operations_.Measure(part);
  });
}

}  // namespace waveshift::tts::indextts
