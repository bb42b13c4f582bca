// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/convert/torch_checkpoint.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "fuzzing.h"

namespace {

using waveshift::fuzz::Require;
namespace indextts = waveshift::tts::indextts;

constexpr int64_t kMostValues = 1 << 16;

// The bytes as a file without a disk.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : fd_(::memfd_create("fuzz", MFD_CLOEXEC)) {
    Require(fd_ >= 0 && ::write(fd_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()),
            "a file in memory");
  }
  ~MemoryFile() { ::close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

 private:
  int fd_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const MemoryFile file(waveshift::fuzz::BytesOf(data, size));
  const auto checkpoint = indextts::TorchCheckpoint::Open(file.path());
  if (!checkpoint.ok()) {
    Require(checkpoint.status().code() == waveshift::StatusCode::kInvalidArgument, "bad input, nothing else");
    return 0;
  }
  Require(!checkpoint->tensors().empty(), "a checkpoint has tensors");
  for (const auto& [name, tensor] : checkpoint->tensors()) {
    Require(tensor.offset >= 0 && tensor.values() >= 1, "a tensor has values");
    Require(tensor.offset + tensor.values() * ElementBytes(tensor.element) <= checkpoint->size(),
            "a tensor lies in its file");
    std::vector<float> values(static_cast<size_t>(std::min(tensor.values(), kMostValues)));
    const waveshift::Status status = checkpoint->Read(tensor, 0, values);
    Require(status.ok() || status.code() == waveshift::StatusCode::kInvalidArgument, "values can be read");
  }
  return 0;
}
