// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/ggml/device.h"

#include <ggml-backend.h>
#include <sched.h>

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace waveshift::ggml {
namespace {

constexpr int kMostThreads = 512;

// ggml prints what it does; nothing below src/app may.
void DropLog(ggml_log_level /*level*/, const char* /*text*/, void* /*user*/) {}

// Folders with ggml's libraries for processors and devices: beside an installed program, then where they were
// when this was built. Never the working directory, which anybody may write to.
std::vector<std::string> BackendFolders() {
  namespace fs = std::filesystem;
  std::vector<std::string> folders;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (!error) folders.push_back((program.parent_path().parent_path() / "lib/waveshift").string());
  folders.emplace_back(WAVESHIFT_GGML_BACKENDS);
  return folders;
}

// A ggml that is built into one piece has its processor from the start.
void LoadBackends() {
  static std::once_flag once;
  std::call_once(once, [] {
    ggml_log_set(&DropLog, nullptr);
    for (const std::string& folder : BackendFolders()) {
      if (ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU) != nullptr) return;
      std::error_code error;
      if (std::filesystem::is_directory(folder, error)) ggml_backend_load_all_from_path(folder.c_str());
    }
  });
}

int UsableProcessors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

ggml_backend_dev_t FindCuda() {
  for (size_t i = 0; i < ggml_backend_dev_count(); ++i) {
    ggml_backend_dev_t device = ggml_backend_dev_get(i);
    if (std::string(ggml_backend_dev_name(device)).starts_with("CUDA")) return device;
  }
  return nullptr;
}

StatusOr<ggml_backend_t> StartCpu(int threads) {
  ggml_backend_dev_t device = ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU);
  if (device == nullptr) {
    return FailedPrecondition("ggml: no library for this processor was found in " + BackendFolders().back() +
                              " (run ./setup.sh)");
  }
  ggml_backend_t backend = ggml_backend_dev_init(device, nullptr);
  if (backend == nullptr) return Internal("ggml: the processor's library cannot start");
  const auto set_threads = reinterpret_cast<ggml_backend_set_n_threads_t>(
      ggml_backend_reg_get_proc_address(ggml_backend_dev_backend_reg(device), "ggml_backend_set_n_threads"));
  if (set_threads != nullptr) set_threads(backend, threads);
  return backend;
}

StatusOr<ggml_backend_t> StartCuda() {
  if (!BuiltWithCuda()) return Unimplemented("this build has no CUDA (configure with -DWAVESHIFT_CUDA=ON)");
  ggml_backend_dev_t device = FindCuda();
  if (device == nullptr) return FailedPrecondition("no CUDA device was found");
  ggml_backend_t backend = ggml_backend_dev_init(device, nullptr);
  if (backend == nullptr) {
    return FailedPrecondition("the CUDA device " + std::string(ggml_backend_dev_description(device)) +
                              " cannot be opened");
  }
  return backend;
}

}  // namespace

bool BuiltWithCuda() {
#ifdef WAVESHIFT_CUDA
  return true;
#else
  return false;
#endif
}

StatusOr<std::unique_ptr<Device>> Device::Open(const DeviceOptions& options) {
  if (options.threads < 0 || options.threads > kMostThreads) {
    return InvalidArgument("threads must be from 0 to " + std::to_string(kMostThreads));
  }
  LoadBackends();
  std::string reason;
  if (options.kind == DeviceKind::kCuda || (options.kind == DeviceKind::kAuto && BuiltWithCuda())) {
    const StatusOr<ggml_backend_t> backend = StartCuda();
    if (backend.ok()) return std::unique_ptr<Device>(new Device(DeviceKind::kCuda, 0, *backend));
    if (options.kind == DeviceKind::kCuda) return backend.status();
    reason = Message(backend.status());
  }
  const int threads = options.threads > 0 ? options.threads : UsableProcessors();
  WS_ASSIGN_OR_RETURN(ggml_backend_t backend, StartCpu(threads));
  std::unique_ptr<Device> device(new Device(DeviceKind::kCpu, threads, backend));
  device->fallback_reason_ = std::move(reason);
  return device;
}

Device::~Device() { ggml_backend_free(backend_); }

std::string Device::name() const { return ggml_backend_dev_name(ggml_backend_get_device(backend_)); }

std::string Device::description() const {
  return ggml_backend_dev_description(ggml_backend_get_device(backend_));
}

DeviceMemory Device::memory() const {
  size_t free = 0;
  size_t total = 0;
  ggml_backend_dev_memory(ggml_backend_get_device(backend_), &free, &total);
  return {static_cast<int64_t>(free), static_cast<int64_t>(total)};
}

}  // namespace waveshift::ggml
