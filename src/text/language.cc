// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "text/language.h"

#include <unicode/brkiter.h>
#include <unicode/locid.h>
#include <unicode/uloc.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "text/utf8_internal.h"

namespace waveshift::text {
namespace {

constexpr size_t kLongestTag = 100;

// English names of languages, in lower case, to tags: "chinese" -> "zh". ICU's list, with the everyday names
// it lacks.
const std::map<std::string, std::string, std::less<>>& LanguageWords() {
  static const auto* const words = [] {
    auto* made = new std::map<std::string, std::string, std::less<>>{{"mandarin", "zh"},
                                                                     {"mandarin chinese", "zh"},
                                                                     {"simplified chinese", "zh-Hans"},
                                                                     {"traditional chinese", "zh-Hant"},
                                                                     {"brazilian portuguese", "pt-BR"}};
    for (const char* const* code = uloc_getISOLanguages(); code != nullptr && *code != nullptr; ++code) {
      icu::UnicodeString name;
      icu::Locale(*code).getDisplayLanguage(icu::Locale::getEnglish(), name);
      std::string utf8;
      name.toUTF8String(utf8);
      made->emplace(internal::LowerAscii(utf8), *code);
    }
    return made;
  }();
  return *words;
}

bool IsTagCharacter(char c) {
  return c == '-' || internal::IsAsciiDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

icu::Locale LocaleOfTag(std::string_view tag) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Locale locale =
      icu::Locale::forLanguageTag(icu::StringPiece(tag.data(), static_cast<int32_t>(tag.size())), error);
  return U_SUCCESS(error) ? locale : icu::Locale::getRoot();
}

// "" when ICU cannot make a canonical tag of it.
std::string CanonicalTag(const std::string& tag) {
  // forLanguageTag stops silently at the first bad subtag; the C function tells how far it came.
  char buffer[ULOC_FULLNAME_CAPACITY] = {};
  int32_t parsed = 0;
  UErrorCode error = U_ZERO_ERROR;
  uloc_forLanguageTag(tag.c_str(), buffer, sizeof buffer, &parsed, &error);
  if (U_FAILURE(error) || error == U_STRING_NOT_TERMINATED_WARNING ||
      parsed != static_cast<int32_t>(tag.size())) {
    return "";
  }
  icu::Locale locale = LocaleOfTag(tag);
  locale.canonicalize(error);
  auto canonical = locale.toLanguageTag<std::string>(error);
  return U_SUCCESS(error) ? canonical : "";
}

}  // namespace

StatusOr<std::string> CanonicalLanguage(std::string_view tag_or_word) {
  const std::string_view given = internal::TrimAscii(tag_or_word);
  const auto refuse = [&] {
    return InvalidArgument("'" + internal::Excerpt(given) + "' is no language tag (such as en, zh or pt-BR)");
  };
  if (given.empty() || given.size() > kLongestTag) return refuse();
  const std::string lower = internal::LowerAscii(given);
  // Two or three letters are a code, also where some language's name is as short ("ga").
  if (lower.size() > 3) {
    const auto word = LanguageWords().find(lower);
    if (word != LanguageWords().end()) return word->second;
  }
  std::string tag(given);
  std::replace(tag.begin(), tag.end(), '_', '-');
  if (!std::all_of(tag.begin(), tag.end(), IsTagCharacter)) return refuse();
  std::string canonical = CanonicalTag(tag);
  // The standard has room for primary subtags of 4 to 8 letters, but none was ever registered: such a one is
  // a misspelt word.
  const size_t primary = PrimarySubtag(canonical).size();
  const size_t primary_given = PrimarySubtag(tag).size();
  const bool grandfathered = primary_given == 1 && !canonical.starts_with("und");  // "i-klingon"
  if (primary < 2 || primary > 3 || ((primary_given < 2 || primary_given > 3) && !grandfathered))
    return refuse();
  return canonical;
}

std::string PrimarySubtag(std::string_view tag) {
  return internal::LowerAscii(tag.substr(0, tag.find_first_of("-_")));
}

std::string LanguageName(std::string_view tag) {
  if (tag.empty() || tag.size() > kLongestTag) return std::string(tag);
  const icu::Locale locale = LocaleOfTag(tag);
  // An unknown language comes back as its code.
  icu::UnicodeString language;
  locale.getDisplayLanguage(locale, language);
  std::string code;
  language.toUTF8String(code);
  if (code.empty() || *locale.getLanguage() == '\0' || code == locale.getLanguage()) return std::string(tag);
  icu::UnicodeString name;
  locale.getDisplayName(locale, name);
  // Many languages write their own name in lower case; in a menu it stands alone.
  name.toTitle(nullptr, locale, U_TITLECASE_SENTENCES | U_TITLECASE_NO_LOWERCASE);
  std::string utf8;
  name.toUTF8String(utf8);
  return utf8;
}

std::string Iso639Part2(std::string_view tag) {
  if (tag.size() > kLongestTag) return "und";
  const std::string code = LocaleOfTag(tag).getISO3Language();
  return code.empty() ? "und" : code;
}

}  // namespace waveshift::text
