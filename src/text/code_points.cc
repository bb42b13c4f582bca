// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "text/code_points.h"

#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>

#include "text/utf8_internal.h"

namespace waveshift::text {
namespace {

std::u32string FromIcu(const icu::UnicodeString& text) {
  std::u32string out;
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    out.push_back(static_cast<char32_t>(text.char32At(i)));
  }
  return out;
}

// nullptr when ICU's data are missing. Asked for once, under the guard of a static variable: ThreadSanitizer
// does not see that ICU guards it as well.
const icu::Normalizer2* Instance(const icu::Normalizer2* (*get)(UErrorCode& error)) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* how = get(error);
  return U_SUCCESS(error) ? how : nullptr;
}

std::u32string Normalize(const icu::Normalizer2* how, std::u32string_view code_points) {
  if (how == nullptr) return std::u32string(code_points);
  UErrorCode error = U_ZERO_ERROR;
  icu::UnicodeString given;
  for (const char32_t c : code_points) given.append(static_cast<UChar32>(c));
  const icu::UnicodeString made = how->normalize(given, error);
  if (U_FAILURE(error)) return std::u32string(code_points);
  return FromIcu(made);
}

UScriptCode ScriptOf(char32_t c) {
  UErrorCode error = U_ZERO_ERROR;
  const UScriptCode script = uscript_getScript(static_cast<UChar32>(c), &error);
  return U_SUCCESS(error) ? script : USCRIPT_INVALID_CODE;
}

}  // namespace

std::u32string ToCodePoints(std::string_view utf8) {
  std::u32string out;
  out.reserve(utf8.size());
  size_t at = 0;
  while (at < utf8.size()) {
    const int32_t c = internal::NextCodePoint(utf8, &at);
    if (c >= 0) out.push_back(static_cast<char32_t>(c));
  }
  return out;
}

std::string ToUtf8(std::u32string_view code_points) {
  std::string out;
  out.reserve(code_points.size() * 2);
  for (const char32_t c : code_points) {
    if (c <= 0x10FFFF) internal::AppendCodePoint(&out, static_cast<int32_t>(c));
  }
  return out;
}

std::u32string Decompose(std::u32string_view code_points) {
  static const icu::Normalizer2* const how = Instance(&icu::Normalizer2::getNFDInstance);
  return Normalize(how, code_points);
}

std::u32string ComposeCompatible(std::u32string_view code_points) {
  static const icu::Normalizer2* const how = Instance(&icu::Normalizer2::getNFKCInstance);
  return Normalize(how, code_points);
}

std::u32string SimplifiedHan(std::u32string_view code_points) {
  static const icu::Transliterator* const transliterator = [] {
    UErrorCode error = U_ZERO_ERROR;
    return icu::Transliterator::createInstance("Traditional-Simplified", UTRANS_FORWARD, error);
  }();
  if (transliterator == nullptr) return std::u32string(code_points);
  icu::UnicodeString text;
  for (const char32_t c : code_points) text.append(static_cast<UChar32>(c));
  transliterator->transliterate(text);
  const std::u32string simplified = FromIcu(text);
  if (simplified.size() != code_points.size()) return std::u32string(code_points);
  size_t han = 0;
  size_t changed = 0;
  for (size_t i = 0; i < simplified.size(); ++i) {
    han += IsHan(code_points[i]) ? 1 : 0;
    changed += simplified[i] != code_points[i] ? 1 : 0;
  }
  return changed * 6 >= han && changed > 0 ? simplified : std::u32string(code_points);
}

bool IsHan(char32_t c) {
  return c == U'〇' || (ScriptOf(c) == USCRIPT_HAN && u_charType(static_cast<UChar32>(c)) == U_OTHER_LETTER);
}

bool IsKana(char32_t c) {
  const UScriptCode script = ScriptOf(c);
  return script == USCRIPT_HIRAGANA || script == USCRIPT_KATAKANA || c == U'ー';
}

bool IsLatin(char32_t c) { return ScriptOf(c) == USCRIPT_LATIN && IsLetter(c); }
bool IsLetter(char32_t c) { return u_isalpha(static_cast<UChar32>(c)) != 0; }
bool IsMark(char32_t c) { return (U_GET_GC_MASK(static_cast<UChar32>(c)) & U_GC_M_MASK) != 0; }
bool IsDigit(char32_t c) { return u_isdigit(static_cast<UChar32>(c)) != 0; }
bool IsUpper(char32_t c) { return u_isupper(static_cast<UChar32>(c)) != 0; }
bool IsSpace(char32_t c) { return u_isUWhiteSpace(static_cast<UChar32>(c)) != 0; }
char32_t ToLower(char32_t c) { return static_cast<char32_t>(u_tolower(static_cast<UChar32>(c))); }

}  // namespace waveshift::text
