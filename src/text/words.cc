// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "text/words.h"

#include <unicode/brkiter.h>
#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>
#include <unicode/utext.h>

#include <algorithm>
#include <array>
#include <memory>

#include "text/language.h"
#include "text/utf8_internal.h"

namespace waveshift::text {
namespace {

icu::Locale LocaleOf(std::string_view tag) {
  UErrorCode error = U_ZERO_ERROR;
  icu::Locale locale =
      icu::Locale::forLanguageTag(icu::StringPiece(tag.data(), static_cast<int32_t>(tag.size())), error);
  return U_SUCCESS(error) ? locale : icu::Locale::getRoot();
}

std::string Fold(std::string_view word) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* const folder = icu::Normalizer2::getNFKCCasefoldInstance(error);
  if (U_FAILURE(error)) return std::string(word);
  const icu::UnicodeString folded = folder->normalize(
      icu::UnicodeString::fromUTF8(icu::StringPiece(word.data(), static_cast<int32_t>(word.size()))), error);
  std::string utf8;
  folded.toUTF8String(utf8);
  return U_SUCCESS(error) ? utf8 : std::string(word);
}

// Marks behind which a capital letter says nothing about a name.
bool EndsSentence(int32_t c) {
  constexpr std::u32string_view kMarks = U".!?…。！？:：;；\"“”„«»‹›‘「」『』—–¡¿(";
  return c == '\n' || (c > 0 && kMarks.find(static_cast<char32_t>(c)) != std::u32string_view::npos);
}

Word Describe(std::string_view text, size_t begin, size_t end) {
  Word word{.begin = begin, .end = end, .folded = Fold(text.substr(begin, end - begin))};
  bool is_first_letter = true;
  for (size_t at = begin; at < end;) {
    const int32_t c = internal::NextCodePoint(text, &at);
    if (c < 0) continue;
    word.has_digit = word.has_digit || u_isdigit(c);
    if (is_first_letter && u_isalpha(c)) {
      word.is_capital = u_isupper(c) || u_istitle(c);
      is_first_letter = false;
    }
  }
  return word;
}

bool HasMark(std::string_view between) {
  for (size_t at = 0; at < between.size();) {
    if (EndsSentence(internal::NextCodePoint(between, &at))) return true;
  }
  return false;
}

}  // namespace

std::vector<Word> SplitWords(std::string_view utf8, std::string_view language) {
  std::vector<Word> words;
  UErrorCode error = U_ZERO_ERROR;
  const std::unique_ptr<icu::BreakIterator> breaks(
      icu::BreakIterator::createWordInstance(LocaleOf(language), error));
  UText source = UTEXT_INITIALIZER;
  utext_openUTF8(&source, utf8.data(), static_cast<int64_t>(utf8.size()), &error);
  if (breaks && U_SUCCESS(error)) breaks->setText(&source, error);
  if (breaks && U_SUCCESS(error)) {
    size_t last_end = 0;
    int32_t begin = breaks->first();
    for (int32_t end = breaks->next(); end != icu::BreakIterator::DONE; begin = end, end = breaks->next()) {
      if (breaks->getRuleStatus() < UBRK_WORD_NONE_LIMIT) continue;
      const auto from = static_cast<size_t>(begin);
      words.push_back(Describe(utf8, from, static_cast<size_t>(end)));
      words.back().begins_sentence = words.size() == 1 || HasMark(utf8.substr(last_end, from - last_end));
      last_end = words.back().end;
    }
  }
  utext_close(&source);
  return words;
}

std::map<std::string, size_t> LettersByScript(std::string_view utf8) {
  std::map<std::string, size_t> letters;
  for (size_t at = 0; at < utf8.size();) {
    const int32_t c = internal::NextCodePoint(utf8, &at);
    if (c < 0 || !u_isalpha(c)) continue;
    UErrorCode error = U_ZERO_ERROR;
    const UScriptCode script = uscript_getScript(c, &error);
    if (U_FAILURE(error) || script == USCRIPT_COMMON || script == USCRIPT_INHERITED) continue;
    ++letters[uscript_getShortName(script)];
  }
  return letters;
}

std::vector<std::string> ScriptsOfLanguage(std::string_view tag) {
  std::array<UScriptCode, 8> codes{};
  UErrorCode error = U_ZERO_ERROR;
  const int32_t count = uscript_getCode(LocaleOf(tag).getName(), codes.data(), codes.size(), &error);
  std::vector<std::string> scripts;
  for (int32_t i = 0; U_SUCCESS(error) && i < std::min<int32_t>(count, codes.size()); ++i) {
    // Simplified and traditional Han are one script in Unicode's tables of characters.
    const std::string name = uscript_getShortName(codes[static_cast<size_t>(i)]);
    scripts.push_back(name == "Hans" || name == "Hant" ? "Hani" : name);
  }
  return scripts;
}

std::string CapitalizeFirst(std::string_view utf8, std::string_view language) {
  for (size_t at = 0; at < utf8.size();) {
    const size_t begin = at;
    const int32_t c = internal::NextCodePoint(utf8, &at);
    if (c < 0 || !u_isalpha(c)) {
      if (c >= 0 && u_isdigit(c)) break;
      continue;
    }
    icu::UnicodeString letter(static_cast<UChar32>(c));
    letter.toUpper(LocaleOf(language));
    std::string upper;
    letter.toUTF8String(upper);
    return std::string(utf8.substr(0, begin)) + upper + std::string(utf8.substr(at));
  }
  return std::string(utf8);
}

}  // namespace waveshift::text
