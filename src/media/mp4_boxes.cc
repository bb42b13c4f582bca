// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "media/mp4_boxes.h"

namespace waveshift::media {
namespace {

constexpr size_t kHeader = 8;
constexpr size_t kLargeHeader = 16;

}  // namespace

void BoxWriter::Begin(std::string_view type) {
  open_.push_back(bytes_.size());
  U32(0);
  bytes_ += type;
}

void BoxWriter::BeginFull(std::string_view type, int version, uint32_t flags) {
  Begin(type);
  U32((static_cast<uint32_t>(version) << 24) | (flags & 0xFFFFFF));
}

void BoxWriter::End() {
  const size_t start = open_.back();
  open_.pop_back();
  const auto size = static_cast<uint32_t>(bytes_.size() - start);
  for (size_t i = 0; i < 4; ++i) bytes_[start + i] = static_cast<char>((size >> (24 - 8 * i)) & 255);
}

void BoxWriter::U16(uint32_t v) {
  U8(v >> 8);
  U8(v);
}

void BoxWriter::U32(uint32_t v) {
  U16(v >> 16);
  U16(v);
}

void BoxWriter::U64(uint64_t v) {
  U32(static_cast<uint32_t>(v >> 32));
  U32(static_cast<uint32_t>(v));
}

uint64_t BoxReader::Number(size_t size) {
  if (bytes_.size() - at_ < size) {
    ok_ = false;
    at_ = bytes_.size();
    return 0;
  }
  uint64_t value = 0;
  for (size_t i = 0; i < size; ++i) value = (value << 8) | static_cast<uint8_t>(bytes_[at_++]);
  return value;
}

void BoxReader::Skip(size_t count) {
  if (bytes_.size() - at_ < count) {
    ok_ = false;
    count = bytes_.size() - at_;
  }
  at_ += count;
}

std::vector<Box> Boxes(std::string_view bytes) {
  std::vector<Box> boxes;
  while (bytes.size() >= kHeader) {
    BoxReader reader(bytes);
    uint64_t size = reader.U32();
    size_t header = kHeader;
    const std::string type(bytes.substr(4, 4));
    if (size == 1) {
      reader.Skip(4);
      size = reader.U64();
      header = kLargeHeader;
    }
    if (!reader.ok() || size < header || size > bytes.size()) break;
    boxes.push_back({type, bytes.substr(0, size), bytes.substr(header, size - header)});
    bytes.remove_prefix(size);
  }
  return boxes;
}

Box FindBox(std::string_view bytes, std::string_view path) {
  const size_t slash = path.find('/');
  const std::string_view head = path.substr(0, slash);
  for (const Box& box : Boxes(bytes)) {
    if (box.type != head) continue;
    return slash == std::string_view::npos ? box : FindBox(box.body, path.substr(slash + 1));
  }
  return {};
}

}  // namespace waveshift::media
