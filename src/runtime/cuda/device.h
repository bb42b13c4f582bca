// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Memory, transfers and the order of work on the first CUDA device, for kernels of our own. Only in builds
// with CUDA (-DWAVESHIFT_CUDA=ON). No type of CUDA is seen outside this room.
#ifndef WAVESHIFT_RUNTIME_CUDA_DEVICE_H_
#define WAVESHIFT_RUNTIME_CUDA_DEVICE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/status.h"

struct CUstream_st;
struct CUgraphExec_st;

namespace waveshift::cuda {

// Why no kernel of ours can run here (no device, no driver, one older than sm_75, not built for it); OK when
// they can.
Status CheckDevice();
// "NVIDIA H100 80GB HBM3, sm_90"; "" without a device.
std::string DeviceName();

// Memory that nobody has taken, in bytes; 0 without a device.
int64_t FreeBytes();

// A piece of the device's memory. Its values are not set.
class Memory {
 public:
  Memory() = default;
  // ResourceExhausted when the device has no room.
  static StatusOr<Memory> Allocate(int64_t bytes);
  // Holds these values.
  static StatusOr<Memory> Of(const void* values, int64_t bytes);
  Memory(Memory&& other) noexcept;
  Memory& operator=(Memory&& other) noexcept;
  ~Memory();

  void* data() const { return data_; }
  template <typename T>
  T* as() const {
    return static_cast<T*>(data_);
  }
  int64_t bytes() const { return bytes_; }

 private:
  void* data_ = nullptr;
  int64_t bytes_ = 0;
};

template <typename T>
StatusOr<Memory> MemoryOf(std::span<const T> values) {
  return Memory::Of(values.data(), static_cast<int64_t>(values.size_bytes()));
}

// Memory of the processor that the device copies from and to without waiting.
class PinnedMemory {
 public:
  PinnedMemory() = default;
  static StatusOr<PinnedMemory> Allocate(int64_t bytes);
  PinnedMemory(PinnedMemory&& other) noexcept;
  PinnedMemory& operator=(PinnedMemory&& other) noexcept;
  ~PinnedMemory();

  template <typename T>
  T* as() const {
    return static_cast<T*>(data_);
  }
  int64_t bytes() const { return bytes_; }

 private:
  void* data_ = nullptr;
  int64_t bytes_ = 0;
};

class Stream;

// Kernels that were recorded once and start together (a CUDA graph).
class Recording {
 public:
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;
  ~Recording();

 private:
  friend class Stream;
  Recording() = default;
  CUgraphExec_st* graph_ = nullptr;
};

// Work in its order. All calls return before the work is done; errors of any of it appear in Wait. One thread
// at a time.
class Stream {
 public:
  static StatusOr<std::unique_ptr<Stream>> Open();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream();

  // `from` and `to` on the processor are pinned, or the call waits.
  void Upload(void* to, const void* from, int64_t bytes);
  void Download(void* to, const void* from, int64_t bytes);
  void Clear(void* memory, int64_t bytes);
  // ResourceExhausted, Internal: what went wrong since the last Wait.
  Status Wait();

  // Records what `launch` starts on this stream instead of doing it.
  StatusOr<std::unique_ptr<Recording>> Record(const std::function<void()>& launch);
  void Play(const Recording& recording);

  // For this room: kernels start on it; the first failure is kept for Wait.
  CUstream_st* handle() const { return handle_; }
  void Note(int error);

 private:
  Stream() = default;
  CUstream_st* handle_ = nullptr;
  int error_ = 0;
};

}  // namespace waveshift::cuda

#endif  // WAVESHIFT_RUNTIME_CUDA_DEVICE_H_
