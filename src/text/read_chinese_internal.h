// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// How Chinese reads what is not written in words. Room-internal.
#ifndef WAVESHIFT_TEXT_READ_CHINESE_INTERNAL_H_
#define WAVESHIFT_TEXT_READ_CHINESE_INTERNAL_H_

#include <span>
#include <string>
#include <string_view>

#include "text/reading_rules_internal.h"

namespace waveshift::text::internal {

std::string ReadChinese(std::string_view text);

// In the order in which they are applied.
std::span<const ReadingRule> ChineseDateRules();      // addresses, dates, times, telephone numbers
std::span<const ReadingRule> ChineseQuantityRules();  // money, percentages, units, ranges, fractions
std::span<const ReadingRule> ChineseNumberRules();    // 两, numbers, symbols

std::string ChineseNumber(std::string_view number);    // "-1,234.5" is 负一千二百三十四点五
std::string ChineseQuantity(std::string_view number);  // the same before a measure word: 2 is 两
std::string ChineseDigits(std::string_view digits);    // 二零二四
std::string TelephoneDigits(std::string_view digits);  // 1 is 幺; other characters are dropped

}  // namespace waveshift::text::internal

#endif  // WAVESHIFT_TEXT_READ_CHINESE_INTERNAL_H_
