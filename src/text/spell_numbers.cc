// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <unicode/locid.h>
#include <unicode/rbnf.h>

#include <map>
#include <memory>
#include <mutex>

#include "text/spell_numbers_internal.h"
#include "text/utf8_internal.h"

namespace waveshift::text::internal {
namespace {

constexpr size_t kMostDigits = 15;

// One format a language, made once. A format is used by one thread at a time.
class Spellers {
 public:
  std::string Spell(int64_t value, const std::string& language, const char* rule_set) {
    const std::lock_guard lock(mutex_);
    auto found = formats_.find(language);
    if (found == formats_.end()) found = formats_.emplace(language, Make(language)).first;
    if (found->second == nullptr) return "";
    UErrorCode error = U_ZERO_ERROR;
    icu::UnicodeString words;
    if (*rule_set == '\0') {
      found->second->format(value, words);
    } else {
      icu::FieldPosition position;
      found->second->format(value, icu::UnicodeString(rule_set, -1, US_INV), words, position, error);
      if (U_FAILURE(error)) return "";
    }
    words.findAndReplace(icu::UnicodeString(static_cast<UChar>(0x00AD)),
                         icu::UnicodeString());  // soft hyphens
    std::string utf8;
    words.toUTF8String(utf8);
    return utf8;
  }

 private:
  static std::unique_ptr<icu::RuleBasedNumberFormat> Make(const std::string& language) {
    UErrorCode error = U_ZERO_ERROR;
    const icu::Locale locale = icu::Locale::forLanguageTag(language, error);
    if (U_FAILURE(error)) return nullptr;
    auto format = std::make_unique<icu::RuleBasedNumberFormat>(icu::URBNF_SPELLOUT, locale, error);
    if (U_FAILURE(error)) return nullptr;
    // Languages without rules fall back to the root's, which writes digits.
    icu::UnicodeString five;
    format->format(static_cast<int32_t>(5), five);
    if (five == icu::UnicodeString("5")) return nullptr;
    return format;
  }

  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<icu::RuleBasedNumberFormat>> formats_;  // guarded by mutex_
};

Spellers& TheSpellers() {
  static auto* const spellers = new Spellers;
  return *spellers;
}

std::string WithoutMark(std::string_view text, char mark) {
  std::string out;
  for (const char c : text) {
    if (mark == '\0' || c != mark) out.push_back(c);
  }
  return out;
}

}  // namespace

std::optional<int64_t> ParseDigits(std::string_view digits) {
  if (digits.empty() || digits.size() > kMostDigits) return std::nullopt;
  int64_t value = 0;
  for (const char c : digits) {
    if (!IsAsciiDigit(c)) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::string SpellNumber(int64_t value, const std::string& language, const char* rule_set) {
  return TheSpellers().Spell(value, language, rule_set);
}

std::string SpellDigits(std::string_view digits, const std::string& language) {
  std::string out;
  for (const char c : digits) {
    if (!IsAsciiDigit(c)) continue;
    if (!out.empty()) out.push_back(' ');
    out += SpellNumber(c - '0', language);
  }
  return out;
}

std::string SpellDecimal(std::string_view number, const std::string& language, char group, char decimal,
                         std::string_view minus, std::string_view point) {
  std::string out;
  if (!number.empty() && (number.front() == '-' || number.front() == '+')) {
    if (number.front() == '-') out.append(minus).push_back(' ');
    number.remove_prefix(1);
  }
  const size_t mark = number.find(decimal);
  const std::string whole = WithoutMark(number.substr(0, mark), group);
  const auto value = ParseDigits(whole);
  const bool has_leading_zero = whole.size() > 1 && whole.front() == '0';
  if (value.has_value() && !has_leading_zero) {
    out += SpellNumber(*value, language);
  } else {
    out += SpellDigits(whole, language);
  }
  if (mark == std::string_view::npos || mark + 1 >= number.size()) return out;
  if (!out.empty() && out.back() != ' ') out.push_back(' ');
  return out.append(point).append(" ").append(SpellDigits(number.substr(mark + 1), language));
}

}  // namespace waveshift::text::internal
