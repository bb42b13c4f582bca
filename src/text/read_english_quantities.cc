// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "text/read_english_internal.h"
#include "text/spell_numbers_internal.h"
#include "text/utf8_internal.h"

#define WS_NUMBER R"((\d[\d,]*(?:\.\d+)?))"

namespace waveshift::text::internal {
namespace {

std::string_view WithoutCommas(std::string_view number, std::string* storage) {
  storage->clear();
  std::copy_if(number.begin(), number.end(), std::back_inserter(*storage), [](char c) { return c != ','; });
  return *storage;
}

bool IsOne(std::string_view number) { return number == "1"; }

// "7:05 p.m." with what it is followed by: a full stop of "p.m." may end the sentence too.
std::string HalfOfDay(const std::string& letter, const std::string& after, std::string_view written) {
  if (letter.empty()) return "";
  const bool is_am = letter == "a" || letter == "A";
  const bool took_stop = written.ends_with('.');
  const bool ends = took_stop && !after.empty();
  return std::string(is_am ? " A M" : " P M") + (ends ? "." : "");
}

std::string SayClock(const Groups& g) {
  const int64_t hour = *ParseDigits(g[1]);
  const int64_t minute = *ParseDigits(g[2]);
  std::string said = SpellNumber(hour, "en");
  if (minute == 0) {
    if (g[4].empty()) said += hour > 12 || hour == 0 ? " hundred hours" : " o'clock";
  } else {
    said += (minute < 10 ? " oh " : " ") + SpellNumber(minute, "en");
  }
  if (!g[3].empty()) said += " and " + EnglishNumber(g[3]) + (g[3] == "01" ? " second" : " seconds");
  return said + HalfOfDay(g[4], g[5], g[0]);
}
std::string SayHour(const Groups& g) { return EnglishNumber(g[1]) + HalfOfDay(g[2], g[3], g[0]); }

struct Currency {
  std::string_view sign;
  std::string_view one;
  std::string_view many;
  std::string_view part;  // a hundredth, "" when none
  std::string_view parts;
};
constexpr std::array<Currency, 12> kCurrencies = {{{"$", "dollar", "dollars", "cent", "cents"},
                                                   {"£", "pound", "pounds", "penny", "pence"},
                                                   {"€", "euro", "euros", "cent", "cents"},
                                                   {"¥", "yen", "yen", "", ""},
                                                   {"₹", "rupee", "rupees", "paisa", "paise"},
                                                   {"USD", "US dollar", "US dollars", "cent", "cents"},
                                                   {"EUR", "euro", "euros", "cent", "cents"},
                                                   {"GBP", "pound", "pounds", "penny", "pence"},
                                                   {"JPY", "yen", "yen", "", ""},
                                                   {"CNY", "yuan", "yuan", "", ""},
                                                   {"RMB", "yuan", "yuan", "", ""},
                                                   {"CHF", "Swiss franc", "Swiss francs", "", ""}}};

const Currency& CurrencyOf(std::string_view sign) {
  const auto* const found =
      std::find_if(kCurrencies.begin(), kCurrencies.end(), [&](const Currency& c) { return c.sign == sign; });
  return found == kCurrencies.end() ? kCurrencies.front() : *found;
}

std::string ScaleWord(std::string_view scale) {
  if (scale == "K" || scale == "k") return "thousand";
  if (scale == "M" || scale == "m" || scale == "mn") return "million";
  if (scale == "B" || scale == "bn") return "billion";
  return std::string(scale);
}

std::string SayMoney(std::string_view written, const Currency& currency, const std::string& scale) {
  std::string storage;
  const std::string_view number = WithoutCommas(written, &storage);
  if (!scale.empty()) {
    return EnglishNumber(number) + " " + ScaleWord(scale) + " " + std::string(currency.many);
  }
  const size_t point = number.find('.');
  const bool has_parts =
      point != std::string_view::npos && number.size() == point + 3 && !currency.part.empty();
  if (!has_parts)
    return EnglishNumber(number) + " " + std::string(IsOne(number) ? currency.one : currency.many);
  const std::string_view whole = number.substr(0, point);
  const int64_t parts = *ParseDigits(number.substr(point + 1));
  const std::string part_words =
      SpellNumber(parts, "en") + " " + std::string(parts == 1 ? currency.part : currency.parts);
  if (whole == "0" && parts > 0) return part_words;
  const std::string whole_words =
      EnglishNumber(whole) + " " + std::string(IsOne(whole) ? currency.one : currency.many);
  return parts == 0 ? whole_words : whole_words + " and " + part_words;
}
std::string SaySignFirst(const Groups& g) {
  return (g[1].empty() ? "" : "minus ") + SayMoney(g[3], CurrencyOf(g[2]), g[4]);
}
std::string SayMoneyRange(const Groups& g) {
  return EnglishNumber(g[2]) + " to " + SayMoney(g[3], CurrencyOf(g[1]), g[4]);
}
std::string SayCodeFirst(const Groups& g) { return SayMoney(g[2], CurrencyOf(g[1]), g[3]); }
std::string SayCodeLast(const Groups& g) { return SayMoney(g[1], CurrencyOf(g[2]), ""); }

std::string SayPercent(const Groups& g) { return EnglishNumber(g[1]) + " percent"; }
std::string SayPercentRange(const Groups& g) {
  return EnglishNumber(g[1]) + " to " + EnglishNumber(g[2]) + " percent";
}

struct Unit {
  std::string_view sign;
  std::string_view one;
  std::string_view many;
};
constexpr auto kUnits = std::to_array<Unit>({{"km/h", "kilometer per hour", "kilometers per hour"},
                                             {"kph", "kilometer per hour", "kilometers per hour"},
                                             {"mph", "mile per hour", "miles per hour"},
                                             {"m/s", "meter per second", "meters per second"},
                                             {"kWh", "kilowatt hour", "kilowatt hours"},
                                             {"kW", "kilowatt", "kilowatts"},
                                             {"MW", "megawatt", "megawatts"},
                                             {"GW", "gigawatt", "gigawatts"},
                                             {"km2", "square kilometer", "square kilometers"},
                                             {"m2", "square meter", "square meters"},
                                             {"m3", "cubic meter", "cubic meters"},
                                             {"sq ft", "square foot", "square feet"},
                                             {"km", "kilometer", "kilometers"},
                                             {"cm", "centimeter", "centimeters"},
                                             {"mm", "millimeter", "millimeters"},
                                             {"nm", "nanometer", "nanometers"},
                                             {"μm", "micrometer", "micrometers"},
                                             {"m", "meter", "meters"},
                                             {"kg", "kilogram", "kilograms"},
                                             {"mg", "milligram", "milligrams"},
                                             {"g", "gram", "grams"},
                                             {"lbs", "pound", "pounds"},
                                             {"lb", "pound", "pounds"},
                                             {"oz", "ounce", "ounces"},
                                             {"ml", "milliliter", "milliliters"},
                                             {"mL", "milliliter", "milliliters"},
                                             {"L", "liter", "liters"},
                                             {"°C", "degree Celsius", "degrees Celsius"},
                                             {"°F", "degree Fahrenheit", "degrees Fahrenheit"},
                                             {"°", "degree", "degrees"},
                                             {"GHz", "gigahertz", "gigahertz"},
                                             {"MHz", "megahertz", "megahertz"},
                                             {"kHz", "kilohertz", "kilohertz"},
                                             {"Hz", "hertz", "hertz"},
                                             {"TB", "terabyte", "terabytes"},
                                             {"GB", "gigabyte", "gigabytes"},
                                             {"MB", "megabyte", "megabytes"},
                                             {"KB", "kilobyte", "kilobytes"},
                                             {"kB", "kilobyte", "kilobytes"},
                                             {"Gbps", "gigabit per second", "gigabits per second"},
                                             {"Mbps", "megabit per second", "megabits per second"},
                                             {"fps", "frame per second", "frames per second"},
                                             {"dB", "decibel", "decibels"},
                                             {"ms", "millisecond", "milliseconds"},
                                             {"mins", "minute", "minutes"},
                                             {"min", "minute", "minutes"},
                                             {"hrs", "hour", "hours"},
                                             {"hr", "hour", "hours"},
                                             {"secs", "second", "seconds"},
                                             {"sec", "second", "seconds"},
                                             {"ft", "foot", "feet"},
                                             {"yd", "yard", "yards"},
                                             {"mi", "mile", "miles"},
                                             {"kcal", "kilocalorie", "kilocalories"},
                                             {"mAh", "milliamp hour", "milliamp hours"},
                                             {"px", "pixel", "pixels"},
                                             {"rpm", "revolution per minute", "revolutions per minute"}});

std::string UnitWord(const std::string& sign, bool one) {
  const auto* const unit =
      std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& u) { return u.sign == sign; });
  return std::string(unit == kUnits.end() ? std::string_view(sign) : one ? unit->one : unit->many);
}
std::string SayUnit(const Groups& g) { return EnglishNumber(g[1]) + " " + UnitWord(g[2], IsOne(g[1])); }
std::string SayUnitRange(const Groups& g) {
  return EnglishNumber(g[1]) + " to " + EnglishNumber(g[2]) + " " + UnitWord(g[3], false);
}
std::string SayFeet(const Groups& g) { return EnglishNumber(g[1]) + " foot " + EnglishNumber(g[2]); }

// Groups of digits with a short pause between them.
std::string SayTelephone(const Groups& g) {
  std::string out;
  std::string_view rest = g[0];
  if (rest.starts_with('+')) out = "plus ";
  bool is_first = true;
  while (!rest.empty()) {
    const size_t begin = std::min(rest.find_first_of("0123456789"), rest.size());
    const size_t end = std::min(rest.find_first_not_of("0123456789", begin), rest.size());
    if (end == begin) break;
    out += (is_first ? "" : ", ") + SpellDigits(rest.substr(begin, end - begin), "en");
    is_first = false;
    rest.remove_prefix(end);
  }
  return out;
}

#define WS_UNIT                                                                                                       \
  R"((km/h|kph|mph|m/s|kWh|kW|MW|GW|km2|m2|m3|sq ft|km|cm|mm|nm|μm|m|kg|mg|g|lbs|lb|oz|ml|mL|L|°C|°F|°|GHz|MHz|)" \
  R"(kHz|Hz|TB|GB|MB|KB|kB|Gbps|Mbps|fps|dB|ms|mins|min|hrs|hr|secs|sec|ft|yd|mi|kcal|mAh|px|rpm)(?![A-Za-z0-9/]))"
#define WS_HALF R"(([AaPp])(?:\.\s?[Mm]\.|[Mm]\b)(?=(\s*$|\s+["“]?[A-Z])?))"
#define WS_SCALE R"((?:\s?(hundred|thousand|million|billion|trillion|bn|mn|[KkMB])\b)?)"

constexpr auto kRules = std::to_array<ReadingRule>(
    {{R"(\b([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?(?![\d:])(?:\s?)" WS_HALF R"()?)", SayClock},
     {R"(\b(1[0-2]|[1-9])\s?)" WS_HALF, SayHour},
     {R"((?:\+\d{1,3}[\s.-]?)?(?:\(\d{3}\)\s?|\b\d{3}[\s.-])\d{3}[\s.-]\d{4}\b)", SayTelephone},
     {R"(\+\d{1,3}(?:[\s-]\d{1,4}){2,5}\b)", SayTelephone},
     {R"(\b\d{3}-\d{4}\b)", SayTelephone},
     {R"(([$£€])\s?)" WS_NUMBER R"(\s?[-–—]\s?[$£€]?)" WS_NUMBER WS_SCALE, SayMoneyRange},
     {R"((?:(?<![\w.])([-−]))?(?:US|U\.S\.)?([$£€¥₹])\s?)" WS_NUMBER WS_SCALE, SaySignFirst},
     {R"(\b(USD|EUR|GBP|JPY|CNY|RMB|CHF)\s?)" WS_NUMBER WS_SCALE, SayCodeFirst},
     {R"(\b)" WS_NUMBER R"(\s?(USD|EUR|GBP|JPY|CNY|RMB|CHF|€|£|\$)(?![A-Za-z]))", SayCodeLast},
     {R"(\b)" WS_NUMBER R"(\s?%?\s?[-–—]\s?)" WS_NUMBER R"(\s?%)", SayPercentRange},
     {R"(([-−+]?\d[\d,]*(?:\.\d+)?)\s?%)", SayPercent},
     {R"(\b(\d)['′]\s?(1?\d)(?:["”″]|''))", SayFeet},
     {R"(\b)" WS_NUMBER R"(\s?[-–—]\s?)" WS_NUMBER R"(\s?)" WS_UNIT, SayUnitRange},
     {R"(((?:(?<![\w.)])[-−])?\b\d[\d,]*(?:\.\d+)?)\s?)" WS_UNIT, SayUnit}});

}  // namespace

std::span<const ReadingRule> EnglishQuantityRules() { return kRules; }

}  // namespace waveshift::text::internal
