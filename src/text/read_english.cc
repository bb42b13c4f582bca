// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "text/read_english_internal.h"
#include "text/spell_numbers_internal.h"
#include "text/utf8_internal.h"

namespace waveshift::text::internal {
namespace {

struct AddressMark {
  char mark;
  std::string_view word;
};
constexpr std::array<AddressMark, 13> kAddressMarks = {{{'.', "dot"},
                                                        {'-', "dash"},
                                                        {'_', "underscore"},
                                                        {'/', "slash"},
                                                        {'+', "plus"},
                                                        {':', "colon"},
                                                        {'?', "question mark"},
                                                        {'=', "equals"},
                                                        {'&', "and"},
                                                        {'#', "hash"},
                                                        {'~', "tilde"},
                                                        {'%', "percent"},
                                                        {'@', "at"}}};

std::string_view MarkWord(char c) {
  for (const AddressMark& mark : kAddressMarks) {
    if (mark.mark == c) return mark.word;
  }
  return "";
}

bool IsVowelLess(std::string_view word) {
  return LowerAscii(word).find_first_of("aeiouy") == std::string::npos;
}

// Short names of countries and words without a vowel are spelled: "uk", "www", "html".
std::string AddressWord(std::string_view word) {
  static constexpr std::array<std::string_view, 12> kSpelled = {"uk", "io", "ai", "eu", "us", "tv",
                                                                "co", "id", "in", "it", "au", "jp"};
  bool is_spelled = IsVowelLess(word) && word.size() <= 5;
  for (const std::string_view spelled : kSpelled)
    is_spelled = is_spelled || (spelled == word && word != "co");
  if (!is_spelled) return std::string(word);
  std::string out;
  for (const char c : word) {
    if (!out.empty()) out.push_back(' ');
    out.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  }
  return out;
}

std::string SayAddress(std::string_view address) {
  std::string out;
  const auto append = [&out](std::string_view word) {
    if (word.empty()) return;
    if (!out.empty()) out.push_back(' ');
    out.append(word);
  };
  size_t at = 0;
  while (at < address.size()) {
    size_t end = at;
    const auto is_letter = [&](char c) { return !IsAsciiDigit(c) && MarkWord(c).empty(); };
    while (end < address.size() && is_letter(address[end])) ++end;
    if (end > at) {
      append(AddressWord(address.substr(at, end - at)));
    } else if (IsAsciiDigit(address[at])) {
      while (end < address.size() && IsAsciiDigit(address[end])) ++end;
      const std::string_view digits = address.substr(at, end - at);
      append(digits.size() <= 2 && digits.front() != '0' ? EnglishNumber(digits) : SpellDigits(digits, "en"));
    } else {
      append(MarkWord(address[at]));
      end = at + 1;
    }
    at = end;
  }
  return out;
}

std::string SayEmail(const Groups& g) { return SayAddress(g[1]) + " at " + SayAddress(g[2]); }

std::string SayWeb(const Groups& g) {
  std::string_view address = g[0];
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (address.starts_with(scheme)) address.remove_prefix(scheme.size());
  }
  while (address.ends_with('/')) address.remove_suffix(1);
  return SayAddress(address);
}

constexpr auto kAddressRules = std::to_array<ReadingRule>(
    {{R"(\b([A-Za-z0-9][A-Za-z0-9._%+-]*)@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)\b)", SayEmail},
     {R"((?:https?://|\bwww\.)[A-Za-z0-9][A-Za-z0-9._~:/?#@&=+%-]*[A-Za-z0-9/])", SayWeb},
     {R"(\b[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.(?:com|org|net|edu|gov|io|ai|dev|info|tv|app|cn|de|fr|uk|eu)\b)"
      R"((?:/[A-Za-z0-9._~:/?#@&=+%-]*[A-Za-z0-9/])?)",
      SayWeb}});

}  // namespace

std::span<const ReadingRule> EnglishAddressRules() { return kAddressRules; }

std::string EnglishNumber(std::string_view number) {
  return SpellDecimal(number, "en", ',', '.', "minus", "point");
}

std::string EnglishOrdinal(int64_t value) { return SpellNumber(value, "en", "%spellout-ordinal"); }

std::string EnglishYear(int64_t year) {
  const int64_t century = year / 100;
  const int64_t rest = year % 100;
  if (year < 1000 || year > 2999 || (year % 1000 < 10 && century % 10 == 0)) return SpellNumber(year, "en");
  const std::string start = SpellNumber(century, "en");
  if (rest == 0) return start + " hundred";
  return start + (rest < 10 ? " oh " : " ") + SpellNumber(rest, "en");
}

int RomanValue(std::string_view roman) {
  static constexpr std::array<std::pair<std::string_view, int>, 13> kDigits = {{{"M", 1000},
                                                                                {"CM", 900},
                                                                                {"D", 500},
                                                                                {"CD", 400},
                                                                                {"C", 100},
                                                                                {"XC", 90},
                                                                                {"L", 50},
                                                                                {"XL", 40},
                                                                                {"X", 10},
                                                                                {"IX", 9},
                                                                                {"V", 5},
                                                                                {"IV", 4},
                                                                                {"I", 1}}};
  int value = 0;
  std::string usual;
  std::string_view rest = roman;
  for (const auto& [digit, worth] : kDigits) {
    for (int times = 0; times < 3 && rest.starts_with(digit); ++times) {
      value += worth;
      usual += digit;
      rest.remove_prefix(digit.size());
      if (digit.size() == 2 || worth == 5 || worth == 50 || worth == 500) break;
    }
  }
  return rest.empty() && usual == roman ? value : 0;
}

std::string ReadEnglish(std::string_view text, bool british) {
  static const auto* const addresses = new RuleSet(EnglishAddressRules());
  static const auto* const american_dates = new RuleSet(EnglishDateRules(false));
  static const auto* const british_dates = new RuleSet(EnglishDateRules(true));
  static const auto* const quantities = new RuleSet(EnglishQuantityRules());
  static const auto* const words = new RuleSet(EnglishWordRules());
  static const auto* const numbers = new RuleSet(EnglishNumberRules());
  std::string said = addresses->Apply(text);
  said = (british ? british_dates : american_dates)->Apply(said);
  return numbers->Apply(words->Apply(quantities->Apply(said)));
}

}  // namespace waveshift::text::internal
