// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Where a model is computed. All of it has kernels of our own for the processor; GPT and vocoder, which take
// nearly all of the time, also for CUDA. What hears a voice is there described as graphs for ggml, whose CUDA
// library may be missing (it brings cuBLAS, of half a gigabyte, with it): a voice is then heard on the
// processor.
#ifndef WAVESHIFT_TTS_INDEXTTS_COMPUTE_DEVICE_H_
#define WAVESHIFT_TTS_INDEXTTS_COMPUTE_DEVICE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "base/status.h"
#include "runtime/ggml/device.h"

namespace waveshift::tts::indextts {

// As ggml::Device.
class ComputeDevice {
 public:
  // kAuto: CUDA where kernels of our own or ggml's can run, else the processor. Errors as of
  // ggml::Device::Open; of kCuda what our own kernels say (no device, a build without CUDA).
  static StatusOr<std::unique_ptr<ComputeDevice>> Open(const ggml::DeviceOptions& options);

  // For graphs.
  const ggml::Device& graphs() const { return *graphs_; }
  // Whether our own kernels for CUDA compute what they can.
  bool has_own_cuda() const { return has_own_cuda_; }
  // Of GPT and vocoder.
  ggml::DeviceKind kind() const { return has_own_cuda_ ? ggml::DeviceKind::kCuda : graphs_->kind(); }
  std::string name() const;
  // For GPT and vocoder.
  int64_t free_bytes() const;
  // "" unless kAuto did not get CUDA although this build has it.
  const std::string& fallback_reason() const { return fallback_reason_; }

 private:
  ComputeDevice() = default;
  std::unique_ptr<ggml::Device> graphs_;
  bool has_own_cuda_ = false;
  std::string fallback_reason_;
};

// Of the build: without CUDA, Unimplemented and "" and 0.
Status CheckCudaDevice();
std::string CudaDeviceName();
int64_t CudaFreeBytes();

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_COMPUTE_DEVICE_H_
