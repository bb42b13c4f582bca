// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>

#include "stores/fs/folder_internal.h"
#include "stores/keys_internal.h"

namespace waveshift::stores::internal {
namespace {

constexpr int kOpenFolder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr size_t kMaxDepth = 512;  // a key of 1024 bytes has no more parts

Status IsLink(const std::string& key, const std::string& part) {
  return InvalidArgument("key " + QuoteKey(key) + ": " + QuoteKey(part) +
                         " is a symbolic link, which is not followed");
}

bool IsSymlink(int folder, const std::string& name) {
  struct stat info = {};
  return ::fstatat(folder, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(info.st_mode);
}

// One step down. `so_far` is the key up to and with `name`, for messages.
StatusOr<Descriptor> Step(int folder, const std::string& name, const std::string& key,
                          const std::string& so_far, bool create) {
  Descriptor next(::openat(folder, name.c_str(), kOpenFolder));
  if (!next.is_open() && errno == ENOENT && create) {
    if (::mkdirat(folder, name.c_str(), 0777) == 0) {
      ::fsync(folder);  // some file systems refuse to sync folders
    } else if (errno != EEXIST) {
      return ErrnoStatus(errno, "key " + QuoteKey(key) + ": " + QuoteKey(so_far));
    }
    next = Descriptor(::openat(folder, name.c_str(), kOpenFolder));
  }
  if (next.is_open()) return next;
  const int error = errno;
  if (error == ENOENT) return NoSuchObject(key);
  if (error == ENOTDIR || error == ELOOP) {
    if (IsSymlink(folder, name)) return IsLink(key, so_far);
    if (!create) return NoSuchObject(key);
    return InvalidArgument("key " + QuoteKey(key) + ": " + QuoteKey(so_far) +
                           " is an object, so nothing can lie below it");
  }
  return ErrnoStatus(error, "key " + QuoteKey(key) + ": " + QuoteKey(so_far));
}

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

// One run of Folder::Walk.
class Walker {
 public:
  Walker(std::string prefix, std::string hidden,
         const std::function<void(const std::string&, const struct stat&)>& visit)
      : prefix_(std::move(prefix)), hidden_(std::move(hidden)), visit_(visit) {}

  // `base` is "" or ends in '/'.
  Status WalkFolder(Descriptor folder, const std::string& base, size_t depth) {
    std::unique_ptr<DIR, CloseFolder> entries(::fdopendir(folder.get()));
    if (!entries) return ErrnoStatus(errno, base.empty() ? "the store's folder" : base);
    const int fd = folder.Release();  // belongs to `entries` now
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(entries.get())) {
      const std::string name = entry->d_name;
      if (name != "." && name != "..") names.push_back(name);
      errno = 0;
    }
    if (errno != 0) return ErrnoStatus(errno, base);
    for (const std::string& name : names) WS_RETURN_IF_ERROR(VisitEntry(fd, base + name, name, depth));
    return OkStatus();
  }

 private:
  bool CanMatch(const std::string& key) const {  // itself, or something below it
    return key.starts_with(prefix_) || prefix_.starts_with(key + "/");
  }

  Status VisitEntry(int folder, const std::string& key, const std::string& name, size_t depth) {
    struct stat info = {};
    if (key == hidden_ || !CanMatch(key) || !CheckKey(key).ok()) return OkStatus();
    if (::fstatat(folder, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) return OkStatus();
    if (S_ISREG(info.st_mode) && key.starts_with(prefix_)) visit_(key, info);
    if (!S_ISDIR(info.st_mode) || depth >= kMaxDepth) return OkStatus();
    Descriptor below(::openat(folder, name.c_str(), kOpenFolder));
    if (!below.is_open()) {
      return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ? OkStatus() : ErrnoStatus(errno, key);
    }
    return WalkFolder(std::move(below), key + "/", depth + 1);
  }

  const std::string prefix_;
  const std::string hidden_;
  const std::function<void(const std::string&, const struct stat&)>& visit_;
};

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

int Descriptor::Close() { return ::close(Release()) == 0 ? 0 : errno; }

int Descriptor::Release() { return std::exchange(fd_, -1); }

StatusOr<Folder> Folder::Open(const std::string& path) {
  std::error_code error;
  const std::string real = std::filesystem::canonical(path, error).string();
  if (error) return ErrnoStatus(error.value(), path);
  Descriptor root(::open(real.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root.is_open()) {
    return errno == ENOTDIR ? InvalidArgument(path + ": is not a directory") : ErrnoStatus(errno, path);
  }
  return Folder(real, std::move(root));
}

StatusOr<Place> Folder::Find(const std::string& key, bool create) const {
  Place place{Descriptor(::openat(root_.get(), ".", kOpenFolder)), key};
  if (!place.folder.is_open()) return ErrnoStatus(errno, path_);
  size_t begin = 0;
  for (size_t slash = key.find('/'); slash != std::string::npos; slash = key.find('/', begin)) {
    WS_ASSIGN_OR_RETURN(place.folder, Step(place.folder.get(), key.substr(begin, slash - begin), key,
                                           key.substr(0, slash), create));
    begin = slash + 1;
  }
  place.name = key.substr(begin);
  return place;
}

StatusOr<Descriptor> Folder::OpenFile(const std::string& key, struct stat& info) const {
  WS_ASSIGN_OR_RETURN(const Place place, Find(key, /*create=*/false));
  // O_NONBLOCK: opening a pipe must not wait for its other end.
  Descriptor file(
      ::openat(place.folder.get(), place.name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file.is_open()) {
    if (errno == ENOENT) return NoSuchObject(key);
    if (errno == ELOOP) return IsLink(key, key);
    return ErrnoStatus(errno, "object " + QuoteKey(key));
  }
  if (::fstat(file.get(), &info) != 0) return ErrnoStatus(errno, "object " + QuoteKey(key));
  if (S_ISDIR(info.st_mode)) return NoSuchObject(key);
  if (!S_ISREG(info.st_mode)) return InvalidArgument("object " + QuoteKey(key) + ": is no plain file");
  return file;
}

Status Folder::Walk(const std::string& prefix, const std::string& hidden,
                    const std::function<void(const std::string&, const struct stat&)>& visit) const {
  // Only the folder that the prefix names need be read.
  const size_t slash = prefix.rfind('/');
  const std::string base = slash == std::string::npos ? "" : prefix.substr(0, slash + 1);
  auto place = Find(base + "x", /*create=*/false);
  if (place.status().code() == StatusCode::kNotFound) return OkStatus();
  if (!place.ok()) return place.status();
  Walker walker(prefix, hidden, visit);
  return walker.WalkFolder(std::move(place->folder), base,
                           static_cast<size_t>(std::count(base.begin(), base.end(), '/')));
}

void Folder::RemoveEmptyParents(const std::string& key) const {
  for (size_t slash = key.rfind('/'); slash != std::string::npos; slash = key.rfind('/', slash - 1)) {
    const auto place = Find(key.substr(0, slash), /*create=*/false);
    if (!place.ok() || ::unlinkat(place->folder.get(), place->name.c_str(), AT_REMOVEDIR) != 0) return;
  }
}

StatusOr<std::string> ReadAt(int fd, int64_t offset, int64_t length, const std::string& what) {
  std::string bytes(static_cast<size_t>(length), '\0');
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n =
        ::pread(fd, bytes.data() + done, bytes.size() - done, offset + static_cast<int64_t>(done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoStatus(errno, what);
    if (n == 0) break;
    done += static_cast<size_t>(n);
  }
  bytes.resize(done);
  return bytes;
}

Status WriteAll(int fd, std::string_view bytes, const std::string& what) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoStatus(errno, what);
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return OkStatus();
}

}  // namespace waveshift::stores::internal
