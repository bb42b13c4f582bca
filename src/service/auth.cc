// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/auth.h"

#include <algorithm>
#include <cstddef>

#include "base/base64.h"

namespace waveshift::service {
namespace {

constexpr size_t kMaxAuthorizationBytes = 8192;

bool StartsWithWord(std::string_view text, std::string_view lower_word) {
  if (text.size() <= lower_word.size() || text[lower_word.size()] != ' ') return false;
  return std::equal(lower_word.begin(), lower_word.end(), text.begin(),
                    [](char a, char b) { return a == b || (b >= 'A' && b <= 'Z' && a == b - 'A' + 'a'); });
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

bool EqualInConstantTime(std::string_view a, std::string_view b) {
  unsigned int difference = a.size() == b.size() ? 0 : 1;
  for (size_t i = 0; i < a.size(); ++i) {
    const char other = b.empty() ? '\0' : b[i % b.size()];
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(other);
  }
  return difference == 0;
}

bool CarriesToken(std::string_view authorization, std::string_view token) {
  if (authorization.size() > kMaxAuthorizationBytes) return false;
  if (StartsWithWord(authorization, "bearer"))
    return EqualInConstantTime(Trim(authorization.substr(7)), token);
  if (!StartsWithWord(authorization, "basic")) return false;
  const auto pair = DecodeBase64(Trim(authorization.substr(6)));
  if (!pair) return false;
  const size_t colon = pair->find(':');
  return colon != std::string::npos && EqualInConstantTime(std::string_view(*pair).substr(colon + 1), token);
}

std::string SaneRequestId(std::string_view value) {
  if (value.empty() || value.size() > 128) return {};
  const bool sane = std::all_of(value.begin(), value.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == ':' || c == '-';
  });
  return sane ? std::string(value) : std::string();
}

}  // namespace waveshift::service
