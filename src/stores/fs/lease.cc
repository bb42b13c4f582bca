// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "stores/fs/lease_internal.h"
#include "stores/keys_internal.h"

namespace waveshift::stores::internal {
namespace {

constexpr int kTries = 100;  // each one means that another lease ended in between
constexpr int64_t kMaxHolderBytes = 512;

// True when `place` still names the file that is open as `fd`.
bool IsSameFile(const Place& place, int fd) {
  struct stat named = {};
  struct stat open = {};
  return ::fstatat(place.folder.get(), place.name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         ::fstat(fd, &open) == 0 && named.st_ino == open.st_ino && named.st_dev == open.st_dev;
}

// Who holds the lock, as far as the file says.
std::string HolderIn(int fd) {
  const auto bytes = ReadAt(fd, 0, kMaxHolderBytes, "lease");
  return bytes.ok() ? bytes->substr(0, bytes->find('\n')) : "";
}

class FileLease : public Lease {
 public:
  FileLease(Place place, Descriptor file, std::string key)
      : place_(std::move(place)), file_(std::move(file)), key_(std::move(key)) {}
  // The name goes before the lock does: who opened the old file in between finds that it has no name any
  // more.
  ~FileLease() override {
    if (IsSameFile(place_, file_.get())) ::unlinkat(place_.folder.get(), place_.name.c_str(), 0);
  }
  FileLease(const FileLease&) = delete;
  FileLease& operator=(const FileLease&) = delete;

  // The lock needs no renewal; but somebody may have removed the file, and then others can take the lease.
  Status Renew() override {
    if (IsSameFile(place_, file_.get())) return OkStatus();
    return AlreadyExists("lease " + QuoteKey(key_) + " was lost: its file was removed");
  }

 private:
  const Place place_;
  const Descriptor file_;
  const std::string key_;
};

}  // namespace

StatusOr<std::unique_ptr<Lease>> TakeFileLease(Place place, const std::string& key,
                                               const std::string& holder) {
  const std::string what = "lease " + QuoteKey(key);
  for (int i = 0; i < kTries; ++i) {
    Descriptor file(::openat(place.folder.get(), place.name.c_str(),
                             O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666));
    if (!file.is_open()) return ErrnoStatus(errno, what);
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) return LeaseIsHeld(key, HolderIn(file.get()));
      if (errno == EINTR) continue;
      return ErrnoStatus(errno, what);
    }
    if (!IsSameFile(place, file.get())) continue;  // it was released, and removed, between open and lock
    if (::ftruncate(file.get(), 0) != 0) return ErrnoStatus(errno, what);
    WS_RETURN_IF_ERROR(WriteAll(file.get(), holder + "\n", what));
    return std::make_unique<FileLease>(std::move(place), std::move(file), key);
  }
  return LeaseIsHeld(key, "");
}

}  // namespace waveshift::stores::internal
