// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "base/files.h"
#include "models/catalogue_checks_internal.h"

namespace waveshift::models::internal {
namespace {

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsAlnum(char c) { return IsLower(c) || IsDigit(c) || (c >= 'A' && c <= 'Z'); }

bool AllOf(std::string_view text, std::string_view others) {
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return IsAlnum(c) || others.find(c) != std::string_view::npos; });
}

size_t Count(std::string_view text, std::string_view what) {
  size_t count = 0;
  for (size_t at = 0; (at = text.find(what, at)) != std::string_view::npos; at += what.size()) ++count;
  return count;
}

}  // namespace

bool IsModelName(std::string_view text) {
  return !text.empty() && text.size() <= 64 && (IsLower(text.front()) || IsDigit(text.front())) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return IsLower(c) || IsDigit(c) || c == '.' || c == '_' || c == '-'; });
}

bool IsPlainWord(std::string_view text) {
  return !text.empty() && text.size() <= 128 && IsAlnum(text.front()) && AllOf(text, "._+-");
}

bool IsPackageName(std::string_view text) {
  if (!text.starts_with('@')) return IsPlainWord(text);
  const size_t slash = text.find('/');
  return slash != std::string_view::npos && IsPlainWord(text.substr(1, slash - 1)) &&
         IsPlainWord(text.substr(slash + 1));
}

bool IsRepository(std::string_view text) {
  const size_t slash = text.find('/');
  return slash != std::string_view::npos && IsPlainWord(text.substr(0, slash)) &&
         IsPlainWord(text.substr(slash + 1));
}

bool IsPlainPath(std::string_view text) {
  return text.size() <= 300 && IsSafeRelativePath(text) && AllOf(text, "._+-/") && text.front() != '.' &&
         text.front() != '-' && text.find("/.") == std::string_view::npos &&
         text.find("/-") == std::string_view::npos;
}

bool IsModelPath(std::string_view text) {
  return IsPlainPath(text) && !text.ends_with(".part") && !text.ends_with(".part.json") &&
         !text.ends_with(".sha256");
}

bool IsSha256(std::string_view text) {
  return text.size() == 64 &&
         std::all_of(text.begin(), text.end(), [](char c) { return IsDigit(c) || (c >= 'a' && c <= 'f'); });
}

bool IsAddress(std::string_view text) {
  const size_t begin = text.starts_with("https://") ? 8 : text.starts_with("http://") ? 7 : 0;
  if (begin == 0 || text.size() > 2000) return false;
  const std::string_view host = text.substr(begin, text.find_first_of("/?", begin) - begin);
  const bool printable = std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  return printable && !host.empty() && host.find('@') == std::string_view::npos &&
         text.find('#') == std::string_view::npos;
}

bool IsSiteForm(std::string_view text) {
  for (const char* name : {"{repository}", "{revision}", "{path}"}) {
    if (Count(text, name) != 1) return false;
  }
  return text.size() <= 200 && AllOf(text, "._-/{}?=&") && Count(text, "{") == 3 && Count(text, "}") == 3 &&
         !text.starts_with('/');
}

}  // namespace waveshift::models::internal
