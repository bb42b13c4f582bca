// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Files below one folder, reached part by part without following a symbolic link, so that nothing leads out
// of it. Not for other rooms.
#ifndef WAVESHIFT_STORES_FS_FOLDER_INTERNAL_H_
#define WAVESHIFT_STORES_FS_FOLDER_INTERNAL_H_

#include <sys/stat.h>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace waveshift::stores::internal {

// Owns a file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor();
  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }
  // Closes now, so that a late write error is seen: 0 or errno.
  int Close();
  // Gives the descriptor away.
  int Release();

 private:
  int fd_ = -1;
};

// A file's folder, open, and its name in there.
struct Place {
  Descriptor folder;
  std::string name;
};

class Folder {
 public:
  // InvalidArgument when it is no folder, NotFound.
  static StatusOr<Folder> Open(const std::string& path);

  const std::string& path() const { return path_; }  // without symbolic links
  int fd() const { return root_.get(); }

  // Pre: `key` passed CheckKey. NotFound when a folder on the way is missing (or made, with `create`);
  // InvalidArgument when a part on the way is a file (NotFound without `create`) or a symbolic link.
  StatusOr<Place> Find(const std::string& key, bool create) const;

  // Opens a plain file for reading. NotFound when there is none (also for a folder); InvalidArgument for
  // symbolic links, pipes, devices.
  StatusOr<Descriptor> OpenFile(const std::string& key, struct stat& info) const;

  // Calls `visit` for every plain file whose key begins with `prefix` and passes CheckKey, in no particular
  // order. Symbolic links and what disappears meanwhile are left out, and so is everything below `hidden` (a
  // key).
  Status Walk(const std::string& prefix, const std::string& hidden,
              const std::function<void(const std::string& key, const struct stat&)>& visit) const;

  // Removes the folders that hold `key`, from the lowest up, as far as they are empty.
  void RemoveEmptyParents(const std::string& key) const;

 private:
  Folder(std::string path, Descriptor root) : path_(std::move(path)), root_(std::move(root)) {}

  std::string path_;
  Descriptor root_;
};

// Reads up to `length` bytes from `offset`, as far as they exist.
StatusOr<std::string> ReadAt(int fd, int64_t offset, int64_t length, const std::string& what);
Status WriteAll(int fd, std::string_view bytes, const std::string& what);

}  // namespace waveshift::stores::internal

#endif  // WAVESHIFT_STORES_FS_FOLDER_INTERNAL_H_
