// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "models/part_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "models/catalogue_checks_internal.h"

namespace waveshift::models {
namespace {

using nlohmann::json;

constexpr size_t kChunkBytes = 1 << 20;
constexpr int64_t kMostRecordBytes = 16384;

std::string TextIn(const json& object, const char* key) {
  const auto it = object.find(key);
  return it != object.end() && it->is_string() ? it->get<std::string>() : "";
}

bool IsFull(int error_number) {
  return error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG;
}

}  // namespace

StatusOr<PartFile> PartFile::Open(const std::string& target, const std::stop_token& stop) {
  WS_RETURN_IF_ERROR(MakeDirectories(std::filesystem::path(target).parent_path().string()));
  const std::string path = target + ".part";
  PartFile part(target, ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (part.fd_ < 0) return ErrnoStatus(errno, path);
  struct stat info = {};
  if (::fstat(part.fd_, &info) != 0) return ErrnoStatus(errno, path);
  if (!S_ISREG(info.st_mode)) return InvalidArgument(path + ": is not a plain file");
  WS_RETURN_IF_ERROR(part.ReadWhatIsThere(stop));
  part.ReadRecord();
  return part;
}

PartFile::PartFile(PartFile&& other) noexcept
    : target_(std::move(other.target_)),
      fd_(std::exchange(other.fd_, -1)),
      size_bytes_(other.size_bytes_),
      hash_(std::move(other.hash_)),
      is_hashed_(other.is_hashed_),
      origin_(std::move(other.origin_)),
      write_failure_(std::move(other.write_failure_)) {}

PartFile& PartFile::operator=(PartFile&& other) noexcept {
  std::swap(target_, other.target_);
  std::swap(fd_, other.fd_);
  std::swap(size_bytes_, other.size_bytes_);
  std::swap(hash_, other.hash_);
  std::swap(is_hashed_, other.is_hashed_);
  std::swap(origin_, other.origin_);
  std::swap(write_failure_, other.write_failure_);
  return *this;
}

PartFile::~PartFile() {
  if (fd_ >= 0) ::close(fd_);
}

Status PartFile::ReadWhatIsThere(const std::stop_token& stop) {
  std::string chunk(kChunkBytes, '\0');
  while (true) {
    if (stop.stop_requested()) return Cancelled("stopped");
    const ssize_t n = ::pread(fd_, chunk.data(), chunk.size(), size_bytes_);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoStatus(errno, part_path());
    if (n == 0) return OkStatus();
    hash_.Add(std::string_view(chunk.data(), static_cast<size_t>(n)));
    size_bytes_ += n;
  }
}

// A record that is not there or not as it was written says nothing: the part begins anew where it matters.
void PartFile::ReadRecord() {
  const auto text = ReadFile(record_path(), kMostRecordBytes);
  if (!text.ok()) return;
  const json record = json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!record.is_object()) return;
  origin_ = {.source = TextIn(record, "source"), .etag = TextIn(record, "etag")};
  const std::string sha256 = TextIn(record, "sha256");
  if (internal::IsSha256(sha256)) origin_.sha256 = sha256;
  const auto total = record.find("total_bytes");
  if (total != record.end() && total->is_number_integer()) origin_.total_bytes = total->get<int64_t>();
}

Status PartFile::Failed(int error_number) {
  const Status status = ErrnoStatus(error_number, part_path());
  write_failure_ = !IsFull(error_number)
                       ? status
                       : Internal(Message(status) + "; what has come is kept: make room, then pull again");
  return write_failure_;
}

Status PartFile::SetOrigin(const PartOrigin& origin) {
  origin_ = origin;
  const json record = {{"source", origin.source},
                       {"etag", origin.etag},
                       {"sha256", origin.sha256},
                       {"total_bytes", origin.total_bytes}};
  write_failure_ = WriteFileAtomic(record_path(), record.dump(-1, ' ', true, json::error_handler_t::replace));
  return write_failure_;
}

Status PartFile::Append(std::string_view bytes) {
  if (is_hashed_) return Internal(part_path() + ": was whole already");
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(fd_, bytes.data(), bytes.size(), size_bytes_);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Failed(errno);
    hash_.Add(bytes.substr(0, static_cast<size_t>(n)));
    size_bytes_ += n;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return OkStatus();
}

Status PartFile::Restart() {
  if (::ftruncate(fd_, 0) != 0) return Failed(errno);
  hash_ = Sha256();
  is_hashed_ = false;
  size_bytes_ = 0;
  origin_ = {};
  ::unlink(record_path().c_str());
  return OkStatus();
}

std::string PartFile::Sha256Hex() {
  is_hashed_ = true;
  return hash_.Hex();
}

Status PartFile::Commit() {
  if (::fsync(fd_) != 0) return Failed(errno);
  WS_RETURN_IF_ERROR(MoveFile(part_path(), target_));
  ::unlink(record_path().c_str());
  ::close(std::exchange(fd_, -1));
  return OkStatus();
}

void PartFile::Discard() {
  ::unlink(part_path().c_str());
  ::unlink(record_path().c_str());
}

}  // namespace waveshift::models
