// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_RUNTIME_ONNX_PROTO_WRITER_H_
#define WAVESHIFT_RUNTIME_ONNX_PROTO_WRITER_H_

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace waveshift::onnx {

// A message of protocol buffers under construction: what ONNX files are made of. Field numbers are those of
// onnx.proto.
class Proto {
 public:
  Proto& Int(int field, uint64_t value) {
    Varint(static_cast<uint64_t>(field) << 3);
    return Varint(value);
  }
  Proto& Float(int field, float value) {
    Varint(static_cast<uint64_t>(field) << 3 | 5);
    const auto bits = std::bit_cast<uint32_t>(value);
    for (int i = 0; i < 4; ++i) bytes_.push_back(static_cast<char>((bits >> (8 * i)) & 0xFF));
    return *this;
  }
  Proto& Bytes(int field, std::string_view value) {
    Varint(static_cast<uint64_t>(field) << 3 | 2);
    Varint(value.size());
    bytes_.append(value);
    return *this;
  }
  Proto& Message(int field, const Proto& message) { return Bytes(field, message.bytes()); }
  const std::string& bytes() const { return bytes_; }

 private:
  Proto& Varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<char>((value & 0x7F) | 0x80));
    bytes_.push_back(static_cast<char>(value));
    return *this;
  }
  std::string bytes_;
};

}  // namespace waveshift::onnx

#endif  // WAVESHIFT_RUNTIME_ONNX_PROTO_WRITER_H_
