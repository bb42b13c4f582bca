// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_BASE_BASE64_H_
#define WAVESHIFT_BASE_BASE64_H_

#include <optional>
#include <string>
#include <string_view>

namespace waveshift {

// Base64 with the standard alphabet and padding (RFC 4648, section 4), without line breaks. Any thread.
std::string EncodeBase64(std::string_view bytes);

// The bytes again; padding may be missing. nullopt for a character that is none of the alphabet. Any thread.
std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace waveshift

#endif  // WAVESHIFT_BASE_BASE64_H_
