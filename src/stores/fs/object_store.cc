// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Objects as plain files: key "a/b.mp4" is DIRECTORY/a/b.mp4, so that people can look at them. What the store
// needs for itself lies in DIRECTORY/.waveshift/store/ (no object can lie there):
//   lock      locked while an object is put in its place or removed, so that conditions hold between
//   processes tmp/      files that are being written leases/   one locked file a lease
// An ETag is made of size, time and inode. Every write is a new file with a time of its own (nanoseconds,
// never twice the same in a process), and changes from outside move the time too.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <utility>
#include <vector>

#include "base/files.h"
#include "base/hash.h"
#include "stores/fs/folder_internal.h"
#include "stores/fs/lease_internal.h"
#include "stores/keys_internal.h"
#include "stores/object_store.h"

namespace waveshift::stores {
namespace {

using internal::Descriptor;
using internal::Folder;
using internal::Place;
using internal::QuoteKey;

constexpr char kOwnFolder[] = ".waveshift/store";
constexpr char kLockKey[] = ".waveshift/store/lock";
constexpr char kTemporaryPrefix[] = ".waveshift/store/tmp/";
constexpr char kLeasePrefix[] = ".waveshift/store/leases/";
constexpr std::chrono::hours kStaleAfter{1};
constexpr size_t kCopyBytes = 1 << 20;

Status CheckOwnKey(const std::string& key) {
  WS_RETURN_IF_ERROR(internal::CheckKey(key));
  const std::string own = kOwnFolder;
  if (key != own && !key.starts_with(own + "/")) return OkStatus();
  return InvalidArgument("key " + QuoteKey(key) + ": everything below " + own + " belongs to the store");
}

int64_t NanosecondsOf(const timespec& time) { return int64_t{time.tv_sec} * 1000000000 + time.tv_nsec; }

ObjectInfo InfoOf(const std::string& key, const struct stat& info) {
  const int64_t ns = NanosecondsOf(info.st_mtim);
  std::array<char, 80> etag;
  std::snprintf(etag.data(), etag.size(), "%llx-%llx-%llx", static_cast<unsigned long long>(info.st_size),
                static_cast<unsigned long long>(ns), static_cast<unsigned long long>(info.st_ino));
  return {key, static_cast<int64_t>(info.st_size), etag.data(), ns / 1000000};
}

// Gives the file a time that no other write of this process has.
Status Stamp(int fd, const std::string& what) {
  static std::atomic<int64_t> last{0};
  timespec now = {};
  ::clock_gettime(CLOCK_REALTIME, &now);
  int64_t before = last.load();
  int64_t mine = 0;
  do {
    mine = std::max(NanosecondsOf(now), before + 1);
  } while (!last.compare_exchange_weak(before, mine));
  const timespec time = {static_cast<time_t>(mine / 1000000000), static_cast<long>(mine % 1000000000)};
  const timespec times[2] = {time, time};
  return ::futimens(fd, times) == 0 ? OkStatus() : ErrnoStatus(errno, what);
}

// A file in tmp/ that goes away again unless it is put in its place.
class TemporaryFile {
 public:
  static StatusOr<TemporaryFile> Make(const Folder& folder) {
    static std::atomic<uint64_t> counter{0};
    const auto now = std::chrono::system_clock::now().time_since_epoch().count();
    const std::string name =
        std::to_string(::getpid()) + "." + std::to_string(now) + "." + std::to_string(counter.fetch_add(1));
    WS_ASSIGN_OR_RETURN(Place place, folder.Find(kTemporaryPrefix + name, /*create=*/true));
    Descriptor file(
        ::openat(place.folder.get(), name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
    if (!file.is_open()) return ErrnoStatus(errno, folder.path() + "/" + kTemporaryPrefix + name);
    return TemporaryFile(std::move(place), std::move(file));
  }
  TemporaryFile(TemporaryFile&& other) noexcept
      : place_(std::move(other.place_)),
        file_(std::move(other.file_)),
        is_ours_(std::exchange(other.is_ours_, false)) {}
  TemporaryFile& operator=(TemporaryFile&&) = delete;
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (is_ours_) ::unlinkat(place_.folder.get(), place_.name.c_str(), 0);
  }
  int fd() const { return file_.get(); }
  const Place& place() const { return place_; }
  void Placed() { is_ours_ = false; }

 private:
  TemporaryFile(Place place, Descriptor file) : place_(std::move(place)), file_(std::move(file)) {}
  Place place_;
  Descriptor file_;
  bool is_ours_ = true;
};

class FileObjectStore : public ObjectStore {
 public:
  explicit FileObjectStore(Folder folder) : folder_(std::move(folder)) {}

  StatusOr<ObjectInfo> Put(const std::string& key, std::string_view bytes,
                           const PutOptions& options) override;
  StatusOr<ObjectInfo> PutFile(const std::string& key, const std::string& path,
                               const PutOptions& options) override;
  StatusOr<std::string> Get(const std::string& key, int64_t max_bytes) override;
  StatusOr<std::string> GetRange(const std::string& key, int64_t offset, int64_t length) override;
  StatusOr<std::string> Materialize(const std::string& key, const std::string& scratch_directory) override;
  StatusOr<ObjectInfo> Head(const std::string& key) override;
  StatusOr<std::vector<ObjectInfo>> List(const std::string& prefix) override;
  Status Delete(const std::string& key) override;
  StatusOr<std::unique_ptr<Lease>> AcquireLease(const std::string& key, const std::string& holder,
                                                std::chrono::seconds lifetime) override;
  std::string Describe() const override { return "files in " + folder_.path(); }

  // Removes what processes that died have left in tmp/.
  void Sweep() const;

 private:
  StatusOr<Descriptor> Open(const std::string& key, struct stat& info) const;
  StatusOr<Descriptor> Lock() const;
  Status CheckTarget(const Place& target, const std::string& key, const PutOptions& options) const;
  // Renames `from` to the object's place, if the options allow it. `fd` is the file itself, its bytes are on
  // the disk.
  StatusOr<ObjectInfo> PutInPlace(const std::string& key, int from_folder, const std::string& from_name,
                                  int fd, const PutOptions& options) const;
  StatusOr<ObjectInfo> PutTemporary(const std::string& key, TemporaryFile& file,
                                    const PutOptions& options) const;
  StatusOr<ObjectInfo> PutCopy(const std::string& key, int source, const std::string& path,
                               const PutOptions& options) const;

  const Folder folder_;
};

StatusOr<Descriptor> FileObjectStore::Open(const std::string& key, struct stat& info) const {
  WS_RETURN_IF_ERROR(CheckOwnKey(key));
  return folder_.OpenFile(key, info);
}

StatusOr<Descriptor> FileObjectStore::Lock() const {
  WS_ASSIGN_OR_RETURN(const Place place, folder_.Find(kLockKey, /*create=*/true));
  const std::string what = folder_.path() + "/" + kLockKey;
  Descriptor file(::openat(place.folder.get(), place.name.c_str(),
                           O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666));
  if (!file.is_open()) return ErrnoStatus(errno, what);
  while (::flock(file.get(), LOCK_EX) != 0) {
    if (errno != EINTR) return ErrnoStatus(errno, what);
  }
  return file;
}

Status FileObjectStore::CheckTarget(const Place& target, const std::string& key,
                                    const PutOptions& options) const {
  struct stat info = {};
  if (::fstatat(target.folder.get(), target.name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno != ENOENT) return ErrnoStatus(errno, "object " + QuoteKey(key));
    return internal::CheckCondition(key, options, nullptr);
  }
  if (S_ISDIR(info.st_mode)) return internal::CheckCondition(key, options, nullptr);
  if (S_ISLNK(info.st_mode)) {
    return InvalidArgument("key " + QuoteKey(key) + ": is a symbolic link, which is not followed");
  }
  if (!S_ISREG(info.st_mode)) return InvalidArgument("object " + QuoteKey(key) + ": is no plain file");
  const ObjectInfo present = InfoOf(key, info);
  return internal::CheckCondition(key, options, &present);
}

StatusOr<ObjectInfo> FileObjectStore::PutInPlace(const std::string& key, int from_folder,
                                                 const std::string& from_name, int fd,
                                                 const PutOptions& options) const {
  const std::string what = "object " + QuoteKey(key);
  if (options.before_commit) WS_RETURN_IF_ERROR(options.before_commit());
  Place target;
  {
    WS_ASSIGN_OR_RETURN(const Descriptor lock, Lock());
    WS_ASSIGN_OR_RETURN(target, folder_.Find(key, /*create=*/true));
    Status status = CheckTarget(target, key, options);
    if (status.ok()) status = Stamp(fd, what);
    const auto rename = [&] {
      return ::renameat(from_folder, from_name.c_str(), target.folder.get(), target.name.c_str()) == 0
                 ? 0
                 : errno;
    };
    if (status.ok()) {
      int error = rename();
      if (error == EISDIR && ::unlinkat(target.folder.get(), target.name.c_str(), AT_REMOVEDIR) == 0)
        error = rename();
      if (error == EISDIR) {
        status = InvalidArgument("key " + QuoteKey(key) + ": other objects lie below it");
      } else if (error != 0) {
        status = ErrnoStatus(error, what);
      }
    }
    if (!status.ok()) {
      folder_.RemoveEmptyParents(key);
      return status;
    }
  }
  ::fsync(target.folder.get());  // some file systems refuse to sync folders; the rename itself has happened
  struct stat info = {};
  if (::fstat(fd, &info) != 0) return ErrnoStatus(errno, what);
  return InfoOf(key, info);
}

StatusOr<ObjectInfo> FileObjectStore::PutTemporary(const std::string& key, TemporaryFile& file,
                                                   const PutOptions& options) const {
  if (::fsync(file.fd()) != 0) return ErrnoStatus(errno, "object " + QuoteKey(key));
  auto info = PutInPlace(key, file.place().folder.get(), file.place().name, file.fd(), options);
  if (info.ok()) file.Placed();
  return info;
}

StatusOr<ObjectInfo> FileObjectStore::Put(const std::string& key, std::string_view bytes,
                                          const PutOptions& options) {
  WS_RETURN_IF_ERROR(CheckOwnKey(key));
  WS_RETURN_IF_ERROR(internal::CheckPutOptions(options));
  WS_ASSIGN_OR_RETURN(TemporaryFile file, TemporaryFile::Make(folder_));
  WS_RETURN_IF_ERROR(internal::WriteAll(file.fd(), bytes, "object " + QuoteKey(key)));
  return PutTemporary(key, file, options);
}

StatusOr<ObjectInfo> FileObjectStore::PutCopy(const std::string& key, int source, const std::string& path,
                                              const PutOptions& options) const {
  WS_ASSIGN_OR_RETURN(TemporaryFile file, TemporaryFile::Make(folder_));
  for (int64_t offset = 0;;) {
    WS_ASSIGN_OR_RETURN(const std::string bytes, internal::ReadAt(source, offset, kCopyBytes, path));
    if (bytes.empty()) break;
    WS_RETURN_IF_ERROR(internal::WriteAll(file.fd(), bytes, "object " + QuoteKey(key)));
    offset += static_cast<int64_t>(bytes.size());
  }
  return PutTemporary(key, file, options);
}

StatusOr<ObjectInfo> FileObjectStore::PutFile(const std::string& key, const std::string& path,
                                              const PutOptions& options) {
  WS_RETURN_IF_ERROR(CheckOwnKey(key));
  WS_RETURN_IF_ERROR(internal::CheckPutOptions(options));
  const Descriptor source(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  struct stat info = {};
  struct stat named = {};
  if (!source.is_open() || ::fstat(source.get(), &info) != 0 || ::lstat(path.c_str(), &named) != 0) {
    return ErrnoStatus(errno, path);
  }
  if (!S_ISREG(info.st_mode)) return InvalidArgument(path + ": is no plain file");
  // A file with a second name could be changed under that name later; one of another user cannot be stamped.
  if (S_ISREG(named.st_mode) && info.st_nlink == 1 && info.st_uid == ::geteuid()) {
    if (::fsync(source.get()) != 0) return ErrnoStatus(errno, path);
    auto moved = PutInPlace(key, AT_FDCWD, path, source.get(), options);
    // Internal: it lies on another file system.
    if (moved.ok() || moved.status().code() != StatusCode::kInternal) return moved;
  }
  auto copied = PutCopy(key, source.get(), path, options);
  if (copied.ok() && S_ISREG(named.st_mode)) ::unlink(path.c_str());
  return copied;
}

StatusOr<std::string> FileObjectStore::Get(const std::string& key, int64_t max_bytes) {
  struct stat info = {};
  WS_ASSIGN_OR_RETURN(const Descriptor file, Open(key, info));
  if (info.st_size > max_bytes) return internal::TooLarge(key, info.st_size, max_bytes);
  return internal::ReadAt(file.get(), 0, info.st_size, "object " + QuoteKey(key));
}

StatusOr<std::string> FileObjectStore::GetRange(const std::string& key, int64_t offset, int64_t length) {
  WS_RETURN_IF_ERROR(internal::CheckRange(key, offset, length));
  struct stat info = {};
  WS_ASSIGN_OR_RETURN(const Descriptor file, Open(key, info));
  if (offset >= info.st_size) return std::string();
  return internal::ReadAt(file.get(), offset, std::min<int64_t>(length, info.st_size - offset),
                          "object " + QuoteKey(key));
}

StatusOr<std::string> FileObjectStore::Materialize(const std::string& key,
                                                   const std::string& /*scratch_directory*/) {
  struct stat info = {};
  WS_RETURN_IF_ERROR(Open(key, info).status());
  return folder_.path() + "/" + key;
}

StatusOr<ObjectInfo> FileObjectStore::Head(const std::string& key) {
  struct stat info = {};
  WS_RETURN_IF_ERROR(Open(key, info).status());
  return InfoOf(key, info);
}

StatusOr<std::vector<ObjectInfo>> FileObjectStore::List(const std::string& prefix) {
  WS_RETURN_IF_ERROR(internal::CheckPrefix(prefix));
  std::vector<ObjectInfo> found;
  if (prefix.starts_with(std::string(kOwnFolder) + "/")) return found;
  WS_RETURN_IF_ERROR(folder_.Walk(prefix, kOwnFolder, [&](const std::string& key, const struct stat& info) {
    found.push_back(InfoOf(key, info));
  }));
  std::sort(found.begin(), found.end(),
            [](const ObjectInfo& a, const ObjectInfo& b) { return a.key < b.key; });
  return found;
}

Status FileObjectStore::Delete(const std::string& key) {
  WS_RETURN_IF_ERROR(CheckOwnKey(key));
  // Without a lock first: nothing is made in a folder that only has nothing to delete.
  const auto there = folder_.Find(key, /*create=*/false);
  if (there.status().code() == StatusCode::kNotFound) return OkStatus();
  if (!there.ok()) return there.status();
  struct stat info = {};
  if (::fstatat(there->folder.get(), there->name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0 &&
      errno == ENOENT) {
    return OkStatus();
  }
  WS_ASSIGN_OR_RETURN(const Descriptor lock, Lock());
  if (::unlinkat(there->folder.get(), there->name.c_str(), 0) != 0 && errno != ENOENT && errno != EISDIR) {
    return ErrnoStatus(errno, "object " + QuoteKey(key));
  }
  folder_.RemoveEmptyParents(key);
  return OkStatus();
}

StatusOr<std::unique_ptr<Lease>> FileObjectStore::AcquireLease(const std::string& key,
                                                               const std::string& holder,
                                                               std::chrono::seconds /*lifetime*/) {
  WS_RETURN_IF_ERROR(internal::CheckKey(key));
  WS_RETURN_IF_ERROR(internal::CheckHolder(holder));
  WS_ASSIGN_OR_RETURN(Place place, folder_.Find(kLeasePrefix + Sha256Hex(key), /*create=*/true));
  return internal::TakeFileLease(std::move(place), key, holder);
}

void FileObjectStore::Sweep() const {
  const int64_t limit_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(
                               (std::chrono::system_clock::now() - kStaleAfter).time_since_epoch())
                               .count();
  std::vector<std::string> stale;
  const Status walked =
      folder_.Walk(kTemporaryPrefix, "", [&](const std::string& key, const struct stat& info) {
        if (NanosecondsOf(info.st_mtim) < limit_ns) stale.push_back(key);
      });
  if (!walked.ok()) return;  // the first write will say what is wrong
  for (const std::string& key : stale) {
    const auto place = folder_.Find(key, /*create=*/false);
    if (place.ok()) ::unlinkat(place->folder.get(), place->name.c_str(), 0);
  }
}

}  // namespace

StatusOr<std::unique_ptr<ObjectStore>> OpenFileObjectStore(const std::string& directory) {
  WS_RETURN_IF_ERROR(MakeDirectories(directory));
  WS_ASSIGN_OR_RETURN(Folder folder, Folder::Open(directory));
  auto store = std::make_unique<FileObjectStore>(std::move(folder));
  store->Sweep();
  return store;
}

}  // namespace waveshift::stores
