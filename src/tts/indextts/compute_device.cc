// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/compute_device.h"

#include <utility>

namespace waveshift::tts::indextts {

StatusOr<std::unique_ptr<ComputeDevice>> ComputeDevice::Open(const ggml::DeviceOptions& options) {
  using ggml::DeviceKind;
  std::unique_ptr<ComputeDevice> device(new ComputeDevice());
  ggml::DeviceOptions graphs = options;
  if (options.kind != DeviceKind::kCpu) {
    const Status own = CheckCudaDevice();
    device->has_own_cuda_ = own.ok();
    // With kernels of our own, graphs may be computed on the processor.
    if (own.ok()) graphs.kind = DeviceKind::kAuto;
    if (!own.ok() && own.code() != StatusCode::kUnimplemented) {
      device->fallback_reason_ = Message(own);
      if (options.kind == DeviceKind::kCuda) return own;
    }
  }
  WS_ASSIGN_OR_RETURN(device->graphs_, ggml::Device::Open(graphs));
  if (device->kind() == DeviceKind::kCuda) device->fallback_reason_.clear();
  return device;
}

std::string ComputeDevice::name() const { return has_own_cuda_ ? CudaDeviceName() : graphs_->description(); }

int64_t ComputeDevice::free_bytes() const {
  return has_own_cuda_ ? CudaFreeBytes() : graphs_->memory().free_bytes;
}

}  // namespace waveshift::tts::indextts
