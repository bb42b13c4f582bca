// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cuda/device.h"
#include "tts/indextts/compute_device.h"

namespace waveshift::tts::indextts {

Status CheckCudaDevice() { return cuda::CheckDevice(); }

std::string CudaDeviceName() { return cuda::DeviceName(); }

int64_t CudaFreeBytes() { return cuda::FreeBytes(); }

}  // namespace waveshift::tts::indextts
