// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "models/folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "base/files.h"
#include "base/hash.h"
#include "base/large_file.h"
#include "models/catalogue_checks_internal.h"

namespace waveshift::models {
namespace {

constexpr int64_t kHashChunkBytes = 1 << 20;
constexpr size_t kSha256Digits = 64;
// What the store puts beside a file.
constexpr const char* kBeside[] = {"", ".sha256", ".part", ".part.json"};

class Folder {
 public:
  explicit Folder(int fd) : fd_(fd) {}
  Folder(Folder&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Folder& operator=(Folder&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Folder() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

int64_t SizeOfPlainFile(const std::string& path) {
  struct stat info = {};
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) ? info.st_size : -1;
}

bool SomethingIsAt(const std::string& path) {
  struct stat info = {};
  return ::lstat(path.c_str(), &info) == 0;
}

FileReport LookAtFile(const ModelFile& file, const std::string& folder) {
  FileReport report{.file = &file};
  const std::string path = PathIn(folder, file);
  const int64_t size = SizeOfPlainFile(path);
  if (size < 0) {
    report.bytes_there = std::max<int64_t>(SizeOfPlainFile(path + ".part"), 0);
    report.state = report.bytes_there > 0 ? FileState::kPartial : FileState::kAbsent;
    if (SomethingIsAt(path)) {
      report.state = FileState::kDamaged;
      report.detail = "is no plain file";
    }
    return report;
  }
  report.bytes_there = size;
  report.state = FileState::kPresent;
  if (size == 0 || (file.is_known() && size != file.size_bytes)) {
    report.state = FileState::kDamaged;
    report.detail = "has " + std::to_string(size) + " bytes instead of " + std::to_string(file.size_bytes);
    if (!file.is_known()) report.detail = "is empty";
  }
  return report;
}

FileState StateOf(const std::vector<FileReport>& files) {
  bool any = false;
  bool all = true;
  for (const FileReport& report : files) {
    if (report.state == FileState::kDamaged) return FileState::kDamaged;
    any = any || report.state != FileState::kAbsent;
    all = all && (report.state == FileState::kPresent || report.file->optional);
  }
  if (!any) return FileState::kAbsent;
  return all ? FileState::kPresent : FileState::kPartial;
}

StatusOr<Folder> OpenBelow(const Folder& folder, const std::string& name, const std::string& shown) {
  const int fd = ::openat(folder.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd >= 0) return Folder(fd);
  if (errno == ELOOP || errno == ENOTDIR)
    return FailedPrecondition(shown + ": is a symbolic link or no folder, and is not followed");
  return ErrnoStatus(errno, shown);
}

// The folders from the model folder down to the one that holds `path`, and the file's name.
struct Chain {
  std::vector<Folder> folders;
  std::vector<std::string> names;  // names[i] lies in folders[i]; the last one is the file's
};

StatusOr<Chain> OpenChain(const std::string& folder, const std::string& path) {
  Chain chain;
  const int root = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) return ErrnoStatus(errno, folder);
  chain.folders.emplace_back(root);
  size_t begin = 0;
  for (size_t at = path.find('/'); at != std::string::npos; at = path.find('/', begin)) {
    chain.names.push_back(path.substr(begin, at - begin));
    WS_ASSIGN_OR_RETURN(
        Folder next, OpenBelow(chain.folders.back(), chain.names.back(), folder + "/" + path.substr(0, at)));
    chain.folders.push_back(std::move(next));
    begin = at + 1;
  }
  chain.names.push_back(path.substr(begin));
  return chain;
}

Status RemoveFile(const std::string& folder, const std::string& path, Removed& removed) {
  auto chain = OpenChain(folder, path);
  if (chain.status().code() == StatusCode::kNotFound) return OkStatus();
  WS_RETURN_IF_ERROR(chain.status());
  for (const char* suffix : kBeside) {
    const std::string name = chain->names.back() + suffix;
    const int in = chain->folders.back().get();
    struct stat info = {};
    if (::fstatat(in, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (::unlinkat(in, name.c_str(), 0) != 0) return ErrnoStatus(errno, folder + "/" + path + suffix);
    removed.paths.push_back(path + suffix);
    removed.bytes += info.st_size;
  }
  for (size_t i = chain->folders.size() - 1; i > 0; --i) {  // stops at the first that is not empty
    if (::unlinkat(chain->folders[i - 1].get(), chain->names[i - 1].c_str(), AT_REMOVEDIR) != 0) break;
  }
  return OkStatus();
}

}  // namespace

std::string_view Word(FileState state) {
  switch (state) {
    case FileState::kAbsent:
      return "absent";
    case FileState::kPartial:
      return "partial";
    case FileState::kPresent:
      return "present";
    case FileState::kDamaged:
      return "damaged";
  }
  return "damaged";
}

std::string PathIn(const std::string& folder, const ModelFile& file) { return folder + "/" + file.path; }

std::optional<std::string> RecordedSha256(const std::string& path) {
  const auto beside = ReadFile(path + ".sha256", 4096);
  if (!beside.ok() || beside->size() < kSha256Digits) return std::nullopt;
  std::string digits = beside->substr(0, kSha256Digits);
  if (!internal::IsSha256(digits)) return std::nullopt;
  return digits;
}

bool WantsRecord(const ModelFile& file) { return !file.is_known() || file.path.ends_with(".onnx"); }

Status RecordSha256(const std::string& path, const std::string& sha256) {
  const std::string name = std::filesystem::path(path).filename().string();
  return WriteFileAtomic(path + ".sha256", sha256 + "  " + name + "\n");
}

ModelReport LookAt(const Model& model, const std::string& folder) {
  ModelReport report{.model = &model};
  for (const ModelFile& file : model.files) report.files.push_back(LookAtFile(file, folder));
  report.state = StateOf(report.files);
  return report;
}

StatusOr<std::string> HashFile(const std::string& path, const BytesRead& on_bytes,
                               const std::stop_token& stop) {
  WS_ASSIGN_OR_RETURN(const InputFile file, InputFile::Open(path));
  Sha256 hash;
  std::string chunk(kHashChunkBytes, '\0');
  for (int64_t at = 0; at < file.size(); at += kHashChunkBytes) {
    if (stop.stop_requested()) return Cancelled("stopped");
    const int64_t n = std::min(kHashChunkBytes, file.size() - at);
    WS_RETURN_IF_ERROR(file.ReadAt(at, chunk.data(), n));
    hash.Add(std::string_view(chunk.data(), static_cast<size_t>(n)));
    if (on_bytes) on_bytes(n);
  }
  return hash.Hex();
}

StatusOr<ModelReport> Verify(const Model& model, const std::string& folder, const BytesRead& on_bytes,
                             const std::stop_token& stop) {
  ModelReport report = LookAt(model, folder);
  for (FileReport& file : report.files) {
    if (file.state != FileState::kPresent) continue;
    const std::string path = PathIn(folder, *file.file);
    const std::optional<std::string> recorded = RecordedSha256(path);
    const std::string wanted = file.file->is_known() ? file.file->sha256 : recorded.value_or("");
    WS_ASSIGN_OR_RETURN(file.sha256, HashFile(path, on_bytes, stop));
    if (wanted.empty()) {
      file.detail = "nothing to compare it with";
    } else if (file.sha256 != wanted) {
      file.state = FileState::kDamaged;
      file.detail = "is not the file that is known (SHA-256)";
    } else if (recorded && *recorded != file.sha256) {
      file.state = FileState::kDamaged;
      file.detail = "has another hash beside it (" + file.file->path + ".sha256)";
    }
  }
  report.state = StateOf(report.files);
  return report;
}

StatusOr<Removed> Remove(const Model& model, const std::string& folder) {
  Removed removed;
  for (const ModelFile& file : model.files) WS_RETURN_IF_ERROR(RemoveFile(folder, file.path, removed));
  return removed;
}

}  // namespace waveshift::models
