// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cuda/device.h"

#include <cuda_runtime.h>

#include <string>
#include <utility>

namespace waveshift::cuda {
namespace {

constexpr int kFirstDevice = 0;
constexpr int kOldestMajor = 7;
constexpr int kOldestMinor = 5;

Status StatusOf(cudaError_t error, const std::string& what) {
  if (error == cudaSuccess) return OkStatus();
  const std::string message = "CUDA: " + what + ": " + cudaGetErrorString(error);
  return error == cudaErrorMemoryAllocation ? ResourceExhausted(message) : Internal(message);
}

std::string Mebibytes(int64_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

}  // namespace

// In language.cu, which has kernels: whether the program has code for the device.
cudaError_t FindKernelCode();

Status CheckDevice() {
  int count = 0;
  const cudaError_t found = cudaGetDeviceCount(&count);
  if (found != cudaSuccess || count == 0) {
    cudaGetLastError();
    return FailedPrecondition(std::string("no CUDA device was found") +
                              (found == cudaSuccess ? "" : std::string(": ") + cudaGetErrorString(found)));
  }
  cudaDeviceProp properties = {};
  WS_RETURN_IF_ERROR(StatusOf(cudaGetDeviceProperties(&properties, kFirstDevice), "the device's properties"));
  const bool too_old = properties.major < kOldestMajor ||
                       (properties.major == kOldestMajor && properties.minor < kOldestMinor);
  if (too_old) return FailedPrecondition(DeviceName() + " is older than sm_75");
  const cudaError_t code = FindKernelCode();
  if (code != cudaSuccess) {
    cudaGetLastError();
    return FailedPrecondition("this build has no code for " + DeviceName() + ": " + cudaGetErrorString(code));
  }
  return OkStatus();
}

std::string DeviceName() {
  cudaDeviceProp properties = {};
  if (cudaGetDeviceProperties(&properties, kFirstDevice) != cudaSuccess) {
    cudaGetLastError();
    return "";
  }
  return std::string(properties.name) + ", sm_" + std::to_string(properties.major) +
         std::to_string(properties.minor);
}

int64_t FreeBytes() {
  size_t free = 0;
  size_t total = 0;
  if (cudaMemGetInfo(&free, &total) != cudaSuccess) {
    cudaGetLastError();
    return 0;
  }
  return static_cast<int64_t>(free);
}

StatusOr<Memory> Memory::Allocate(int64_t bytes) {
  Memory memory;
  if (bytes <= 0) return memory;
  const cudaError_t error = cudaMalloc(&memory.data_, static_cast<size_t>(bytes));
  if (error != cudaSuccess) {
    cudaGetLastError();
    return StatusOf(error, "no room for " + Mebibytes(bytes));
  }
  memory.bytes_ = bytes;
  return memory;
}

StatusOr<Memory> Memory::Of(const void* values, int64_t bytes) {
  WS_ASSIGN_OR_RETURN(Memory memory, Allocate(bytes));
  if (bytes > 0) {
    WS_RETURN_IF_ERROR(StatusOf(
        cudaMemcpy(memory.data_, values, static_cast<size_t>(bytes), cudaMemcpyHostToDevice), "copy"));
    // It returns while the last piece may still be under way, and our streams do not wait for it.
    WS_RETURN_IF_ERROR(StatusOf(cudaStreamSynchronize(cudaStreamLegacy), "copy"));
  }
  return memory;
}

Memory::Memory(Memory&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}

Memory& Memory::operator=(Memory&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

Memory::~Memory() {
  if (data_ != nullptr) cudaFree(data_);
}

StatusOr<PinnedMemory> PinnedMemory::Allocate(int64_t bytes) {
  PinnedMemory memory;
  if (bytes <= 0) return memory;
  const cudaError_t error = cudaHostAlloc(&memory.data_, static_cast<size_t>(bytes), cudaHostAllocDefault);
  if (error != cudaSuccess) {
    cudaGetLastError();
    return StatusOf(error, "no room for " + Mebibytes(bytes) + " of the processor's memory");
  }
  memory.bytes_ = bytes;
  return memory;
}

PinnedMemory::PinnedMemory(PinnedMemory&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}

PinnedMemory& PinnedMemory::operator=(PinnedMemory&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

PinnedMemory::~PinnedMemory() {
  if (data_ != nullptr) cudaFreeHost(data_);
}

Recording::~Recording() {
  if (graph_ != nullptr) cudaGraphExecDestroy(graph_);
}

StatusOr<std::unique_ptr<Stream>> Stream::Open() {
  std::unique_ptr<Stream> stream(new Stream());
  WS_RETURN_IF_ERROR(
      StatusOf(cudaStreamCreateWithFlags(&stream->handle_, cudaStreamNonBlocking), "a stream cannot begin"));
  return stream;
}

Stream::~Stream() {
  if (handle_ != nullptr) cudaStreamDestroy(handle_);
}

void Stream::Note(int error) {
  if (error_ == 0) error_ = error;
}

void Stream::Upload(void* to, const void* from, int64_t bytes) {
  Note(cudaMemcpyAsync(to, from, static_cast<size_t>(bytes), cudaMemcpyHostToDevice, handle_));
}

void Stream::Download(void* to, const void* from, int64_t bytes) {
  Note(cudaMemcpyAsync(to, from, static_cast<size_t>(bytes), cudaMemcpyDeviceToHost, handle_));
}

void Stream::Clear(void* memory, int64_t bytes) {
  Note(cudaMemsetAsync(memory, 0, static_cast<size_t>(bytes), handle_));
}

Status Stream::Wait() {
  Note(cudaStreamSynchronize(handle_));
  const auto error = static_cast<cudaError_t>(std::exchange(error_, 0));
  if (error != cudaSuccess) cudaGetLastError();
  return StatusOf(error, "the device failed");
}

StatusOr<std::unique_ptr<Recording>> Stream::Record(const std::function<void()>& launch) {
  std::unique_ptr<Recording> recording(new Recording());
  WS_RETURN_IF_ERROR(StatusOf(cudaStreamBeginCapture(handle_, cudaStreamCaptureModeThreadLocal), "record"));
  launch();
  cudaGraph_t graph = nullptr;
  Note(cudaStreamEndCapture(handle_, &graph));
  if (error_ == 0) Note(cudaGraphInstantiate(&recording->graph_, graph, 0));
  if (graph != nullptr) cudaGraphDestroy(graph);
  const auto error = static_cast<cudaError_t>(std::exchange(error_, 0));
  if (error != cudaSuccess) cudaGetLastError();
  WS_RETURN_IF_ERROR(StatusOf(error, "kernels cannot be recorded"));
  return recording;
}

void Stream::Play(const Recording& recording) { Note(cudaGraphLaunch(recording.graph_, handle_)); }

}  // namespace waveshift::cuda
