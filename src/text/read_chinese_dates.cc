// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "text/read_chinese_internal.h"
#include "text/spell_numbers_internal.h"
#include "text/utf8_internal.h"

namespace waveshift::text::internal {
namespace {

// "a.b@c.com" with the marks in words.
std::string SayAddress(const Groups& g) {
  std::string_view address = g[0];
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (address.starts_with(scheme)) address.remove_prefix(scheme.size());
  }
  static constexpr std::array<std::pair<char, std::string_view>, 9> kMarks = {{{'.', "点"},
                                                                               {'@', "艾特"},
                                                                               {'/', "斜杠"},
                                                                               {'-', "杠"},
                                                                               {'_', "下划线"},
                                                                               {':', "冒号"},
                                                                               {'?', "问号"},
                                                                               {'=', "等于"},
                                                                               {'&', "和"}}};
  std::string out;
  for (const char c : address) {
    std::string_view word;
    for (const auto& [mark, said] : kMarks) {
      if (mark == c) word = said;
    }
    if (IsAsciiDigit(c)) {
      out += ChineseDigits(std::string_view(&c, 1));
    } else if (word.empty()) {
      out.push_back(c);
    } else {
      out.append(" ").append(word).append(" ");
    }
  }
  return out;
}

std::string SayDate(const std::string& year, const std::string& month, const std::string& day,
                    const std::string& whole) {
  const int64_t m = ParseDigits(month).value_or(0);
  const int64_t d = ParseDigits(day).value_or(0);
  if (m < 1 || m > 12 || d < 1 || d > 31) return whole;
  return ChineseDigits(year) + "年" + SpellNumber(m, "zh") + "月" + SpellNumber(d, "zh") + "日";
}
std::string SayNumericDate(const Groups& g) { return SayDate(g[1], g[2], g[3], g[0]); }
std::string SayYear(const Groups& g) { return ChineseDigits(g[1]) + "年"; }
std::string SayYearRange(const Groups& g) { return ChineseDigits(g[1]) + "到" + ChineseDigits(g[2]) + "年"; }
std::string SayMonthOrDay(const Groups& g) {
  return ChineseNumber(std::to_string(*ParseDigits(g[1]))) + g[2];
}

// 10:30 is 十点三十分, 9:05 九点零五分, 8:00 八点.
std::string SayClock(const Groups& g) {
  const std::string hour = std::to_string(*ParseDigits(g[1]));
  std::string out = ChineseQuantity(hour) + "点";
  const int64_t minute = *ParseDigits(g[2]);
  if (minute > 0 || !g[3].empty()) {
    out += (minute < 10 ? "零" : "") + (minute == 0 ? "" : SpellNumber(minute, "zh")) + "分";
  }
  if (!g[3].empty()) out += SpellNumber(*ParseDigits(g[3]), "zh") + "秒";
  return out;
}
std::string SayClockRange(const Groups& g) {
  return SayClock({"", g[1], g[2], ""}) + "到" + SayClock({"", g[3], g[4], ""});
}

std::string SayTelephone(const Groups& g) {
  std::string out = g[0].starts_with("+") ? "加" : "";
  std::string_view rest = g[0];
  bool is_first = true;
  while (!rest.empty()) {
    const size_t begin = std::min(rest.find_first_of("0123456789"), rest.size());
    const size_t end = std::min(rest.find_first_not_of("0123456789", begin), rest.size());
    if (begin == end) break;
    out += (is_first ? "" : " ") + TelephoneDigits(rest.substr(begin, end - begin));
    is_first = false;
    rest.remove_prefix(end);
  }
  return out;
}
std::string SayMobile(const Groups& g) {
  return TelephoneDigits(g[1]) + " " + TelephoneDigits(g[2]) + " " + TelephoneDigits(g[3]);
}
std::string SayShortCall(const Groups& g) { return g[1] + TelephoneDigits(g[2]); }
std::string SayRoom(const Groups& g) { return TelephoneDigits(g[1]) + g[2]; }

constexpr auto kRules = std::to_array<ReadingRule>(
    {{R"([A-Za-z0-9][A-Za-z0-9._%+-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)", SayAddress},
     {R"((?:https?://|www\.)[A-Za-z0-9][A-Za-z0-9._~:/?#@&=+%-]*[A-Za-z0-9])", SayAddress},
     {R"([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.(?:com|org|net|cn|edu|gov|io|ai|tv)(?![A-Za-z0-9]))", SayAddress},
     {R"((?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?![\d-]))", SayNumericDate},
     {R"((?<!\d)(\d{4})\s?年?\s?[-–—~～至到]\s?(\d{4})\s?年)", SayYearRange},
     {R"((?<![\d.])(\d{4}|\d{2})\s?年(?!级|前|后|内|来|间|代|多|以|[的之]))", SayYear},
     {R"((?<![\d.])(\d{1,2})\s?(月份|月|日|号)(?!楼|线))", SayMonthOrDay},
     {R"((?<![\d:])([01]?\d|2[0-4])[:：]([0-5]\d)\s?[-–—~～至到]\s?([01]?\d|2[0-4])[:：]([0-5]\d)(?![\d:：]))",
      SayClockRange},
     {R"((?<![\d:：])([01]?\d|2[0-4])[:：]([0-5]\d)(?:[:：]([0-5]\d))?(?![\d:：]))", SayClock},
     {R"((?<![\d.])(1[3-9]\d)[\s-]?(\d{4})[\s-]?(\d{4})(?!\d))", SayMobile},
     {R"((?<![\d.])(?:\+\d{1,3}[\s-])?(?:0\d{2,3}|[48]00)-\d{3,8}(?:-\d{3,4})?(?!\d))", SayTelephone},
     {R"(((?:拨打|致电|打|电话|热线|按|呼叫)[:：]?\s?)(1\d{2}|1\d{4}|\d{7,8})(?!\d))", SayShortCall},
     {R"((?<!\d)(\d{3,4})(室|房间|房|航班|路公交|号房|国道))", SayRoom}});

}  // namespace

std::span<const ReadingRule> ChineseDateRules() { return kRules; }

}  // namespace waveshift::text::internal
