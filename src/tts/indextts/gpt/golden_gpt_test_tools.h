// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_TTS_INDEXTTS_GPT_GOLDEN_GPT_TEST_TOOLS_H_
#define WAVESHIFT_TTS_INDEXTTS_GPT_GOLDEN_GPT_TEST_TOOLS_H_

#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "runtime/ggml/device.h"
#include "runtime/ggml/weights.h"
#include "tts/indextts/convert/converter.h"
#include "tts/indextts/convert/golden_test_tools.h"
#include "tts/indextts/gpt/embedder.h"
#include "tts/indextts/gpt/network.h"
#include "tts/indextts/model_file.h"
#include "tts/indextts/parity/npy.h"

namespace waveshift::tts::indextts {

// The ways to compute the GPT.
enum class NetworkKind { kCpu, kGgml, kCuda };
inline std::string KindName(NetworkKind kind) {
  return kind == NetworkKind::kCpu ? "cpu" : kind == NetworkKind::kGgml ? "ggml" : "cuda";
}
// Skips a test of a kind that this machine or this build does not have.
#define WS_SKIP_WITHOUT(kind)                                                                 \
  if ((kind) == NetworkKind::kCuda && !CheckCudaDevice().ok()) {                              \
    GTEST_SKIP() << "wants a build with CUDA and its device: " << Message(CheckCudaDevice()); \
  }                                                                                           \
  static_assert(true)

// The golden release (tests/golden/indextts) as a model on the processor; its GPT matrices are of `type`.
struct GoldenModel {
  ScratchDirectory scratch = ScratchDirectory::Make().value();
  std::shared_ptr<const ggml::GgufFile> file;
  Architecture architecture;
  std::unique_ptr<ggml::Device> device;
  std::unique_ptr<ggml::Weights> weights;
  std::unique_ptr<Embedder> embedder;

  explicit GoldenModel(ggml::TensorType type) {
    const std::string folder = scratch.path() + "/release";
    const std::string path = scratch.path() + "/model.gguf";
    const auto other = type == ggml::TensorType::kF32 ? ggml::TensorType::kF32 : ggml::TensorType::kF16;
    EXPECT_TRUE(CopyGoldenRelease(folder).ok());
    EXPECT_TRUE(Convert(folder, path, {.gpt_type = type, .other_type = other}).ok());
    file = ggml::GgufFile::Open(path).value();
    architecture = CheckModelFile(*file).value();
    device = ggml::Device::Open({.kind = ggml::DeviceKind::kCpu, .threads = 1}).value();
    weights = ggml::Weights::Load(file, *device).value();
    embedder = std::make_unique<Embedder>(file, architecture.gpt);
  }
  std::unique_ptr<GptNetwork> Network(NetworkKind kind, int64_t cells = 512,
                                      ggml::TensorType cell_type = ggml::TensorType::kF32) const {
    const NetworkOptions options = {.cells = cells, .cell_type = cell_type};
    if (kind == NetworkKind::kCuda) return MakeCudaNetwork(file, architecture.gpt, options).value();
    if (kind == NetworkKind::kCpu) return MakeCpuNetwork(file, architecture.gpt, 1, options).value();
    return MakeGgmlNetwork(*weights, *device, architecture.gpt, options).value();
  }
};

// Made once for a test program.
inline const GoldenModel& Golden(ggml::TensorType type) {
  static std::map<ggml::TensorType, std::unique_ptr<GoldenModel>> models;
  std::unique_ptr<GoldenModel>& model = models[type];
  if (model == nullptr) model = std::make_unique<GoldenModel>(type);
  return *model;
}

inline const std::string kGoldenFolder = WAVESHIFT_SOURCE_DIR "/tests/golden/indextts/";

inline std::vector<float> GoldenFloats(const std::string& name) {
  return std::get<std::vector<float>>(ReadNpy(kGoldenFolder + "tensors/" + name + ".npy").value().values);
}
inline std::vector<int32_t> GoldenInts(const std::string& name) {
  return std::get<std::vector<int32_t>>(ReadNpy(kGoldenFolder + "tensors/" + name + ".npy").value().values);
}
inline const nlohmann::json& GoldenCases() {
  static const auto cases = nlohmann::json::parse(ReadFile(kGoldenFolder + "cases.json", 1 << 20).value());
  return cases;
}

// The largest difference, relative to the largest wanted value.
inline double RelativeError(const std::vector<float>& found, const std::vector<float>& wanted) {
  if (found.size() != wanted.size() || wanted.empty()) return HUGE_VAL;
  double error = 0;
  double scale = 0;
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (!std::isfinite(found[i])) return HUGE_VAL;
    error = std::max(error, std::abs(static_cast<double>(found[i]) - static_cast<double>(wanted[i])));
    scale = std::max(scale, std::abs(static_cast<double>(wanted[i])));
  }
  return error / scale;
}

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_GPT_GOLDEN_GPT_TEST_TOOLS_H_
