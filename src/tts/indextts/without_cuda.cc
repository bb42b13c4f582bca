// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What builds without CUDA say in place of cuda_device.cc, gpt/cuda_network.cc and vocoder/cuda_vocoder.cc.
#include "tts/indextts/compute_device.h"
#include "tts/indextts/gpt/network.h"
#include "tts/indextts/vocoder/vocoder_model.h"

namespace waveshift::tts::indextts {
namespace {

Status NotBuilt() { return Unimplemented("this build has no CUDA (configure with -DWAVESHIFT_CUDA=ON)"); }

}  // namespace

Status CheckCudaDevice() { return NotBuilt(); }

std::string CudaDeviceName() { return ""; }

int64_t CudaFreeBytes() { return 0; }

StatusOr<std::unique_ptr<GptNetwork>> MakeCudaNetwork(const std::shared_ptr<const ggml::GgufFile>& /*file*/,
                                                      const GptSizes& /*sizes*/,
                                                      const NetworkOptions& /*options*/) {
  return NotBuilt();
}

Status CheckCudaNetwork(const ggml::GgufFile& /*file*/, const GptSizes& /*sizes*/) { return NotBuilt(); }

StatusOr<std::shared_ptr<const VocoderModel>> LoadCudaVocoder(const ggml::GgufFile& /*file*/) {
  return NotBuilt();
}

}  // namespace waveshift::tts::indextts
