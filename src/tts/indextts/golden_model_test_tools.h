// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_TTS_INDEXTTS_GOLDEN_MODEL_TEST_TOOLS_H_
#define WAVESHIFT_TTS_INDEXTTS_GOLDEN_MODEL_TEST_TOOLS_H_

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/files.h"
#include "tts/indextts/compute_device.h"
#include "tts/indextts/convert/converter.h"
#include "tts/indextts/convert/golden_test_tools.h"
#include "tts/indextts/loaded_model.h"
#include "tts/indextts/parity/npy.h"

namespace waveshift::tts::indextts {

inline const std::string kGoldenFolder = WAVESHIFT_SOURCE_DIR "/tests/golden/indextts/";

inline std::vector<float> GoldenFloats(const std::string& name) {
  const auto array = ReadNpy(kGoldenFolder + "tensors/" + name + ".npy");
  EXPECT_TRUE(array.ok()) << array.status();
  return array.ok() ? std::get<std::vector<float>>(array->values) : std::vector<float>();
}

// The largest error relative to the largest value of `wanted`.
inline double RelativeError(std::span<const float> found, std::span<const float> wanted) {
  EXPECT_EQ(found.size(), wanted.size());
  double error = 0;
  double scale = 0;
  for (size_t i = 0; i < std::min(found.size(), wanted.size()); ++i) {
    error = std::max(error, std::abs(static_cast<double>(found[i]) - wanted[i]));
    scale = std::max(scale, std::abs(static_cast<double>(wanted[i])));
  }
  EXPECT_GT(scale, 0);
  return error / scale;
}

// The golden release as a model file whose GPT has this type, converted once a process and type.
inline std::string GoldenModelPath(ggml::TensorType type) {
  static const ScratchDirectory scratch = ScratchDirectory::Make().value();
  static std::map<ggml::TensorType, std::string> paths;
  std::string& path = paths[type];
  if (!path.empty()) return path;
  const std::string release = scratch.path() + "/release";
  EXPECT_TRUE(CopyGoldenRelease(release).ok());
  path = scratch.path() + "/" + std::string(TypeName(type)) + ".gguf";
  const auto other = type == ggml::TensorType::kF32 ? type : ggml::TensorType::kF16;
  const auto report = Convert(release, path, {.gpt_type = type, .other_type = other, .threads = 1});
  EXPECT_TRUE(report.ok()) << report.status();
  return path;
}

// It, loaded on a processor's device that lives as long as the process.
// One thread: where others compute at the same time, two that wait for each other take a hundred times as
// long.
inline const ComputeDevice& TestComputeDevice() {
  static const std::unique_ptr<ComputeDevice> device =
      ComputeDevice::Open({.kind = ggml::DeviceKind::kCpu, .threads = 1}).value();
  return *device;
}
inline const ggml::Device& TestDevice() { return TestComputeDevice().graphs(); }
inline std::shared_ptr<const LoadedModel> GoldenModel(ggml::TensorType type) {
  return LoadedModel::Load(GoldenModelPath(type), TestDevice()).value();
}

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_GOLDEN_MODEL_TEST_TOOLS_H_
