// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/gpt/network.h"

namespace waveshift::tts::indextts {

StatusOr<std::unique_ptr<GptNetwork>> MakeNetwork(const std::shared_ptr<const ggml::GgufFile>& file,
                                                  const ggml::Weights& weights, const ComputeDevice& device,
                                                  const GptSizes& sizes, const NetworkOptions& options) {
  if (device.has_own_cuda()) {
    auto network = MakeCudaNetwork(file, sizes, options);
    if (network.status().code() != StatusCode::kUnimplemented) return network;
  }
  if (device.graphs().kind() == ggml::DeviceKind::kCpu) {
    auto network = MakeCpuNetwork(file, sizes, device.graphs().threads(), options);
    if (network.status().code() != StatusCode::kUnimplemented) return network;
  }
  return MakeGgmlNetwork(weights, device.graphs(), sizes, options);
}

}  // namespace waveshift::tts::indextts
