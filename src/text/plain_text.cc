// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What language.h and the parsers need to know about characters.
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>

#include "text/language.h"
#include "text/utf8_internal.h"

namespace waveshift::text {
namespace internal {

size_t FindInvalidUtf8(std::string_view bytes) {
  size_t at = 0;
  while (at < bytes.size()) {
    const size_t start = at;
    if (NextCodePoint(bytes, &at) < 0) return start;
  }
  return std::string_view::npos;
}

int32_t NextCodePoint(std::string_view bytes, size_t* at) {
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  const auto size = bytes.size();
  size_t i = *at;
  UChar32 c = 0;
  U8_NEXT(data, i, size, c);
  *at = i;
  return c;
}

void AppendCodePoint(std::string* out, int32_t code_point) {
  if (code_point < 0 || code_point > 0x10FFFF || U_IS_SURROGATE(code_point)) return;
  char buffer[U8_MAX_LENGTH];
  size_t length = 0;
  U8_APPEND_UNSAFE(buffer, length, code_point);
  out->append(buffer, length);
}

bool IsAsciiSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool IsAsciiDigit(char c) { return c >= '0' && c <= '9'; }

std::string_view TrimAscii(std::string_view text) {
  while (!text.empty() && IsAsciiSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsAsciiSpace(text.back())) text.remove_suffix(1);
  return text;
}

std::string LowerAscii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool IsSpacelessCjk(int32_t code_point) {
  return (code_point >= 0x2E80 && code_point <= 0x30FF) ||  // radicals, CJK punctuation, kana
         (code_point >= 0x31F0 && code_point <= 0x9FFF) ||  // kana extensions, Han
         (code_point >= 0xF900 && code_point <= 0xFAFF) ||  // compatibility Han
         (code_point >= 0xFF01 && code_point <= 0xFF9F) ||  // full-width forms
         (code_point >= 0x20000 && code_point <= 0x3FFFF);  // Han of the supplementary planes
}

std::string Excerpt(std::string_view text, size_t max_code_points) {
  // Four bytes a code point at most, and some for what is dropped: no need to look at megabytes.
  const std::string plain = CollapseWhitespace(text.substr(0, max_code_points * 4 + 64));
  size_t at = 0;
  for (size_t n = 0; n < max_code_points && at < plain.size(); ++n) NextCodePoint(plain, &at);
  return at < plain.size() ? plain.substr(0, at) + "..." : plain;
}

LineColumn LineColumnAt(std::string_view bytes, size_t offset) {
  LineColumn place;
  offset = std::min(offset, bytes.size());
  size_t line_start = 0;
  for (size_t i = 0; i < offset; ++i) {
    const bool ends_line =
        bytes[i] == '\n' || (bytes[i] == '\r' && (i + 1 >= bytes.size() || bytes[i + 1] != '\n'));
    if (!ends_line) continue;
    ++place.line;
    line_start = i + 1;
  }
  for (size_t at = line_start; at < offset; ++place.column) NextCodePoint(bytes, &at);
  return place;
}

}  // namespace internal

bool IsValidUtf8(std::string_view bytes) {
  return internal::FindInvalidUtf8(bytes) == std::string_view::npos;
}

bool HasSayableWords(std::string_view utf8) {
  size_t at = 0;
  while (at < utf8.size()) {
    const int32_t c = internal::NextCodePoint(utf8, &at);
    if (c >= 0 && (U_GET_GC_MASK(c) & (U_GC_L_MASK | U_GC_N_MASK)) != 0) return true;
  }
  return false;
}

std::string CollapseWhitespace(std::string_view utf8) {
  constexpr int32_t kByteOrderMark = 0xFEFF;
  std::string out;
  out.reserve(utf8.size());
  bool space_waits = false;
  size_t at = 0;
  while (at < utf8.size()) {
    const int32_t c = internal::NextCodePoint(utf8, &at);
    if (c >= 0 && u_isUWhiteSpace(c)) {
      space_waits = !out.empty();
      continue;
    }
    // Ill-formed bytes go too, so that the result can stand anywhere.
    if (c < 0 || c == kByteOrderMark || u_charType(c) == U_CONTROL_CHAR) continue;
    if (space_waits) out.push_back(' ');
    space_waits = false;
    internal::AppendCodePoint(&out, c);
  }
  return out;
}

}  // namespace waveshift::text
