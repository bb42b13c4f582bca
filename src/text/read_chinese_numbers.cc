// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "text/read_chinese_internal.h"
#include "text/spell_numbers_internal.h"

namespace waveshift::text::internal {
namespace {

std::string SayTwo(const Groups& g) { return "两" + g[1]; }
std::string SaySigned(const Groups& g) { return ChineseNumber(g[0]); }
std::string SayCalculation(const Groups& g) {
  const std::string sign = g[2] == "+" ? "加" : g[2] == "=" ? "等于" : g[2] == "÷" ? "除以" : "减";
  return g[1] + sign;
}
std::string SayLong(const Groups& g) { return ChineseDigits(g[0]); }
std::string SayVersion(const Groups& g) {
  std::string out;
  std::string_view rest = g[0];
  while (true) {
    const size_t dot = rest.find('.');
    out += ChineseNumber(rest.substr(0, dot));
    if (dot == std::string_view::npos) return out;
    out += "点";
    rest.remove_prefix(dot + 1);
  }
}
std::string SayNumber(const Groups& g) { return ChineseNumber(g[0]); }
std::string SayOrdinal(const Groups& g) { return "第" + ChineseNumber(g[1]); }

constexpr auto kSymbols = std::to_array<std::pair<std::string_view, std::string_view>>(
    {{"+", "加"},     {"=", "等于"},   {"×", "乘"},       {"÷", "除以"},     {"±", "正负"},   {"≈", "约等于"},
     {"<", "小于"},   {">", "大于"},   {"≤", "小于等于"}, {"≥", "大于等于"}, {"≠", "不等于"}, {"&", "和"},
     {"@", "艾特"},   {"%", "百分号"}, {"°", "度"},       {"#", "井号"},     {"$", "美元"},   {"→", "到"},
     {"∞", "无穷大"}, {"√", "根号"},   {"α", "阿尔法"},   {"β", "贝塔"},     {"γ", "伽马"},   {"π", "派"}});
std::string SaySymbol(const Groups& g) {
  const auto* const found = std::find_if(kSymbols.begin(), kSymbols.end(),
                                         [&](const auto& symbol) { return symbol.first == g[0]; });
  return std::string(found == kSymbols.end() ? std::string_view(g[0]) : found->second);
}
std::string SayVersus(const Groups&) { return "对"; }
std::string SayNumberSign(const Groups&) { return "第"; }
std::string Nothing(const Groups&) { return ""; }

constexpr auto kRules = std::to_array<ReadingRule>(
    {{R"((?i)\bno\.\s?(?=\d))", SayNumberSign},
     {R"(\b[Vv][Ss]\b\.?)", SayVersus},
     {R"(第\s?(\d+))", SayOrdinal},
     // 2 before a measure word. 2月, 2号 and 2楼 are names, and 2 behind another digit is part of a number.
     {R"((?<![\d.,第一二三四五六七八九十百千])2\s?((?:个|位|天|岁|次|人|名|条|只|种|本|件|张|家|台|辆|双|对|杯|瓶|块|份|层|排|)"
      R"(场|部|篇|首|句|句|页|遍|倍|年|周|小时|分钟|秒|点|元|米|公里|公斤|斤|吨|千克|克|升|毫升|厘米|平方|立方|万|千|亿|支|头|匹|口|所|座|项|门|)"
      R"(片|颗|朵|棵|把|间|套|段|步|代|伙|帮|群|批|组|季|集|章(?!节)|国|地|者|边|侧|端|手|眼|旁)))",
      SayTwo},
     {R"((\d\s?)([+=÷])(?=\s?\d))", SayCalculation},
     {R"((\d\s)(-)(?=\s\d))", SayCalculation},
     {R"(\d+(?:\.\d+){2,})", SayVersion},
     {R"((?<![\d.,])\d{9,}(?![\d.,]))", SayLong},
     {R"((?<![\d.])0\d+(?!\.))", SayLong},
     {R"((?<![\w)一-龥])[-+]\d[\d,]*(?:\.\d+)?)", SaySigned},
     {R"((?<=[一-龥])-(?=\d))", [](const Groups&) { return std::string("负"); }},
     {R"((?<=[A-Za-z])-(?=\d))", Nothing},
     {R"(\d[\d,]*\d(?:\.\d+)?|\d(?:\.\d+)?|\.\d+)", SayNumber},
     {R"([+=×÷±≈<>≤≥≠&@%°#$→∞√αβγπ])", SaySymbol}});

}  // namespace

std::span<const ReadingRule> ChineseNumberRules() { return kRules; }

}  // namespace waveshift::text::internal
