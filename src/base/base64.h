// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_BASE_BASE64_H_
#define WAVESHIFT_BASE_BASE64_H_

#include <string>
#include <string_view>

namespace waveshift {

// Base64 with the standard alphabet and padding (RFC 4648, section 4), without line breaks. Any thread.
std::string EncodeBase64(std::string_view bytes);

}  // namespace waveshift

#endif  // WAVESHIFT_BASE_BASE64_H_
