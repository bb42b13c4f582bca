// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "text/read_chinese_internal.h"
#include "text/spell_numbers_internal.h"

#define WS_NUMBER R"((\d[\d,]*(?:\.\d+)?))"
#define WS_TO R"(\s?[-–—~～至到]\s?)"

namespace waveshift::text::internal {
namespace {

struct Word {
  std::string_view sign;
  std::string_view said;
};
constexpr auto kMoney = std::to_array<Word>({{"¥", "元"},
                                             {"￥", "元"},
                                             {"$", "美元"},
                                             {"US$", "美元"},
                                             {"HK$", "港元"},
                                             {"€", "欧元"},
                                             {"£", "英镑"},
                                             {"₹", "卢比"},
                                             {"₩", "韩元"},
                                             {"USD", "美元"},
                                             {"EUR", "欧元"},
                                             {"GBP", "英镑"},
                                             {"CNY", "元"},
                                             {"RMB", "元"},
                                             {"JPY", "日元"},
                                             {"HKD", "港元"}});
constexpr auto kUnits = std::to_array<Word>({{"km/h", "公里每小时"},
                                             {"m/s", "米每秒"},
                                             {"kWh", "千瓦时"},
                                             {"kW", "千瓦"},
                                             {"km2", "平方公里"},
                                             {"cm2", "平方厘米"},
                                             {"m2", "平方米"},
                                             {"m3", "立方米"},
                                             {"km", "公里"},
                                             {"cm", "厘米"},
                                             {"mm", "毫米"},
                                             {"nm", "纳米"},
                                             {"μm", "微米"},
                                             {"dm", "分米"},
                                             {"m", "米"},
                                             {"kg", "千克"},
                                             {"mg", "毫克"},
                                             {"g", "克"},
                                             {"t", "吨"},
                                             {"ml", "毫升"},
                                             {"mL", "毫升"},
                                             {"L", "升"},
                                             {"l", "升"},
                                             {"°C", "摄氏度"},
                                             {"°F", "华氏度"},
                                             {"°", "度"},
                                             {"GHz", "吉赫兹"},
                                             {"MHz", "兆赫兹"},
                                             {"kHz", "千赫兹"},
                                             {"Hz", "赫兹"},
                                             {"min", "分钟"},
                                             {"h", "小时"},
                                             {"s", "秒"},
                                             {"ms", "毫秒"},
                                             {"dB", "分贝"},
                                             {"V", "伏"},
                                             {"W", "瓦"},
                                             {"mAh", "毫安时"},
                                             {"kcal", "千卡"},
                                             {"fps", "帧每秒"},
                                             {"px", "像素"},
                                             {"oz", "盎司"}});

template <typename Table>
std::string Lookup(const Table& table, std::string_view sign) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const Word& w) { return w.sign == sign; });
  return std::string(found == table.end() ? sign : found->said);
}

std::string SayMoneyRange(const Groups& g) {
  return ChineseNumber(g[2]) + "到" + ChineseQuantity(g[3]) + g[4] + Lookup(kMoney, g[1]);
}
std::string SayMoney(const Groups& g) {
  return (g[1].empty() ? "" : "负") + ChineseQuantity(g[3]) + g[4] + Lookup(kMoney, g[2]);
}
std::string SayMoneyLast(const Groups& g) { return ChineseQuantity(g[1]) + g[2] + Lookup(kMoney, g[3]); }

std::string Percent(std::string_view number, std::string_view of) {
  const bool is_minus = number.starts_with('-');
  if (is_minus || number.starts_with('+')) number.remove_prefix(1);
  return (is_minus ? "负" : "") + std::string(of) + "分之" + ChineseNumber(number);
}
std::string SayPercent(const Groups& g) {
  return Percent(g[1], g[2] == "%" ? "百" : g[2] == "‰" ? "千" : "万");
}
std::string SayPercentRange(const Groups& g) { return Percent(g[1], "百") + "到" + Percent(g[2], "百"); }

std::string SayUnit(const Groups& g) { return ChineseQuantity(g[1]) + Lookup(kUnits, g[2]); }
std::string SayUnitRange(const Groups& g) {
  return ChineseNumber(g[1]) + "到" + ChineseQuantity(g[2]) + Lookup(kUnits, g[3]);
}

std::string SayFraction(const Groups& g) { return ChineseNumber(g[2]) + "分之" + ChineseNumber(g[1]); }
std::string SayMixed(const Groups& g) {
  return ChineseNumber(g[1]) + "又" + ChineseNumber(g[3]) + "分之" + ChineseNumber(g[2]);
}
std::string SayRatio(const Groups& g) { return ChineseNumber(g[1]) + "比" + ChineseNumber(g[2]); }
std::string SayRange(const Groups& g) {
  // Before a measure word the second number is 两.
  return ChineseNumber(g[1]) + "到" + (g[3].empty() ? ChineseNumber(g[2]) : ChineseQuantity(g[2]));
}
std::string SayBy(const Groups& g) { return ChineseNumber(g[1]) + "乘" + ChineseNumber(g[2]); }

#define WS_UNIT                                                                                                              \
  R"((km/h|m/s|kWh|kW|km2|cm2|m2|m3|km|cm|mm|nm|μm|dm|mg|kg|ml|mL|mAh|min|ms|kcal|°C|°F|°|GHz|MHz|kHz|Hz|dB|fps|px|oz|)" \
  R"([mgtLlhsVW])(?![A-Za-z0-9/]))"
#define WS_SCALE R"(((?:[十百千万亿]|百万|千万|百亿|千亿|万亿){0,2}))"

constexpr auto kRules = std::to_array<ReadingRule>(
    {{R"(([¥￥€£₹₩]|(?:US|HK)?\$)\s?)" WS_NUMBER WS_TO R"((?:[¥￥€£$])?)" WS_NUMBER WS_SCALE, SayMoneyRange},
     {R"((?:(?<![\w])(-))?([¥￥€£₹₩]|(?:US|HK)?\$)\s?)" WS_NUMBER R"(\s?)" WS_SCALE, SayMoney},
     {WS_NUMBER R"(\s?)" WS_SCALE R"(\s?(USD|EUR|GBP|CNY|RMB|JPY|HKD|€|£)(?![A-Za-z]))", SayMoneyLast},
     {WS_NUMBER R"(\s?%?)" WS_TO WS_NUMBER R"(\s?%)", SayPercentRange},
     {R"(([-+]?\d[\d,]*(?:\.\d+)?)\s?([%‰‱]))", SayPercent},
     {WS_NUMBER WS_TO WS_NUMBER R"(\s?)" WS_UNIT, SayUnitRange},
     {R"(((?:(?<![\w)])-)?\d[\d,]*(?:\.\d+)?)\s?)" WS_UNIT, SayUnit},
     {R"((?<![\d/])(\d+)\s(\d{1,2})/(\d{1,3})(?![\d/]))", SayMixed},
     {R"((?<![\d/.])(\d{1,3})/(\d{1,4})(?![\d/]))", SayFraction},
     {R"((?<![\d:：])(\d{1,3}(?:\.\d+)?)\s?[:：]\s?(\d{1,3}(?:\.\d+)?)(?![\d:：]))", SayRatio},
     {R"((?<![\d.])(\d+(?:\.\d+)?)\s?[x×*]\s?(\d+(?:\.\d+)?))", SayBy},
     {R"((?<![\d.,-])(\d[\d,]*(?:\.\d+)?)\s?[-–—~～]\s?(\d[\d,]*(?:\.\d+)?)(?![\d-])\s?([个位天岁年次人名条只种本件分小倍点])?)",
      [](const Groups& g) { return SayRange(g) + g[3]; }}});

}  // namespace

std::span<const ReadingRule> ChineseQuantityRules() { return kRules; }

}  // namespace waveshift::text::internal
