// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// UTF-8 one code point at a time. Room-internal.
#ifndef WAVESHIFT_TEXT_UTF8_INTERNAL_H_
#define WAVESHIFT_TEXT_UTF8_INTERNAL_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace waveshift::text::internal {

// Offset of the first ill-formed byte, npos when there is none.
size_t FindInvalidUtf8(std::string_view bytes);

// The code point at `*at`, which moves past it; negative for an ill-formed sequence (which is stepped over).
int32_t NextCodePoint(std::string_view bytes, size_t* at);

// Nothing is appended for what is no code point.
void AppendCodePoint(std::string* out, int32_t code_point);

bool IsAsciiSpace(char c);
bool IsAsciiDigit(char c);
// Without ASCII white space at both ends.
std::string_view TrimAscii(std::string_view text);
std::string LowerAscii(std::string_view text);

// Han, Kana or CJK punctuation: scripts written without spaces.
bool IsSpacelessCjk(int32_t code_point);

// Text from outside as it may stand in a one-line message: no control characters, shortened to
// `max_code_points`.
std::string Excerpt(std::string_view text, size_t max_code_points = 40);

struct LineColumn {
  size_t line = 1;    // from 1; CR, LF and CRLF end a line
  size_t column = 1;  // from 1, in code points
};
LineColumn LineColumnAt(std::string_view bytes, size_t offset);

}  // namespace waveshift::text::internal

#endif  // WAVESHIFT_TEXT_UTF8_INTERNAL_H_
