// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Files that are too large to be held in memory: read at any place, mapped, or written piece by piece.
#ifndef WAVESHIFT_BASE_LARGE_FILE_H_
#define WAVESHIFT_BASE_LARGE_FILE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"

namespace waveshift {

// A file to read at any place. Any thread.
class InputFile {
 public:
  // NotFound, or InvalidArgument for what is no plain file or may not be read.
  static StatusOr<InputFile> Open(const std::string& path);
  InputFile(InputFile&& other) noexcept;
  InputFile& operator=(InputFile&& other) noexcept;
  ~InputFile();

  const std::string& path() const { return path_; }
  int64_t size() const { return size_; }
  // Exactly `size` bytes from `offset` into `into`. DataLoss when the file ends before (it shrank).
  Status ReadAt(int64_t offset, void* into, int64_t size) const;
  StatusOr<std::string> ReadAt(int64_t offset, int64_t size) const;
  // SHA-256 of the whole file, as 64 hex digits.
  StatusOr<std::string> Sha256Hex() const;

 private:
  InputFile(std::string path, int fd, int64_t size) : path_(std::move(path)), fd_(fd), size_(size) {}
  std::string path_;
  int fd_ = -1;
  int64_t size_ = 0;
};

// A file's bytes in the address space, read-only; pages come from the disk when they are touched. When
// somebody shortens the file meanwhile, the process gets SIGBUS: only for files that are replaced by
// renaming.
class MappedFile {
 public:
  static StatusOr<MappedFile> Open(const std::string& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  const std::string& path() const { return path_; }
  // Begins at a page.
  std::string_view bytes() const { return bytes_; }
  // The process gives up the pages of these bytes, which must lie inside bytes(): they count as its memory
  // only when they are read again. For what has been read and is kept in another form.
  void GiveUp(std::string_view part) const;

 private:
  MappedFile(std::string path, std::string_view bytes) : path_(std::move(path)), bytes_(bytes) {}
  std::string path_;
  std::string_view bytes_;
};

// A new file that appears whole under its name, or not at all: bytes go to a file beside it without a name
// (or with a temporary one, where the file system wants one), Commit syncs and renames. Destroyed without
// Commit it leaves nothing. One thread.
class AtomicFile {
 public:
  // Makes missing parent folders. InvalidArgument when the path is a folder.
  static StatusOr<AtomicFile> Create(const std::string& path);
  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&& other) noexcept;
  ~AtomicFile();

  const std::string& path() const { return path_; }
  Status Append(std::string_view bytes);
  // Over bytes that were appended before.
  Status Overwrite(int64_t offset, std::string_view bytes);
  int64_t size() const { return size_; }
  Status Commit();

 private:
  AtomicFile(std::string path, std::string temporary, int fd, bool has_name)
      : path_(std::move(path)), temporary_(std::move(temporary)), fd_(fd), has_name_(has_name) {}
  void Discard();
  std::string path_;
  std::string temporary_;
  int fd_ = -1;
  bool has_name_ = false;  // the temporary one
  int64_t size_ = 0;
};

}  // namespace waveshift

#endif  // WAVESHIFT_BASE_LARGE_FILE_H_
