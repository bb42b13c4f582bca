// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Where a paragraph may be broken into rows and cues, and how wide it is. Room-internal.
#ifndef WAVESHIFT_TEXT_ROW_BREAKS_INTERNAL_H_
#define WAVESHIFT_TEXT_ROW_BREAKS_INTERNAL_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace waveshift::text::internal {

// What ends at a break, best first.
enum class BreakKind { kSentence, kClause, kWord, kInsideWord };

struct Break {
  size_t at = 0;    // byte offset of the text after the break
  int column = 0;   // columns before it
  int row_end = 0;  // columns before it without the space that ends the row
  BreakKind kind = BreakKind::kWord;
};

struct BrokenText {
  // Ascending; the first is the text's beginning, the last its end.
  std::vector<Break> breaks;
  // Columns that a row should not exceed: 42, or 40 (20 wide characters) where the text has such.
  int row_limit = 42;

  int Columns(size_t from, size_t to) const { return breaks[to].row_end - breaks[from].column; }
};

// `text` has collapsed white space. Breaks are those that the line-break rules (Unicode UAX 14, with
// dictionaries for scripts without spaces) and the word rules (UAX 29) both allow. `language` may be "": the
// script decides then.
BrokenText FindBreaks(std::string_view text, std::string_view language);

// The break at which two rows of [from, to) are the most alike, pauses preferred; `from` when one row is
// enough or nothing can be broken.
size_t BestRowBreak(const BrokenText& text, size_t from, size_t to);

// How wide a text stands in one row: wide characters count two, marks nothing.
int ColumnsOfText(std::string_view text);

// Han, Kana or Hangul stand in it.
bool HasHan(std::string_view text);
bool HasKana(std::string_view text);
bool HasHangul(std::string_view text);

}  // namespace waveshift::text::internal

#endif  // WAVESHIFT_TEXT_ROW_BREAKS_INTERNAL_H_
