// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// How English reads what is not written in words. Room-internal.
#ifndef WAVESHIFT_TEXT_READ_ENGLISH_INTERNAL_H_
#define WAVESHIFT_TEXT_READ_ENGLISH_INTERNAL_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "text/reading_rules_internal.h"

namespace waveshift::text::internal {

// The whole reading: all rule sets below in their order.
std::string ReadEnglish(std::string_view text, bool british);

// In the order in which they are applied.
std::span<const ReadingRule> EnglishAddressRules();  // e-mail and web addresses
std::span<const ReadingRule> EnglishDateRules(bool british);
std::span<const ReadingRule> EnglishQuantityRules();  // times, money, percentages, units, telephone numbers
std::span<const ReadingRule> EnglishWordRules();      // abbreviations, Roman numerals
std::span<const ReadingRule> EnglishNumberRules();    // ordinals, fractions, ranges, years, numbers, symbols

std::string EnglishNumber(std::string_view number);  // "-1,234.5"
std::string EnglishOrdinal(int64_t value);           // "twenty-first"
std::string EnglishYear(int64_t year);               // "nineteen oh five"
// 0 when it is no Roman numeral in its usual form.
int RomanValue(std::string_view roman);

}  // namespace waveshift::text::internal

#endif  // WAVESHIFT_TEXT_READ_ENGLISH_INTERNAL_H_
