// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "base/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/beside_internal.h"

namespace waveshift {
namespace fs = std::filesystem;
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  // Closes now, so that a late write error is seen. 0 or errno.
  int Close() {
    const int fd = std::exchange(fd_, -1);
    return ::close(fd) == 0 ? 0 : errno;
  }

 private:
  int fd_;
};

Status MakeParent(const std::string& path) {
  const fs::path parent = fs::path(path).parent_path();
  return parent.empty() ? OkStatus() : MakeDirectories(parent.string());
}

Status WriteAll(int fd, std::string_view bytes, const std::string& path) {
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::write(fd, bytes.data() + done, bytes.size() - done);
    if (n < 0) {
      if (errno == EINTR) continue;
      return ErrnoStatus(errno, path);
    }
    done += static_cast<size_t>(n);
  }
  return OkStatus();
}

// The file that a link names: a rename onto the link would take its place (/dev/stdout is one).
std::string BehindLinks(const std::string& path) {
  std::error_code error;
  if (!fs::is_symlink(path, error)) return path;
  const fs::path target = fs::canonical(path, error);
  return error ? path : target.string();
}

// A rename would put a plain file in the place of /dev/null or of a pipe.
Status WriteToDevice(const std::string& path, std::string_view bytes) {
  Descriptor device(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (device.get() < 0) return ErrnoStatus(errno, path);
  WS_RETURN_IF_ERROR(WriteAll(device.get(), bytes, path));
  const int error = device.Close();
  return error == 0 ? OkStatus() : ErrnoStatus(error, path);
}

}  // namespace

StatusOr<std::string> ReadFile(const std::string& path, int64_t max_bytes) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return ErrnoStatus(errno, path);
  struct stat st = {};
  if (::fstat(file.get(), &st) != 0) return ErrnoStatus(errno, path);
  if (S_ISDIR(st.st_mode)) return InvalidArgument(path + ": is a directory");
  if (st.st_size > max_bytes) {
    return OutOfRange(path + ": " + std::to_string(st.st_size) + " bytes, at most " +
                      std::to_string(max_bytes) + " are read");
  }
  std::string bytes;
  bytes.reserve(static_cast<size_t>(st.st_size));
  char buffer[65536];
  for (;;) {
    const ssize_t n = ::read(file.get(), buffer, sizeof buffer);
    if (n < 0) {
      if (errno == EINTR) continue;
      return ErrnoStatus(errno, path);
    }
    if (n == 0) return bytes;
    bytes.append(buffer, static_cast<size_t>(n));
    if (static_cast<int64_t>(bytes.size()) > max_bytes) {  // a pipe, or a file that grows
      return OutOfRange(path + ": more than " + std::to_string(max_bytes) + " bytes");
    }
  }
}

Status WriteFileAtomic(const std::string& path, std::string_view bytes) {
  struct stat there = {};
  if (::stat(path.c_str(), &there) == 0 && !S_ISREG(there.st_mode) && !S_ISDIR(there.st_mode)) {
    return WriteToDevice(path, bytes);
  }
  WS_RETURN_IF_ERROR(MakeParent(path));
  const std::string target = BehindLinks(path);
  const std::string temporary = internal::NameBeside(target, ".tmp");
  Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (file.get() < 0) return ErrnoStatus(errno, path);
  Status status = WriteAll(file.get(), bytes, path);
  if (status.ok() && ::fsync(file.get()) != 0) status = ErrnoStatus(errno, path);
  if (const int error = file.Close(); status.ok() && error != 0) status = ErrnoStatus(error, path);
  if (status.ok() && ::rename(temporary.c_str(), target.c_str()) != 0) status = ErrnoStatus(errno, path);
  if (!status.ok()) {
    ::unlink(temporary.c_str());
    return status;
  }
  return internal::SyncParent(target);
}

Status MoveFile(const std::string& from, const std::string& to) {
  WS_RETURN_IF_ERROR(MakeParent(to));
  WS_RETURN_IF_ERROR(SyncFile(from));
  if (::rename(from.c_str(), to.c_str()) == 0) return internal::SyncParent(to);
  if (errno != EXDEV) return ErrnoStatus(errno, to);
  const std::string temporary = internal::NameBeside(to, ".tmp");
  std::error_code error;
  fs::copy_file(from, temporary, error);
  Status status = error ? Internal(to + ": " + error.message()) : SyncFile(temporary);
  if (status.ok() && ::rename(temporary.c_str(), to.c_str()) != 0) status = ErrnoStatus(errno, to);
  if (!status.ok()) {
    ::unlink(temporary.c_str());
    return status;
  }
  ::unlink(from.c_str());
  return internal::SyncParent(to);
}

Status SyncFile(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return ErrnoStatus(errno, path);
  if (::fsync(file.get()) != 0) return ErrnoStatus(errno, path);
  return OkStatus();
}

Status MakeDirectories(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return ErrnoStatus(error.value(), path);
  if (!fs::is_directory(path, error)) return InvalidArgument(path + ": is not a directory");
  return OkStatus();
}

bool IsSafeRelativePath(std::string_view path) {
  if (path.empty() || path.size() > 1024 || path.front() == '/') return false;
  for (const char c : path) {
    const auto u = static_cast<unsigned char>(c);
    if (u < 0x20 || u == 0x7F || c == '\\') return false;
  }
  size_t begin = 0;
  while (begin <= path.size()) {
    const size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view part = path.substr(begin, end - begin);
    if (part.empty() || part == "." || part == ".." || part.size() > 255) return false;
    begin = end + 1;
  }
  return true;
}

std::string SafeFileName(std::string_view name, size_t max_bytes) {
  static constexpr std::string_view kBad = "/\\:*?\"<>|%";
  std::string out;
  for (const char c : name) {
    const auto u = static_cast<unsigned char>(c);
    const bool bad =
        u < 0x20 || u == 0x7F || kBad.find(c) != std::string_view::npos || (c == '.' && out.empty());
    out.push_back(bad ? '_' : c);
  }
  if (out.size() > max_bytes) {
    size_t cut = max_bytes;
    while (cut > 0 && (static_cast<unsigned char>(out[cut]) & 0xC0) == 0x80)
      --cut;  // never inside a character
    out.resize(cut);
  }
  while (!out.empty() && (out.back() == ' ' || out.back() == '.')) out.back() = '_';
  return out;
}

StatusOr<ScratchDirectory> ScratchDirectory::Make(const std::string& parent) {
  std::error_code error;
  const std::string base = parent.empty() ? fs::temp_directory_path(error).string() : parent;
  if (error) return Internal("temporary folder: " + error.message());
  WS_RETURN_IF_ERROR(MakeDirectories(base));
  std::string path = (fs::path(base) / "waveshift-XXXXXX").string();
  if (::mkdtemp(path.data()) == nullptr) return ErrnoStatus(errno, path);
  return ScratchDirectory(std::move(path));
}

ScratchDirectory::ScratchDirectory(ScratchDirectory&& other) noexcept
    : path_(std::exchange(other.path_, "")) {}
ScratchDirectory& ScratchDirectory::operator=(ScratchDirectory&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}
ScratchDirectory::~ScratchDirectory() {
  if (path_.empty()) return;
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace waveshift
