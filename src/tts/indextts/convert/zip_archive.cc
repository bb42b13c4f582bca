// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/convert/zip_archive.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "base/files.h"

namespace waveshift::tts::indextts {
namespace {

constexpr int64_t kEndBytes = 22;      // end of central directory, without its comment
constexpr int64_t kLocatorBytes = 20;  // zip64: where the next one is
constexpr int64_t kEnd64Bytes = 56;
constexpr int64_t kCentralBytes = 46;
constexpr int64_t kLocalBytes = 30;
constexpr int64_t kLongestComment = 65535;
constexpr int64_t kMaxDirectoryBytes = 64 << 20;
constexpr uint64_t kMaxEntries = 1 << 17;
constexpr uint64_t kSeeZip64 = 0xFFFFFFFF;
constexpr uint16_t kEncrypted = 1;
constexpr uint16_t kSizesFollow = 8;  // the local header has no sizes; the central one has

template <typename T>
T NumberAt(std::string_view bytes, size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

struct Directory {
  int64_t offset = 0;
  int64_t size = 0;
  uint64_t entries = 0;
};

// What the central directory says of one file.
struct Central {
  std::string name;
  int64_t size = 0;
  int64_t header = 0;  // offset of its local header
  int64_t data = 0;
};

class Reader {
 public:
  explicit Reader(const InputFile& file) : file_(file) {}

  StatusOr<std::map<std::string, ZipEntry>> Read() {
    WS_ASSIGN_OR_RETURN(const Directory directory, FindDirectory());
    WS_ASSIGN_OR_RETURN(std::vector<Central> all, ReadDirectory(directory));
    for (Central& each : all) WS_RETURN_IF_ERROR(ReadLocalHeader(directory, &each));
    std::sort(all.begin(), all.end(), [](const Central& a, const Central& b) { return a.header < b.header; });
    std::map<std::string, ZipEntry> entries;
    for (size_t i = 0; i < all.size(); ++i) {
      if (i > 0 && all[i].header < all[i - 1].data + all[i - 1].size) {
        return Error(all[i].header, "the files " + all[i - 1].name + " and " + all[i].name + " overlap");
      }
      if (!entries.emplace(all[i].name, ZipEntry{all[i].data, all[i].size}).second) {
        return Error(all[i].header, "the file " + all[i].name + " stands twice");
      }
    }
    return entries;
  }

 private:
  Status Error(int64_t offset, const std::string& what) const {
    return InvalidArgument(file_.path() + ": offset " + std::to_string(offset) + ": " + what);
  }

  StatusOr<Directory> FindDirectory() const {
    const int64_t tail_bytes = std::min(file_.size(), kEndBytes + kLongestComment);
    const int64_t tail_offset = file_.size() - tail_bytes;
    WS_ASSIGN_OR_RETURN(const std::string tail, file_.ReadAt(tail_offset, tail_bytes));
    for (int64_t at = tail_bytes - kEndBytes; at >= 0; --at) {
      const std::string_view end = std::string_view(tail).substr(static_cast<size_t>(at));
      if (!end.starts_with("PK\x05\x06")) continue;
      if (NumberAt<uint16_t>(end, 20) != end.size() - kEndBytes) continue;  // its comment ends with the file
      return CheckedEnd(tail_offset + at, end);
    }
    return InvalidArgument(file_.path() + ": is no ZIP file, as torch.save writes since version 1.6");
  }

  StatusOr<Directory> CheckedEnd(int64_t offset, std::string_view end) const {
    Directory directory{NumberAt<uint32_t>(end, 16), NumberAt<uint32_t>(end, 12),
                        NumberAt<uint16_t>(end, 10)};
    if (NumberAt<uint16_t>(end, 4) != 0 || NumberAt<uint16_t>(end, 6) != 0) {
      return Error(offset, "an archive in several parts");
    }
    int64_t limit = offset;
    if (offset >= kLocatorBytes) {
      WS_ASSIGN_OR_RETURN(const std::string locator, file_.ReadAt(offset - kLocatorBytes, kLocatorBytes));
      if (locator.starts_with("PK\x06\x07")) {
        limit = NumberAt<int64_t>(locator, 8);
        WS_ASSIGN_OR_RETURN(directory, ReadEnd64(offset - kLocatorBytes, limit));
      }
    }
    if (directory.entries > kMaxEntries || directory.size < 0 || directory.size > kMaxDirectoryBytes ||
        directory.offset < 0 || directory.offset > limit || directory.size > limit - directory.offset) {
      return Error(offset, "the directory of the archive does not lie inside it");
    }
    return directory;
  }

  StatusOr<Directory> ReadEnd64(int64_t locator, int64_t offset) const {
    if (offset < 0 || offset > locator - kEnd64Bytes) {
      return Error(locator, "the zip64 record does not lie inside the archive");
    }
    WS_ASSIGN_OR_RETURN(const std::string end, file_.ReadAt(offset, kEnd64Bytes));
    if (!end.starts_with("PK\x06\x06")) return Error(offset, "no zip64 record where one should be");
    return Directory{NumberAt<int64_t>(end, 48), NumberAt<int64_t>(end, 40), NumberAt<uint64_t>(end, 32)};
  }

  StatusOr<std::vector<Central>> ReadDirectory(const Directory& directory) const {
    WS_ASSIGN_OR_RETURN(const std::string bytes, file_.ReadAt(directory.offset, directory.size));
    std::vector<Central> all;
    size_t at = 0;
    for (uint64_t i = 0; i < directory.entries; ++i) {
      const int64_t offset = directory.offset + static_cast<int64_t>(at);
      const std::string_view rest = std::string_view(bytes).substr(at);
      if (rest.size() < kCentralBytes || !rest.starts_with("PK\x01\x02")) {
        return Error(offset, "the directory of the archive is broken");
      }
      const size_t length = kCentralBytes + NumberAt<uint16_t>(rest, 28) + NumberAt<uint16_t>(rest, 30) +
                            NumberAt<uint16_t>(rest, 32);
      if (length > rest.size()) return Error(offset, "the directory of the archive is broken");
      WS_ASSIGN_OR_RETURN(Central central, ParseCentral(offset, rest.substr(0, length)));
      all.push_back(std::move(central));
      at += length;
    }
    return all;
  }

  StatusOr<Central> ParseCentral(int64_t offset, std::string_view entry) const {
    const size_t name_bytes = NumberAt<uint16_t>(entry, 28);
    Central central;
    central.name = std::string(entry.substr(kCentralBytes, name_bytes));
    if (!IsSafeRelativePath(central.name)) return Error(offset, "a file of the archive has an odd name");
    if ((NumberAt<uint16_t>(entry, 8) & kEncrypted) != 0)
      return Error(offset, central.name + " is encrypted");
    if (NumberAt<uint16_t>(entry, 10) != 0) {
      return Error(offset, central.name + " is compressed, which torch.save never does");
    }
    uint64_t packed = NumberAt<uint32_t>(entry, 20);
    uint64_t size = NumberAt<uint32_t>(entry, 24);
    uint64_t header = NumberAt<uint32_t>(entry, 42);
    const std::string_view extra = entry.substr(kCentralBytes + name_bytes, NumberAt<uint16_t>(entry, 30));
    WS_RETURN_IF_ERROR(TakeZip64(offset, extra, {&size, &packed, &header}));
    if (packed != size) return Error(offset, central.name + " has two sizes");
    const auto limit = static_cast<uint64_t>(file_.size());
    if (size > limit || header > limit)
      return Error(offset, central.name + " lies behind the end of the file");
    central.size = static_cast<int64_t>(size);
    central.header = static_cast<int64_t>(header);
    return central;
  }

  // Replaces those of the numbers that say so by what the zip64 extra field has, in its order.
  Status TakeZip64(int64_t offset, std::string_view extra, const std::vector<uint64_t*>& numbers) const {
    if (std::none_of(numbers.begin(), numbers.end(), [](const uint64_t* n) { return *n == kSeeZip64; })) {
      return OkStatus();
    }
    while (extra.size() >= 4) {
      const auto id = NumberAt<uint16_t>(extra, 0);
      std::string_view field = extra.substr(4);
      const size_t bytes = NumberAt<uint16_t>(extra, 2);
      if (bytes > field.size()) break;
      extra = field.substr(bytes);
      if (id != 1) continue;
      field = field.substr(0, bytes);
      for (uint64_t* number : numbers) {
        if (*number != kSeeZip64) continue;
        if (field.size() < 8) return Error(offset, "a zip64 field is too short");
        *number = NumberAt<uint64_t>(field, 0);
        field.remove_prefix(8);
      }
      return OkStatus();
    }
    return Error(offset, "a zip64 field is missing");
  }

  Status ReadLocalHeader(const Directory& directory, Central* central) const {
    const int64_t at = central->header;
    const auto name_bytes = static_cast<int64_t>(central->name.size());
    if (at > directory.offset - kLocalBytes - name_bytes) {
      return Error(at, central->name + " lies behind the directory");
    }
    WS_ASSIGN_OR_RETURN(const std::string header, file_.ReadAt(at, kLocalBytes + name_bytes));
    if (!header.starts_with("PK\x03\x04") || NumberAt<uint16_t>(header, 26) != name_bytes ||
        header.substr(kLocalBytes) != central->name || NumberAt<uint16_t>(header, 8) != 0) {
      return Error(at, "the header of " + central->name + " does not agree with the directory");
    }
    const uint32_t size = NumberAt<uint32_t>(header, 22);
    if ((NumberAt<uint16_t>(header, 6) & kSizesFollow) == 0 && size != kSeeZip64 && size != central->size) {
      return Error(at, central->name + " has two sizes");
    }
    central->data = at + kLocalBytes + name_bytes + NumberAt<uint16_t>(header, 28);
    if (central->data > directory.offset || central->size > directory.offset - central->data) {
      return Error(at, central->name + " ends behind the directory");
    }
    return OkStatus();
  }

  const InputFile& file_;
};

}  // namespace

StatusOr<std::map<std::string, ZipEntry>> ReadZipEntries(const InputFile& file) {
  return Reader(file).Read();
}

}  // namespace waveshift::tts::indextts
