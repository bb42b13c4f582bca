// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Where networks are computed: the processor, or a CUDA device. No type of ggml is seen outside this room.
#ifndef WAVESHIFT_RUNTIME_GGML_DEVICE_H_
#define WAVESHIFT_RUNTIME_GGML_DEVICE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "base/status.h"

struct ggml_backend;

namespace waveshift::ggml {

enum class DeviceKind { kAuto, kCpu, kCuda };

struct DeviceOptions {
  // kAuto: a CUDA device when this build has CUDA and one can be opened, else the processor; why not is in
  // Device::fallback_reason().
  DeviceKind kind = DeviceKind::kAuto;
  // Of the processor; 0 = as many as this process may use.
  int threads = 0;
};

struct DeviceMemory {
  int64_t free_bytes = 0;
  int64_t total_bytes = 0;
};

// True when this build was made with CUDA (-DWAVESHIFT_CUDA=ON); a machine may still have no such device.
bool BuiltWithCuda();

// One thread at a time; several devices may work side by side.
class Device {
 public:
  // Unimplemented: kCuda in a build without it. FailedPrecondition: no device, or ggml's own libraries are
  // missing or do not run on this machine.
  static StatusOr<std::unique_ptr<Device>> Open(const DeviceOptions& options);
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;
  ~Device();

  DeviceKind kind() const { return kind_; }  // kCpu or kCuda
  int threads() const { return threads_; }   // 0 with kCuda
  std::string name() const;                  // "CPU", "CUDA0"
  std::string description() const;           // the processor's or device's name
  DeviceMemory memory() const;
  // "" unless kAuto did not get CUDA although this build has it.
  const std::string& fallback_reason() const { return fallback_reason_; }
  // For this room.
  ggml_backend* backend() const { return backend_; }

 private:
  Device(DeviceKind kind, int threads, ggml_backend* backend)
      : kind_(kind), threads_(threads), backend_(backend) {}
  DeviceKind kind_;
  int threads_;
  ggml_backend* backend_;
  std::string fallback_reason_;
};

}  // namespace waveshift::ggml

#endif  // WAVESHIFT_RUNTIME_GGML_DEVICE_H_
