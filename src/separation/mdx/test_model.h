// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// A small network of the family for tests: out = t + tanh(t), where t = (W x + b) M mixes the four planes (W,
// b) and the spectra of a stretch (M).
#ifndef WAVESHIFT_SEPARATION_MDX_TEST_MODEL_H_
#define WAVESHIFT_SEPARATION_MDX_TEST_MODEL_H_

#include <cstddef>
#include <random>
#include <string>
#include <vector>

#include "base/files.h"
#include "runtime/onnx/test_models.h"
#include "separation/mdx/parameters.h"

namespace waveshift::separation::mdx {

struct SmallNetwork {
  std::vector<float> planes = std::vector<float>(16);  // W, by output
  std::vector<float> bias = std::vector<float>(4);
  std::vector<float> times;  // M, by input
  bool tanh = false;
};

inline constexpr char kSmallParameters[] =
    R"({"mdx_n_fft_scale_set": 480, "hop_length": 120, "mdx_dim_f_set": 200, "mdx_dim_t_set": 5, "compensate": 1.0)";

// Gives back what it hears.
inline SmallNetwork Identity(size_t dim_t) {
  SmallNetwork network;
  for (size_t i = 0; i < 4; ++i) network.planes[5 * i] = 1;
  network.times.resize(dim_t * dim_t);
  for (size_t t = 0; t < dim_t; ++t) network.times[t * dim_t + t] = 1;
  return network;
}

inline SmallNetwork RandomNetwork(size_t dim_t) {
  std::mt19937 random(11);
  std::uniform_real_distribution<float> values(-0.3F, 0.3F);
  SmallNetwork network = Identity(dim_t);
  for (auto* weights : {&network.planes, &network.bias, &network.times}) {
    for (float& value : *weights) value += values(random);
  }
  network.tanh = true;
  return network;
}

inline std::string SmallModelBytes(const SmallNetwork& network, size_t dim_f, size_t dim_t) {
  const auto times = static_cast<int>(dim_t);
  const std::vector<int> shape = {-1, 4, static_cast<int>(dim_f), times};
  onnx::TestModel model;
  model.inputs = {{.name = "input", .shape = shape}};
  model.outputs = {{.name = "output", .shape = shape}};
  model.constants = {
      {"w", {4, 4, 1, 1}, network.planes}, {"b", {4}, network.bias}, {"m", {times, times}, network.times}};
  model.nodes = {{"Conv", {"input", "w", "b"}, {"c"}, {}, {}}};
  if (network.tanh) {
    model.nodes.push_back({"MatMul", {"c", "m"}, {"t"}, {}, {}});
    model.nodes.push_back({"Tanh", {"t"}, {"h"}, {}, {}});
    model.nodes.push_back({"Add", {"t", "h"}, {"output"}, {}, {}});
  } else {
    model.nodes.push_back({"MatMul", {"c", "m"}, {"output"}, {}, {}});
  }
  return onnx::ModelBytes(model);
}

// A model of kSmallParameters in a folder; `more` follows behind them in its JSON object.
inline std::string WriteSmallModel(const std::string& folder, const SmallNetwork& network,
                                   const std::string& more = "") {
  std::string path = folder + "/small.onnx";
  const Status parameters = WriteFileAtomic(folder + "/small.json", kSmallParameters + more + "}");
  const Status model = WriteFileAtomic(path, SmallModelBytes(network, 200, 32));
  return parameters.ok() && model.ok() ? path : "";
}

}  // namespace waveshift::separation::mdx

#endif  // WAVESHIFT_SEPARATION_MDX_TEST_MODEL_H_
