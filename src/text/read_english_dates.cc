// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "text/read_english_internal.h"
#include "text/spell_numbers_internal.h"

// A month's name in full or short, as a group of a pattern.
#define WS_MONTH                                                                                      \
  R"((Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|)" \
  R"(Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?)"

namespace waveshift::text::internal {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"January",   "February", "March",    "April",
                                                      "May",       "June",     "July",     "August",
                                                      "September", "October",  "November", "December"};

std::string MonthName(std::string_view written) {
  for (const std::string_view month : kMonths) {
    if (month.substr(0, 3) == written.substr(0, 3)) return std::string(month);
  }
  return std::string(written);
}

// "" when there is no such day.
template <bool kBritish>
std::string SayDay(std::string_view month, std::string_view day, std::string_view year) {
  const int64_t number = ParseDigits(day).value_or(0);
  if (number < 1 || number > 31) return "";
  std::string said = kBritish ? "the " + EnglishOrdinal(number) + " of " + std::string(month)
                              : std::string(month) + " " + EnglishOrdinal(number);
  if (!year.empty()) said += (kBritish ? " " : ", ") + EnglishYear(ParseDigits(year).value_or(0));
  return said;
}

template <bool kBritish>
std::string SayNumericDate(const Groups& g, const std::string& month, const std::string& day,
                           const std::string& year) {
  const int64_t number = ParseDigits(month).value_or(0);
  if (number < 1 || number > 12) return g[0];
  const std::string said = SayDay<kBritish>(kMonths[static_cast<size_t>(number - 1)], day, year);
  return said.empty() ? g[0] : said;
}

template <bool kBritish>
std::string SayIso(const Groups& g) {
  return SayNumericDate<kBritish>(g, g[2], g[3], g[1]);
}
// 3/5/2024 is March in America and May in Britain; what is no date in one order is tried in the other.
template <bool kBritish>
std::string SaySlashed(const Groups& g) {
  const std::string said = kBritish ? SayNumericDate<kBritish>(g, g[2], g[1], g[3])
                                    : SayNumericDate<kBritish>(g, g[1], g[2], g[3]);
  if (said != g[0]) return said;
  return kBritish ? SayNumericDate<kBritish>(g, g[1], g[2], g[3])
                  : SayNumericDate<kBritish>(g, g[2], g[1], g[3]);
}
template <bool kBritish>
std::string SayMonthDay(const Groups& g) {
  const std::string said = SayDay<kBritish>(MonthName(g[1]), g[2], g.size() > 3 ? g[3] : "");
  return said.empty() ? g[0] : said;
}
// "5 March": the day came first, so it does when spoken.
std::string SayDayMonth(const Groups& g) {
  const std::string said = SayDay<true>(MonthName(g[2]), g[1], g[3]);
  return said.empty() ? g[0] : said;
}
std::string SayMonthYear(const Groups& g) { return MonthName(g[1]) + " " + EnglishYear(*ParseDigits(g[2])); }

std::string Tens(int64_t tens) {
  std::string word = SpellNumber(tens * 10, "en");
  if (word.ends_with('y')) word.replace(word.size() - 1, 1, "ie");
  return word + "s";
}
std::string SayDecade(const Groups& g) {
  const int64_t century = *ParseDigits(g[1]);
  const int64_t tens = *ParseDigits(g[2]);
  if (tens > 0) return SpellNumber(century, "en") + " " + (tens == 1 ? "tens" : Tens(tens));
  return century == 20 ? "two thousands" : SpellNumber(century, "en") + " hundreds";
}
std::string SayShortDecade(const Groups& g) { return Tens(*ParseDigits(g[1])); }

template <bool kBritish>
constexpr auto kRules = std::to_array<ReadingRule>(
    {{R"(\b(\d{4})-(\d{2})-(\d{2})\b)", SayIso<kBritish>},
     {R"(\b(\d{1,2})/(\d{1,2})/(\d{4})\b)", SaySlashed<kBritish>},
     {R"(\b(\d{1,2})(?:st|nd|rd|th)?(?: of)? )" WS_MONTH R"((?:,? (\d{4}))?\b)", SayDayMonth},
     {R"(\b)" WS_MONTH R"( (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})\b)", SayMonthDay<kBritish>},
     {R"(\b)" WS_MONTH R"( (\d{1,2})(?:st|nd|rd|th)?\b(?![:.,]\d|\s?[%-]))", SayMonthDay<kBritish>},
     {R"(\b)" WS_MONTH R"(,? (\d{4})\b)", SayMonthYear},
     {R"(\b(1\d|20)(\d)0['’]?s\b)", SayDecade},
     {R"((?:['’]|\b)([2-9])0['’]?s\b)", SayShortDecade}});

}  // namespace

std::span<const ReadingRule> EnglishDateRules(bool british) {
  return british ? std::span<const ReadingRule>(kRules<true>) : std::span<const ReadingRule>(kRules<false>);
}

}  // namespace waveshift::text::internal
