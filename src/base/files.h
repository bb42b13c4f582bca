// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// File helpers. All paths are UTF-8. Every function may be called from any thread; none follows a path that
// its caller has not checked (see IsSafeRelativePath for names that come from outside).
#ifndef WAVESHIFT_BASE_FILES_H_
#define WAVESHIFT_BASE_FILES_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace waveshift {

// The whole file. OutOfRange when it is larger than `max_bytes`; NotFound, InvalidArgument (a directory, no
// permission).
StatusOr<std::string> ReadFile(const std::string& path, int64_t max_bytes);

// Writes to a temporary name beside `path`, syncs, renames: a reader sees the old file or the whole new one,
// also after a crash. Makes missing parent folders, follows links, and writes into a device that is there.
Status WriteFileAtomic(const std::string& path, std::string_view bytes);

// Moves a finished file to `to` (atomic on one file system, else copied to a temporary name, synced and
// renamed). Makes parent folders.
Status MoveFile(const std::string& from, const std::string& to);

// Flushes a file's bytes to the disk.
Status SyncFile(const std::string& path);

// Makes a folder and its parents; OK when it is there.
Status MakeDirectories(const std::string& path);

// True for a non-empty relative path of at most 1024 bytes without empty parts, ".", "..", control characters
// or backslash.
bool IsSafeRelativePath(std::string_view path);

// `name` as one file-name part: at most `max_bytes` of UTF-8; control characters, '/', '\\', ':', '*', '?',
// '"', '<', '>', '|', '%' and leading dots become '_'. "" stays "".
std::string SafeFileName(std::string_view name, size_t max_bytes = 80);

// A folder of its own that is removed with all its content when the object goes.
class ScratchDirectory {
 public:
  // Below `parent` (made when missing), or the system's temporary folder when empty.
  static StatusOr<ScratchDirectory> Make(const std::string& parent = "");
  ScratchDirectory(ScratchDirectory&& other) noexcept;
  ScratchDirectory& operator=(ScratchDirectory&& other) noexcept;
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory();
  const std::string& path() const { return path_; }

 private:
  explicit ScratchDirectory(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace waveshift

#endif  // WAVESHIFT_BASE_FILES_H_
