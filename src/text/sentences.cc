// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <unicode/brkiter.h>
#include <unicode/locid.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <memory>

#include "text/code_points.h"
#include "text/language.h"
#include "text/read_aloud.h"

namespace waveshift::text {
namespace {

constexpr auto kAbbreviations = std::to_array<std::u32string_view>(
    {U"dr",     U"mr",  U"mrs", U"ms",  U"prof", U"st",   U"mt",   U"gen", U"col",  U"capt", U"lt",
     U"sgt",    U"rev", U"sen", U"gov", U"jr",   U"sr",   U"vs",   U"etc", U"no",   U"vol",  U"fig",
     U"approx", U"e.g", U"i.e", U"cf",  U"sra",  U"srta", U"dra",  U"mme", U"mlle", U"dott", U"sig",
     U"nr",     U"bzw", U"ca",  U"pp",  U"p",    U"inc",  U"ltd",  U"co",  U"corp", U"a.m",  U"p.m",
     U"u.s",    U"jan", U"feb", U"mar", U"apr",  U"aug",  U"sept", U"oct", U"nov",  U"dec"});

std::u32string_view Trim(std::u32string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

// True when the full stop at the end belongs to a word ("Dr.", "J.") and a word follows.
bool EndsInAbbreviation(std::u32string_view sentence) {
  sentence = Trim(sentence);
  if (sentence.empty() || sentence.back() != U'.') return false;
  sentence.remove_suffix(1);
  size_t begin = sentence.size();
  while (begin > 0 && (IsLetter(sentence[begin - 1]) || sentence[begin - 1] == U'.')) --begin;
  std::u32string word(sentence.substr(begin));
  if (word.size() == 1 && IsUpper(word[0]) && word[0] != U'I') return true;  // an initial
  for (char32_t& c : word) c = ToLower(c);
  return std::find(kAbbreviations.begin(), kAbbreviations.end(), word) != kAbbreviations.end();
}

std::vector<std::u32string> RawSentences(std::string_view utf8, std::string_view language) {
  UErrorCode error = U_ZERO_ERROR;
  const std::string tag(language.empty() ? std::string_view("en") : language);
  const icu::Locale locale = icu::Locale::forLanguageTag(tag, error);
  error = U_ZERO_ERROR;
  const std::unique_ptr<icu::BreakIterator> breaks(icu::BreakIterator::createSentenceInstance(locale, error));
  std::u32string all = ToCodePoints(utf8);
  if (U_FAILURE(error) || breaks == nullptr) return {std::move(all)};
  icu::UnicodeString text;
  for (const char32_t c : all) text.append(static_cast<UChar32>(c));
  breaks->setText(text);
  std::vector<std::u32string> sentences;
  int32_t begin = breaks->first();
  for (int32_t end = breaks->next(); end != icu::BreakIterator::DONE; begin = end, end = breaks->next()) {
    std::u32string sentence;
    for (int32_t i = begin; i < end; i = text.moveIndex32(i, 1)) {
      sentence.push_back(static_cast<char32_t>(text.char32At(i)));
    }
    sentences.push_back(std::move(sentence));
  }
  return sentences;
}

// Where a piece of at most `most` characters ends: behind the last clause mark, else the last space, else a
// whole character.
size_t CutAt(std::u32string_view text, size_t most) {
  static constexpr std::u32string_view kClauseMarks = U",;:，；：、—…)）";
  for (size_t i = most; i > most / 3; --i) {
    if (kClauseMarks.find(text[i - 1]) != kClauseMarks.npos && (i == text.size() || !IsDigit(text[i])))
      return i;
  }
  for (size_t i = most; i > most / 3; --i) {
    if (IsSpace(text[i - 1])) return i;
  }
  size_t cut = most;
  while (cut > 1 && IsMark(text[cut])) --cut;
  return cut;
}

void AppendPieces(std::u32string_view sentence, size_t most, std::vector<std::string>* out) {
  sentence = Trim(sentence);
  while (sentence.size() > most) {
    const size_t cut = CutAt(sentence, most);
    if (const std::u32string_view piece = Trim(sentence.substr(0, cut)); !piece.empty())
      out->push_back(ToUtf8(piece));
    sentence = Trim(sentence.substr(cut));
  }
  if (!sentence.empty()) out->push_back(ToUtf8(sentence));
}

}  // namespace

std::vector<std::string> SplitSentences(std::string_view text, std::string_view language,
                                        size_t max_characters) {
  const size_t most = std::max<size_t>(max_characters, 4);
  std::vector<std::string> out;
  std::u32string sentence;
  const auto tag = CanonicalLanguage(language.empty() ? std::string_view("en") : language);
  for (const std::u32string& raw :
       RawSentences(text, tag.ok() ? std::string_view(*tag) : std::string_view("en"))) {
    sentence += raw;
    if (EndsInAbbreviation(sentence)) continue;
    AppendPieces(sentence, most, &out);
    sentence.clear();
  }
  AppendPieces(sentence, most, &out);
  return out;
}

}  // namespace waveshift::text
