// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "models/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "base/files.h"

namespace waveshift::models {
namespace {

constexpr std::chrono::milliseconds kLookAgain{100};

void Pause(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, stop, kLookAgain, [] { return false; });
}

}  // namespace

StatusOr<FolderLock> FolderLock::Take(const std::string& folder, const std::function<void()>& on_wait,
                                      const std::stop_token& stop) {
  WS_RETURN_IF_ERROR(MakeDirectories(folder));
  const std::string path = folder + "/.lock";
  FolderLock lock(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (lock.fd_ < 0) return ErrnoStatus(errno, path);
  bool waited = false;
  while (::flock(lock.fd_, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) return ErrnoStatus(errno, path);
    if (!std::exchange(waited, true) && on_wait) on_wait();
    if (stop.stop_requested()) return Cancelled("stopped");
    Pause(stop);
  }
  return lock;
}

FolderLock::FolderLock(FolderLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
FolderLock& FolderLock::operator=(FolderLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}
FolderLock::~FolderLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace waveshift::models
