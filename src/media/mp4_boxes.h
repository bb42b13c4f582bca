// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Inside this room only: boxes of ISO/IEC 14496-12, read and written as bytes.
#ifndef WAVESHIFT_MEDIA_MP4_BOXES_H_
#define WAVESHIFT_MEDIA_MP4_BOXES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace waveshift::media {

// Writes nested boxes.
class BoxWriter {
 public:
  void Begin(std::string_view type);
  // With the version and flags of a full box.
  void BeginFull(std::string_view type, int version, uint32_t flags);
  void End();
  void U8(uint32_t v) { bytes_ += static_cast<char>(v & 255); }
  void U16(uint32_t v);
  void U32(uint32_t v);
  void U64(uint64_t v);
  void Zeros(size_t count) { bytes_.append(count, '\0'); }
  void Bytes(std::string_view bytes) { bytes_ += bytes; }
  const std::string& bytes() const { return bytes_; }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
  std::vector<size_t> open_;
};

// Reads big-endian numbers; behind the end they are 0 and ok() is false.
class BoxReader {
 public:
  explicit BoxReader(std::string_view bytes) : bytes_(bytes) {}
  uint32_t U8() { return static_cast<uint32_t>(Number(1)); }
  uint32_t U16() { return static_cast<uint32_t>(Number(2)); }
  uint32_t U32() { return static_cast<uint32_t>(Number(4)); }
  uint64_t U64() { return Number(8); }
  void Skip(size_t count);
  std::string_view rest() const { return bytes_.substr(at_); }
  bool ok() const { return ok_; }

 private:
  uint64_t Number(size_t size);
  std::string_view bytes_;
  size_t at_ = 0;
  bool ok_ = true;
};

struct Box {
  std::string type;
  std::string_view whole;  // with its header
  std::string_view body;
};

// The boxes that follow each other in `bytes`; a broken one ends the list.
std::vector<Box> Boxes(std::string_view bytes);

// The first box at a path like "moov/trak/mdia"; its body is empty and its type "" when there is none.
Box FindBox(std::string_view bytes, std::string_view path);

}  // namespace waveshift::media

#endif  // WAVESHIFT_MEDIA_MP4_BOXES_H_
