// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "base/beside_internal.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <random>

namespace waveshift::internal {
namespace fs = std::filesystem;

std::string NameBeside(const std::string& path, const char* ending) {
  std::random_device random;
  char unique[24];
  std::snprintf(unique, sizeof unique, ".%08x%08x", static_cast<uint32_t>(random()),
                static_cast<uint32_t>(random()));
  const fs::path p(path);
  return (p.parent_path() / ("." + p.filename().string().substr(0, 120) + unique + ending)).string();
}

Status SyncParent(const std::string& path) {
  const std::string parent = fs::path(path).parent_path().string();
  const int folder = ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return ErrnoStatus(errno, parent);
  ::fsync(folder);  // some file systems refuse to sync folders; the rename itself has happened
  ::close(folder);
  return OkStatus();
}

}  // namespace waveshift::internal
