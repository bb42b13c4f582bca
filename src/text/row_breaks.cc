// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "text/row_breaks_internal.h"

#include <unicode/brkiter.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/utext.h>

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <utility>

#include "text/utf8_internal.h"

namespace waveshift::text::internal {
namespace {

constexpr int kLatinColumns = 42;
constexpr int kWideColumns = 40;

bool IsWide(int32_t c) {
  const int width = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);
  return width == U_EA_WIDE || width == U_EA_FULLWIDTH;
}

int ColumnsOf(int32_t c) {
  if ((U_GET_GC_MASK(c) & (U_GC_MN_MASK | U_GC_ME_MASK | U_GC_CF_MASK)) != 0) return 0;
  return IsWide(c) ? 2 : 1;
}

bool HasScript(std::string_view text, std::initializer_list<UScriptCode> scripts) {
  for (size_t at = 0; at < text.size();) {
    UErrorCode error = U_ZERO_ERROR;
    const UScriptCode script = uscript_getScript(NextCodePoint(text, &at), &error);
    if (U_SUCCESS(error) && std::find(scripts.begin(), scripts.end(), script) != scripts.end()) return true;
  }
  return false;
}

// Iterators cost far more to make than to use; each thread keeps those of its last language.
struct Iterators {
  std::string locale;
  std::unique_ptr<icu::BreakIterator> lines;
  std::unique_ptr<icu::BreakIterator> words;
};

Iterators& IteratorsFor(const std::string& locale) {
  thread_local Iterators kept;
  if (kept.lines == nullptr || kept.words == nullptr || kept.locale != locale) {
    UErrorCode error = U_ZERO_ERROR;
    const icu::Locale icu_locale(locale.c_str());
    kept.locale = locale;
    kept.lines.reset(icu::BreakIterator::createLineInstance(icu_locale, error));
    kept.words.reset(icu::BreakIterator::createWordInstance(icu_locale, error));
    if (U_FAILURE(error)) {
      kept.lines.reset();
      kept.words.reset();
    }
  }
  return kept;
}

// The boundaries that `iterator` finds, as byte offsets.
std::vector<size_t> Boundaries(icu::BreakIterator* iterator, std::string_view text) {
  std::vector<size_t> found;
  UErrorCode error = U_ZERO_ERROR;
  UText* utext = utext_openUTF8(nullptr, text.data(), static_cast<int64_t>(text.size()), &error);
  if (iterator != nullptr && U_SUCCESS(error)) {
    iterator->setText(utext, error);
    for (int32_t at = iterator->first(); U_SUCCESS(error) && at != icu::BreakIterator::DONE;
         at = iterator->next()) {
      found.push_back(static_cast<size_t>(at));
    }
    // The iterator must not hold on to text that goes away.
    UErrorCode ignored = U_ZERO_ERROR;
    utext = utext_openUTF8(utext, "", 0, &ignored);
    if (iterator != nullptr) iterator->setText(utext, ignored);
  }
  utext_close(utext);
  return found;
}

std::vector<size_t> AllowedBreaks(std::string_view text, const std::string& locale) {
  Iterators& iterators = IteratorsFor(locale);
  const std::vector<size_t> lines = Boundaries(iterators.lines.get(), text);
  const std::vector<size_t> words = Boundaries(iterators.words.get(), text);
  std::vector<size_t> both;
  std::set_intersection(lines.begin(), lines.end(), words.begin(), words.end(), std::back_inserter(both));
  if (!lines.empty()) return both;
  // Without ICU's data: at spaces.
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i - 1] == ' ') both.push_back(i);
  }
  return both;
}

std::string LocaleFor(std::string_view text, std::string_view language) {
  if (!language.empty() && language.size() < 40) {
    std::string locale(language);
    std::replace(locale.begin(), locale.end(), '-', '_');
    return locale;
  }
  if (HasKana(text)) return "ja";
  if (HasHangul(text)) return "ko";
  return HasHan(text) ? "zh" : "";
}

// Kind of a break between the rows `before` and `after`.
BreakKind KindOf(std::string_view before, std::string_view after) {
  const bool spaced = before.ends_with(' ');
  if (spaced) before.remove_suffix(1);
  int32_t last = 0;
  // Closing marks belong to what they close: the sentence ends before them.
  constexpr std::u32string_view kClosers = U"\"')]}\u201D\u2019\u00BB\u300D\u300F\u300B\uFF09\u3011";
  constexpr std::u32string_view kSentenceEnds = U".!?\u2026\u3002\uFF01\uFF1F\u061F\u06D4\u0964\u203D";
  constexpr std::u32string_view kClauseEnds = U",;:\u2013\u2014\uFF0C\uFF1B\uFF1A\u3001\u060C\u061B";
  while (!before.empty()) {
    size_t begin = before.size() - 1;
    while (begin > 0 && (static_cast<unsigned char>(before[begin]) & 0xC0) == 0x80) --begin;
    size_t at = begin;
    last = NextCodePoint(before, &at);
    if (kClosers.find(last) == std::u32string_view::npos) break;
    before.remove_suffix(before.size() - begin);
  }
  // "3.5" and "www.a.b" are no ends of sentences: a Latin stop wants a space behind it.
  const bool wide = IsWide(last);
  if (kSentenceEnds.find(last) != std::u32string_view::npos && (spaced || wide)) return BreakKind::kSentence;
  if (kClauseEnds.find(last) != std::u32string_view::npos && (spaced || wide)) return BreakKind::kClause;
  size_t at = 0;
  const int32_t next = after.empty() ? 0 : NextCodePoint(after, &at);
  return spaced || wide || IsWide(next) ||
                 HasScript(after.substr(0, at), {USCRIPT_THAI, USCRIPT_LAO, USCRIPT_KHMER, USCRIPT_MYANMAR})
             ? BreakKind::kWord
             : BreakKind::kInsideWord;
}

}  // namespace

int ColumnsOfText(std::string_view text) {
  int columns = 0;
  for (size_t at = 0; at < text.size();) columns += ColumnsOf(NextCodePoint(text, &at));
  return columns;
}

bool HasHan(std::string_view text) { return HasScript(text, {USCRIPT_HAN}); }
bool HasKana(std::string_view text) { return HasScript(text, {USCRIPT_HIRAGANA, USCRIPT_KATAKANA}); }
bool HasHangul(std::string_view text) { return HasScript(text, {USCRIPT_HANGUL}); }

BrokenText FindBreaks(std::string_view text, std::string_view language) {
  BrokenText broken;
  broken.breaks.push_back({});
  const std::vector<size_t> allowed = AllowedBreaks(text, LocaleFor(text, language));
  auto next = allowed.begin();
  int column = 0;
  int row_end = 0;
  bool has_wide = false;
  for (size_t at = 0; at < text.size();) {
    const int32_t c = NextCodePoint(text, &at);
    column += ColumnsOf(c);
    if (c != ' ') row_end = column;
    has_wide = has_wide || IsWide(c);
    while (next != allowed.end() && *next < at) ++next;
    if (at < text.size() && next != allowed.end() && *next == at) {
      broken.breaks.push_back({at, column, row_end, KindOf(text.substr(0, at), text.substr(at))});
    }
  }
  broken.breaks.push_back({text.size(), column, row_end, BreakKind::kSentence});
  broken.row_limit = has_wide ? kWideColumns : kLatinColumns;
  return broken;
}

size_t BestRowBreak(const BrokenText& text, size_t from, size_t to) {
  if (text.Columns(from, to) <= text.row_limit) return from;
  size_t best = from;
  int best_cost = 0;
  for (size_t k = from + 1; k < to; ++k) {
    const int upper = text.Columns(from, k);
    const int lower = text.Columns(k, to);
    // The longer row decides how wide the text stands; a row beyond the limit costs more than any pause is
    // worth.
    int cost = std::max(upper, lower) + 4 * std::max(0, std::max(upper, lower) - text.row_limit);
    switch (text.breaks[k].kind) {
      case BreakKind::kSentence:
        cost -= 8;
        break;
      case BreakKind::kClause:
        cost -= 5;
        break;
      case BreakKind::kWord:
        break;
      case BreakKind::kInsideWord:
        cost += 16;
        break;
    }
    if (best == from || cost < best_cost) {
      best = k;
      best_cost = cost;
    }
  }
  return best;
}

}  // namespace waveshift::text::internal
