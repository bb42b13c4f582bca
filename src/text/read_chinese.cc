// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "text/read_chinese_internal.h"

#include <array>

#include "text/spell_numbers_internal.h"
#include "text/utf8_internal.h"

namespace waveshift::text::internal {
namespace {

constexpr std::array<std::string_view, 10> kDigits = {"零", "一", "二", "三", "四",
                                                      "五", "六", "七", "八", "九"};

// 二千 and 二万 are said 两千 and 两万; 二百 and 二十 stay.
std::string WithLiang(std::string words) {
  static constexpr std::array<std::string_view, 3> kScales = {"千", "万", "亿"};
  constexpr std::string_view kTwo = "二";
  size_t at = 0;
  while ((at = words.find(kTwo, at)) != std::string::npos) {
    const std::string_view before = std::string_view(words).substr(0, at);
    const std::string_view after = std::string_view(words).substr(at + kTwo.size());
    bool is_scale = false;
    for (const std::string_view scale : kScales) is_scale = is_scale || after.starts_with(scale);
    const bool is_in_tens = before.ends_with("十");
    if (is_scale && !is_in_tens) words.replace(at, kTwo.size(), "两");
    at += kTwo.size();
  }
  return words;
}

}  // namespace

std::string ChineseDigits(std::string_view digits) {
  std::string out;
  for (const char c : digits) {
    if (IsAsciiDigit(c)) out += kDigits[static_cast<size_t>(c - '0')];
  }
  return out;
}

std::string TelephoneDigits(std::string_view digits) {
  std::string out;
  for (const char c : digits) {
    if (c == '1') {
      out += "幺";
    } else if (IsAsciiDigit(c)) {
      out += kDigits[static_cast<size_t>(c - '0')];
    }
  }
  return out;
}

std::string ChineseNumber(std::string_view number) {
  std::string out;
  if (number.starts_with('-') || number.starts_with('+')) {
    out = number.front() == '-' ? "负" : "正";
    number.remove_prefix(1);
  }
  const size_t point = number.find('.');
  std::string whole(number.substr(0, point));
  std::erase(whole, ',');
  const auto value = ParseDigits(whole);
  const bool is_quantity = value.has_value() && (whole.size() == 1 || whole.front() != '0');
  if (whole.empty()) {
    out += "零";
  } else {
    out += is_quantity ? WithLiang(SpellNumber(*value, "zh")) : ChineseDigits(whole);
  }
  if (point != std::string_view::npos) out += "点" + ChineseDigits(number.substr(point + 1));
  return out;
}

std::string ChineseQuantity(std::string_view number) { return number == "2" ? "两" : ChineseNumber(number); }

std::string ReadChinese(std::string_view text) {
  static const auto* const dates = new RuleSet(ChineseDateRules());
  static const auto* const quantities = new RuleSet(ChineseQuantityRules());
  static const auto* const numbers = new RuleSet(ChineseNumberRules());
  return numbers->Apply(quantities->Apply(dates->Apply(text)));
}

}  // namespace waveshift::text::internal
