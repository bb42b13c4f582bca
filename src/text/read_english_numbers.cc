// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "text/read_english_internal.h"
#include "text/spell_numbers_internal.h"
#include "text/utf8_internal.h"

namespace waveshift::text::internal {
namespace {

std::string Spaced(std::string_view words) { return " " + std::string(words) + " "; }

std::string WithoutCommas(std::string number) {
  std::erase(number, ',');
  return number;
}

std::string SayOrdinal(const Groups& g) {
  const auto value = ParseDigits(WithoutCommas(g[1]));
  return value.has_value() ? EnglishOrdinal(*value) : g[0];
}

// "three quarters"; "three over fifty" where nobody would say more.
std::string Fraction(int64_t numerator, int64_t denominator) {
  if (denominator == 0) return SpellNumber(numerator, "en") + " over zero";
  const bool is_usual = numerator < denominator && (denominator <= 20 || denominator == 100);
  if (!is_usual) return SpellNumber(numerator, "en") + " over " + SpellNumber(denominator, "en");
  const std::string part = denominator == 2   ? (numerator == 1 ? "half" : "halves")
                           : denominator == 4 ? (numerator == 1 ? "quarter" : "quarters")
                                              : EnglishOrdinal(denominator) + (numerator == 1 ? "" : "s");
  return SpellNumber(numerator, "en") + " " + part;
}
std::string SayMixed(const Groups& g) {
  const int64_t numerator = *ParseDigits(g[2]);
  std::string fraction = Fraction(numerator, *ParseDigits(g[3]));
  if (numerator == 1)
    fraction = (g[3] == "8" || g[3] == "11" || g[3] == "18" ? "an" : "a") + fraction.substr(3);
  return EnglishNumber(g[1]) + " and " + fraction;
}
std::string SayFraction(const Groups& g) {
  if (g[0] == "24/7") return "twenty-four seven";
  if (g[0] == "9/11") return "nine eleven";
  return Fraction(*ParseDigits(g[1]), *ParseDigits(g[2]));
}

bool IsYear(std::string_view number) {
  return number.size() == 4 && (number.substr(0, 2) == "20" || (number[0] == '1' && number[1] >= '1'));
}
std::string YearOrNumber(const std::string& number) {
  return IsYear(number) ? EnglishYear(*ParseDigits(number)) : EnglishNumber(number);
}
std::string SayRange(const Groups& g) {
  // "1990-95" counts on in the same century.
  if (IsYear(g[1]) && g[2].size() == 2)
    return YearOrNumber(g[1]) + " to " + SpellNumber(*ParseDigits(g[2]), "en");
  return YearOrNumber(g[1]) + " to " + YearOrNumber(g[2]);
}
std::string SayYear(const Groups& g) { return EnglishYear(*ParseDigits(g[1])); }

std::string SayBy(const Groups& g) { return EnglishNumber(g[1]) + " by "; }
std::string SayTimes(const Groups& g) { return EnglishNumber(g[1]) + " times"; }
std::string SayScore(const Groups& g) { return EnglishNumber(g[1]) + " to " + EnglishNumber(g[2]); }
std::string SayHashNumber(const Groups&) { return "number "; }
std::string SayMinus(const Groups& g) { return "minus " + EnglishNumber(g[1]); }
std::string SayPlusNumber(const Groups& g) { return "plus " + EnglishNumber(g[1]); }
std::string SayVersion(const Groups& g) {
  std::string out;
  std::string_view rest = g[0];
  while (true) {
    const size_t dot = rest.find('.');
    out += EnglishNumber(rest.substr(0, dot));
    if (dot == std::string_view::npos) return out;
    out += " point ";
    rest.remove_prefix(dot + 1);
  }
}
// Very long rows of digits are no quantity.
std::string SayNumber(const Groups& g) {
  const std::string plain = WithoutCommas(g[0]);
  if (plain.starts_with('.')) return "point " + SpellDigits(plain, "en");
  return EnglishNumber(plain);
}
std::string SayGlued(const Groups& g) { return g[1] + " " + g[2]; }
std::string SayOr(const Groups& g) { return g[1] + " or " + g[2]; }
std::string SayPlural(const Groups& g) { return YearOrNumber(g[1]) + "s"; }

constexpr auto kSymbols = std::to_array<std::pair<std::string_view, std::string_view>>(
    {{"&", "and"},        {"+", "plus"},
     {"=", "equals"},     {"×", "times"},
     {"÷", "divided by"}, {"±", "plus or minus"},
     {"≈", "about"},      {"~", "about"},
     {"<", "less than"},  {">", "greater than"},
     {"≤", "at most"},    {"≥", "at least"},
     {"≠", "is not"},     {"@", "at"},
     {"%", "percent"},    {"°", "degrees"},
     {"§", "section"},    {"#", "hash"},
     {"$", "dollars"},    {"€", "euros"},
     {"£", "pounds"},     {"^", "to the power of"},
     {"→", "to"},         {"∞", "infinity"},
     {"√", "root of"},    {"α", "alpha"},
     {"β", "beta"},       {"γ", "gamma"},
     {"δ", "delta"},      {"π", "pi"},
     {"σ", "sigma"},      {"λ", "lambda"},
     {"μ", "mu"},         {"Δ", "delta"},
     {"Ω", "omega"}});
std::string SaySymbol(const Groups& g) {
  const auto* const found = std::find_if(kSymbols.begin(), kSymbols.end(),
                                         [&](const auto& symbol) { return symbol.first == g[0]; });
  return found == kSymbols.end() ? g[0] : Spaced(found->second);
}

constexpr auto kRules = std::to_array<ReadingRule>(
    {{R"(\b(\d[\d,]*)(?:st|nd|rd|th)\b)", SayOrdinal},
     {R"(\b(\d+)\s(\d{1,2})/(\d{1,3})\b)", SayMixed},
     {R"((?<![\d/])(\d{1,2})/(\d{1,3})(?![\d/]))", SayFraction},
     {R"(#\s?(?=\d))", SayHashNumber},
     {R"(\b(\d+(?:\.\d+)?)\s?[x×]\s?(?=\d))", SayBy},
     {R"(\b(\d+(?:\.\d+)?)[x×](?![A-Za-z0-9]))", SayTimes},
     {R"(\b(\d{1,3}):(\d{1,3})\b)", SayScore},
     {R"(\b(\d+)['’]?s\b)", SayPlural},
     // Letters and digits that are glued: MP3, 5G, B2B, COVID-19.
     {R"(([A-Za-z])-?(?<=[A-Za-z]|[A-Za-z]-)(\d))", SayGlued},
     {R"((\d)-?((?<=\d|\d-)[A-Za-z]))", SayGlued},
     {R"((?<![\d.,])(\d[\d,]*(?:\.\d+)?)\s?[-–—~]\s?(\d[\d,]*(?:\.\d+)?)\b)", SayRange},
     {R"((?<![\w)])[-−](\d[\d,]*(?:\.\d+)?))", SayMinus},
     {R"((?<![\w)])\+(\d[\d,]*(?:\.\d+)?))", SayPlusNumber},
     {R"((?<![\d.,])(1[1-9]\d\d|20\d\d)(?!\d|[.,]\d))", SayYear},
     {R"(\b\d+(?:\.\d+){2,}\b)", SayVersion},
     {R"(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)", SayNumber},
     {R"(\b([A-Za-z]+)/([A-Za-z]+)\b)", SayOr},
     {R"([&+=×÷±≈~<>≤≥≠@%°§#$€£^→∞√αβγδπσλμΔΩ])", SaySymbol}});

}  // namespace

std::span<const ReadingRule> EnglishNumberRules() { return kRules; }

}  // namespace waveshift::text::internal
