// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// A GGUF file put together by hand, so that a test can break it at any place.
#ifndef WAVESHIFT_RUNTIME_GGML_GGUF_TEST_TOOLS_H_
#define WAVESHIFT_RUNTIME_GGML_GGUF_TEST_TOOLS_H_

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace waveshift::ggml {

template <typename T>
std::string Little(T value) {
  std::string bytes(sizeof(T), '\0');
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}

inline std::string Sized(std::string_view text) { return Little<uint64_t>(text.size()) + std::string(text); }

// One metadata entry: key, number of the type, content as it stands in the file.
inline std::string Entry(std::string_view key, uint32_t type, std::string_view content) {
  return Sized(key) + Little(type) + std::string(content);
}

// One tensor's description; `extents` fastest first, as the file has them.
inline std::string Info(std::string_view name, const std::vector<uint64_t>& extents, uint32_t type,
                        uint64_t offset) {
  std::string out = Sized(name) + Little<uint32_t>(static_cast<uint32_t>(extents.size()));
  for (const uint64_t extent : extents) out += Little(extent);
  return out + Little(type) + Little(offset);
}

struct HandMade {
  std::string magic = "GGUF";
  uint32_t version = 3;
  std::vector<std::string> entries;
  std::vector<std::string> infos;
  std::string data;  // begins at the next multiple of `alignment`
  size_t alignment = 32;

  std::string Bytes() const {
    std::string out =
        magic + Little(version) + Little<uint64_t>(infos.size()) + Little<uint64_t>(entries.size());
    for (const std::string& entry : entries) out += entry;
    for (const std::string& info : infos) out += info;
    out.resize((out.size() + alignment - 1) / alignment * alignment, '\0');
    return out + data;
  }
};

}  // namespace waveshift::ggml

#endif  // WAVESHIFT_RUNTIME_GGML_GGUF_TEST_TOOLS_H_
