// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Written text as somebody would read it aloud: "$5.50 at 10:30" becomes "five dollars and fifty cents at ten
// thirty".
#ifndef WAVESHIFT_TEXT_READ_ALOUD_H_
#define WAVESHIFT_TEXT_READ_ALOUD_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace waveshift::text {

struct SpokenText {
  std::string text;  // words, punctuation and single spaces; no digits in the languages below
  std::vector<std::string> warnings;  // one line each: what was left out because the language cannot say it
};

// Longer texts are refused.
inline constexpr size_t kLongestReadAloudBytes = 1 << 20;

// Numbers, dates, times, money, units, ordinals, abbreviations, addresses, Roman numerals, ranges,
// percentages, fractions and telephone numbers in English (US order of dates, British with en-GB) and
// Chinese; numbers, percentages, times and common currencies in Spanish, French, Italian, Portuguese, Hindi
// and Japanese; numbers alone in every other language that ICU can spell. Markup, emoji, control characters
// and letters of scripts that the language does not use are left out, the latter with a warning. `language`
// is a BCP-47 tag. Any thread. InvalidArgument when the text is not UTF-8 or too long, or `language` is no
// tag.
StatusOr<SpokenText> ReadAloud(std::string_view text, std::string_view language);

// The sentences of a text in order, without the spaces between them; abbreviations ("Dr. Smith") do not end
// one. What is longer than `max_characters` is cut at clauses, then at spaces, then anywhere but inside a
// character with its marks. Empty for a text of spaces. `language` "" is treated as English. Any thread.
std::vector<std::string> SplitSentences(std::string_view text, std::string_view language,
                                        size_t max_characters = 400);

}  // namespace waveshift::text

#endif  // WAVESHIFT_TEXT_READ_ALOUD_H_
