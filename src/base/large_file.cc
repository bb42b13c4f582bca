// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "base/large_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "base/beside_internal.h"
#include "base/files.h"
#include "base/hash.h"

namespace waveshift {
namespace {

constexpr int64_t kHashChunkBytes = 1 << 20;

struct Opened {
  int fd = -1;
  int64_t size = 0;
};

StatusOr<Opened> OpenPlainFile(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return ErrnoStatus(errno, path);
  struct stat st = {};
  Status status = ::fstat(fd, &st) != 0 ? ErrnoStatus(errno, path) : OkStatus();
  if (status.ok() && S_ISDIR(st.st_mode)) status = InvalidArgument(path + ": is a directory");
  if (status.ok() && !S_ISREG(st.st_mode)) status = InvalidArgument(path + ": is not a plain file");
  if (!status.ok()) {
    ::close(fd);
    return status;
  }
  return Opened{fd, st.st_size};
}

Status WriteAt(int fd, int64_t offset, std::string_view bytes, const std::string& path) {
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t n =
        ::pwrite(fd, bytes.data() + done, bytes.size() - done, offset + static_cast<int64_t>(done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoStatus(errno, path);
    done += static_cast<size_t>(n);
  }
  return OkStatus();
}

}  // namespace

StatusOr<InputFile> InputFile::Open(const std::string& path) {
  WS_ASSIGN_OR_RETURN(const Opened opened, OpenPlainFile(path));
  return InputFile(path, opened.fd, opened.size);
}

InputFile::InputFile(InputFile&& other) noexcept
    : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)), size_(other.size_) {}
InputFile& InputFile::operator=(InputFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(fd_, other.fd_);
  std::swap(size_, other.size_);
  return *this;
}
InputFile::~InputFile() {
  if (fd_ >= 0) ::close(fd_);
}

Status InputFile::ReadAt(int64_t offset, void* into, int64_t size) const {
  auto* at = static_cast<char*>(into);
  while (size > 0) {
    const ssize_t n = ::pread(fd_, at, static_cast<size_t>(size), offset);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoStatus(errno, path_);
    if (n == 0) return DataLoss(path_ + ": ends at offset " + std::to_string(offset));
    at += n;
    offset += n;
    size -= n;
  }
  return OkStatus();
}

StatusOr<std::string> InputFile::ReadAt(int64_t offset, int64_t size) const {
  std::string bytes(static_cast<size_t>(size), '\0');
  WS_RETURN_IF_ERROR(ReadAt(offset, bytes.data(), size));
  return bytes;
}

StatusOr<std::string> InputFile::Sha256Hex() const {
  Sha256 hash;
  std::string chunk(kHashChunkBytes, '\0');
  for (int64_t at = 0; at < size_; at += kHashChunkBytes) {
    const int64_t n = std::min(kHashChunkBytes, size_ - at);
    WS_RETURN_IF_ERROR(ReadAt(at, chunk.data(), n));
    hash.Add(std::string_view(chunk.data(), static_cast<size_t>(n)));
  }
  return hash.Hex();
}

StatusOr<MappedFile> MappedFile::Open(const std::string& path) {
  WS_ASSIGN_OR_RETURN(const Opened opened, OpenPlainFile(path));
  if (opened.size == 0) {
    ::close(opened.fd);
    return MappedFile(path, {});
  }
  void* address = ::mmap(nullptr, static_cast<size_t>(opened.size), PROT_READ, MAP_SHARED, opened.fd, 0);
  const int error = errno;
  ::close(opened.fd);
  if (address == MAP_FAILED) return ErrnoStatus(error, path);
  return MappedFile(path, {static_cast<const char*>(address), static_cast<size_t>(opened.size)});
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : path_(std::move(other.path_)), bytes_(std::exchange(other.bytes_, {})) {}
MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(bytes_, other.bytes_);
  return *this;
}
void MappedFile::GiveUp(std::string_view part) const {
  // Whole pages inside; what lies beside may still be wanted. That it is a wish for a mapping of a file
  // alone: its pages come back from there.
  const auto page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  const size_t offset = static_cast<size_t>(part.data() - bytes_.data());
  const size_t begin = (offset + page - 1) / page * page;
  const size_t end = (offset + part.size()) / page * page;
  if (begin < end) ::madvise(const_cast<char*>(bytes_.data()) + begin, end - begin, MADV_DONTNEED);
}
MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
}

StatusOr<AtomicFile> AtomicFile::Create(const std::string& path) {
  const std::filesystem::path p(path);
  if (p.has_parent_path()) WS_RETURN_IF_ERROR(MakeDirectories(p.parent_path().string()));
  std::string temporary = internal::NameBeside(path, ".part");
  std::error_code ignored;
  if (std::filesystem::is_directory(p, ignored)) return InvalidArgument(path + ": is a directory");
  // Without a name until it is whole, where the file system can: then a killed process leaves nothing.
  const std::string parent = p.has_parent_path() ? p.parent_path().string() : ".";
  int fd = ::open(parent.c_str(), O_WRONLY | O_TMPFILE | O_CLOEXEC, 0644);
  if (fd >= 0) return AtomicFile(path, std::move(temporary), fd, /*has_name=*/false);
  fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0) return ErrnoStatus(errno, path);
  return AtomicFile(path, std::move(temporary), fd, /*has_name=*/true);
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::move(other.temporary_)),
      fd_(std::exchange(other.fd_, -1)),
      has_name_(other.has_name_),
      size_(other.size_) {}
AtomicFile& AtomicFile::operator=(AtomicFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(temporary_, other.temporary_);
  std::swap(fd_, other.fd_);
  std::swap(has_name_, other.has_name_);
  std::swap(size_, other.size_);
  return *this;
}
AtomicFile::~AtomicFile() { Discard(); }

void AtomicFile::Discard() {
  if (fd_ < 0) return;
  ::close(std::exchange(fd_, -1));
  if (has_name_) ::unlink(temporary_.c_str());
}

Status AtomicFile::Append(std::string_view bytes) {
  WS_RETURN_IF_ERROR(WriteAt(fd_, size_, bytes, path_));
  size_ += static_cast<int64_t>(bytes.size());
  return OkStatus();
}

Status AtomicFile::Overwrite(int64_t offset, std::string_view bytes) {
  return WriteAt(fd_, offset, bytes, path_);
}

Status AtomicFile::Commit() {
  if (::fsync(fd_) != 0) return ErrnoStatus(errno, path_);
  if (!has_name_) {
    const std::string open_file = "/proc/self/fd/" + std::to_string(fd_);
    if (::linkat(AT_FDCWD, open_file.c_str(), AT_FDCWD, temporary_.c_str(), AT_SYMLINK_FOLLOW) != 0) {
      return ErrnoStatus(errno, path_);
    }
    has_name_ = true;
  }
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) return ErrnoStatus(errno, path_);
  ::close(std::exchange(fd_, -1));  // its bytes are on the disk already
  return internal::SyncParent(path_);
}

}  // namespace waveshift
