// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Numbers in words, through ICU's rule-based number formats. Room-internal.
#ifndef WAVESHIFT_TEXT_SPELL_NUMBERS_INTERNAL_H_
#define WAVESHIFT_TEXT_SPELL_NUMBERS_INTERNAL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waveshift::text::internal {

// `digits` as a number, nothing when it has no or more than 15 digits.
std::optional<int64_t> ParseDigits(std::string_view digits);

// "twenty-one" for (21, "en"). `rule_set` "" takes the language's usual one ("%spellout-ordinal", ...). ""
// when ICU cannot spell in the language.
std::string SpellNumber(int64_t value, const std::string& language, const char* rule_set = "");

// Each digit in words with spaces between: "one two three".
std::string SpellDigits(std::string_view digits, const std::string& language);

// "1,234.50" with the given group mark (0 for none) and decimal mark, sign allowed: whole part in words,
// `point` and the digits behind it one by one. Whole parts with leading zeros or too many digits are spelled
// digit by digit.
std::string SpellDecimal(std::string_view number, const std::string& language, char group, char decimal,
                         std::string_view minus, std::string_view point);

}  // namespace waveshift::text::internal

#endif  // WAVESHIFT_TEXT_SPELL_NUMBERS_INTERNAL_H_
