// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "base/base64.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstddef>

namespace waveshift {
namespace {

// The library counts in int. A multiple of three needs no padding in the middle.
constexpr size_t kMostAtOnce = size_t{3} << 20;

}  // namespace

std::string EncodeBase64(std::string_view bytes) {
  std::string text;
  while (!bytes.empty()) {
    const size_t count = std::min(bytes.size(), kMostAtOnce);
    const size_t at = text.size();
    const size_t length = (count + 2) / 3 * 4;
    text.resize(at + length + 1);  // the library ends with a zero
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data() + at),
                    reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(count));
    text.resize(at + length);
    bytes.remove_prefix(count);
  }
  return text;
}

}  // namespace waveshift
