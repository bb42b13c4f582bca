// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Text as a row of code points, for rules that look at single characters.
#ifndef WAVESHIFT_TEXT_CODE_POINTS_H_
#define WAVESHIFT_TEXT_CODE_POINTS_H_

#include <string>
#include <string_view>

namespace waveshift::text {

// Ill-formed bytes are left out.
std::u32string ToCodePoints(std::string_view utf8);
// Surrogates and numbers above U+10FFFF are left out.
std::string ToUtf8(std::u32string_view code_points);

// Canonical decomposition (NFD): U+00E3 becomes a and U+0303.
std::u32string Decompose(std::u32string_view code_points);
// Compatibility composition (NFKC): full-width letters, ligatures and circled digits become plain ones.
std::u32string ComposeCompatible(std::u32string_view code_points);

// Chinese in simplified characters, when it is written in traditional ones (a sixth of its characters or more
// would change); else as it is.
std::u32string SimplifiedHan(std::u32string_view code_points);

bool IsHan(char32_t c);     // Chinese characters, also those of Japanese
bool IsKana(char32_t c);    // hiragana, katakana and the long mark
bool IsLatin(char32_t c);   // a letter of the Latin script
bool IsLetter(char32_t c);  // of any script
bool IsMark(char32_t c);    // a combining mark
bool IsDigit(char32_t c);   // decimal digit of any script
bool IsUpper(char32_t c);
bool IsSpace(char32_t c);
char32_t ToLower(char32_t c);

}  // namespace waveshift::text

#endif  // WAVESHIFT_TEXT_CODE_POINTS_H_
