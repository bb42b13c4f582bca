// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "models/archive.h"

#include <archive.h>
#include <archive_entry.h>

#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "base/large_file.h"

namespace waveshift::models {
namespace {

constexpr size_t kReadBytes = 1 << 16;
constexpr int64_t kMostUnpackedBytes = int64_t{16} << 30;
constexpr int kMostEntries = 100000;

class Reader {
 public:
  explicit Reader(std::string name) : name_(std::move(name)), archive_(archive_read_new()) {}
  ~Reader() { archive_read_free(archive_); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  Status Open(const std::string& path) {
    if (archive_ == nullptr) return Internal("out of memory");
    archive_read_support_filter_gzip(archive_);
    archive_read_support_format_tar(archive_);
    archive_read_support_format_zip(archive_);
    return archive_read_open_filename(archive_, path.c_str(), kReadBytes) == ARCHIVE_OK ? OkStatus() : Bad();
  }

  // The next entry's name, "" when it is no plain file; nothing at the end.
  StatusOr<std::optional<std::string>> Next() {
    archive_entry* entry = nullptr;
    const int result = archive_read_next_header(archive_, &entry);
    if (result == ARCHIVE_EOF) return std::optional<std::string>();
    if (result != ARCHIVE_OK && result != ARCHIVE_WARN) return Bad();
    if (++entries_ > kMostEntries || archive_filter_bytes(archive_, 0) > kMostUnpackedBytes)
      return OutOfRange(name_ + ": is too large an archive");
    const char* const path = archive_entry_pathname(entry);
    const bool is_file = archive_entry_filetype(entry) == AE_IFREG && path != nullptr;
    return std::optional<std::string>(is_file ? path : "");
  }

  // The next piece of the entry's bytes; empty at its end. Valid until the next call.
  StatusOr<std::string_view> Read(std::string& buffer) {
    const la_ssize_t n = archive_read_data(archive_, buffer.data(), buffer.size());
    if (n < 0) return Bad();
    return std::string_view(buffer.data(), static_cast<size_t>(n));
  }

 private:
  // libarchive's own words may quote bytes of the file.
  Status Bad() const { return InvalidArgument(name_ + ": is no archive, or a damaged one"); }

  const std::string name_;
  archive* const archive_;
  int entries_ = 0;
};

Status Copy(Reader& reader, const WantedMember& wanted, const std::stop_token& stop) {
  WS_ASSIGN_OR_RETURN(AtomicFile file, AtomicFile::Create(wanted.to));
  std::string buffer(kReadBytes, '\0');
  while (true) {
    if (stop.stop_requested()) return Cancelled("stopped");
    WS_ASSIGN_OR_RETURN(const std::string_view piece, reader.Read(buffer));
    if (piece.empty()) return file.Commit();
    if (file.size() + static_cast<int64_t>(piece.size()) > wanted.most_bytes)
      return OutOfRange(wanted.member + ": is larger than " + std::to_string(wanted.most_bytes) + " bytes");
    WS_RETURN_IF_ERROR(file.Append(piece));
  }
}

}  // namespace

StatusOr<std::set<std::string>> ExtractMembers(const std::string& archive, const std::string& shown,
                                               const std::vector<WantedMember>& wanted,
                                               const std::stop_token& stop) {
  std::map<std::string, const WantedMember*> missing;
  for (const WantedMember& member : wanted) missing[member.member] = &member;
  std::set<std::string> found;
  Reader reader(shown);
  WS_RETURN_IF_ERROR(reader.Open(archive));
  while (!missing.empty()) {
    if (stop.stop_requested()) return Cancelled("stopped");
    WS_ASSIGN_OR_RETURN(const std::optional<std::string> name, reader.Next());
    if (!name) break;
    const auto it = missing.find(*name);
    if (it == missing.end()) continue;
    WS_RETURN_IF_ERROR(Copy(reader, *it->second, stop));
    missing.erase(it);
    found.insert(*name);
  }
  return found;
}

}  // namespace waveshift::models
