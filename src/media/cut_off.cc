// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "media/cut_off.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <vector>

namespace waveshift::media {
namespace {

constexpr size_t kHeadBytes = 4096;
constexpr int64_t kUnknown = -1;

std::vector<uint8_t> Head(const std::string& path) {
  std::vector<uint8_t> head(kHeadBytes);
  std::FILE* file = std::fopen(path.c_str(), "rbe");
  if (file == nullptr) return {};
  head.resize(std::fread(head.data(), 1, head.size(), file));
  std::fclose(file);
  return head;
}

// An EBML length at `at`, which moves behind it; kUnknown when it is open-ended or cut.
int64_t EbmlLength(const std::vector<uint8_t>& bytes, size_t& at) {
  if (at >= bytes.size() || bytes[at] == 0) return kUnknown;
  size_t length = 1;
  while ((bytes[at] & (0x80 >> (length - 1))) == 0) ++length;
  if (at + length > bytes.size()) return kUnknown;
  const int first = bytes[at] & (0x7F >> (length - 1));
  bool all_ones = first == (0x7F >> (length - 1));
  int64_t value = first;
  for (size_t i = 1; i < length; ++i) {
    value = value << 8 | bytes[at + i];
    all_ones = all_ones && bytes[at + i] == 0xFF;
  }
  at += length;
  return all_ones ? kUnknown : value;
}

// Where Matroska's Segment ends.
int64_t MatroskaEnd(const std::vector<uint8_t>& bytes) {
  constexpr uint8_t kEbml[] = {0x1A, 0x45, 0xDF, 0xA3};
  constexpr uint8_t kSegment[] = {0x18, 0x53, 0x80, 0x67};
  if (bytes.size() < sizeof kEbml || std::memcmp(bytes.data(), kEbml, sizeof kEbml) != 0) return kUnknown;
  size_t at = sizeof kEbml;
  const int64_t header = EbmlLength(bytes, at);
  if (header < 0 || header > static_cast<int64_t>(bytes.size() - at)) return kUnknown;
  at += static_cast<size_t>(header);
  if (at + sizeof kSegment > bytes.size() || std::memcmp(&bytes[at], kSegment, sizeof kSegment) != 0) {
    return kUnknown;
  }
  at += sizeof kSegment;
  const int64_t segment = EbmlLength(bytes, at);
  return segment < 0 ? kUnknown : static_cast<int64_t>(at) + segment;
}

// Where the first RIFF chunk ends (AVI files over 1 GiB go on with others behind it).
int64_t RiffEnd(const std::vector<uint8_t>& bytes) {
  if (bytes.size() < 12 || std::memcmp(bytes.data(), "RIFF", 4) != 0) return kUnknown;
  const int64_t size =
      int64_t{bytes[4]} | int64_t{bytes[5]} << 8 | int64_t{bytes[6]} << 16 | int64_t{bytes[7]} << 24;
  // Writers to a pipe leave 0 or all ones.
  return size == 0 || size == 0xFFFFFFFF ? kUnknown : size + 8;
}

int64_t IndexEnd(const AVStream& stream) {
  AVStream* access = const_cast<AVStream*>(&stream);  // the C interface knows no const, and changes nothing
  int64_t end = kUnknown;
  for (int i = avformat_index_get_entries_count(access) - 1; i >= 0; --i) {
    const AVIndexEntry* entry = avformat_index_get_entry(access, i);
    if (entry != nullptr && entry->pos < INT64_MAX - entry->size)
      end = std::max(end, entry->pos + entry->size);
  }
  return end;
}

}  // namespace

bool IsShorterThanPromised(const std::string& path, const AVStream& stream) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
  const std::vector<uint8_t> head = Head(path);
  return std::max({MatroskaEnd(head), RiffEnd(head), IndexEnd(stream)}) >
         static_cast<int64_t>(status.st_size);
}

}  // namespace waveshift::media
