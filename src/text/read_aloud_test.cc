// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "text/read_aloud.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <thread>

#include "base/files.h"
#include "text/language.h"
#include "text/read_chinese_internal.h"
#include "text/read_english_internal.h"

namespace waveshift::text {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string Said(std::string_view text, std::string_view language) {
  const auto spoken = ReadAloud(text, language);
  EXPECT_TRUE(spoken.ok()) << Message(spoken.status());
  return spoken.ok() ? spoken->text : "";
}

struct Case {
  std::string written;
  std::string said;
};

std::vector<Case> ReadCases(const std::string& name) {
  const auto file = ReadFile(std::string(WAVESHIFT_SOURCE_DIR) + "/tests/golden/read_aloud/" + name, 1 << 20);
  EXPECT_TRUE(file.ok()) << Message(file.status());
  std::vector<Case> cases;
  std::string_view rest = file.ok() ? std::string_view(*file) : std::string_view();
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const size_t tab = line.find('\t');
    EXPECT_NE(tab, std::string_view::npos) << line;
    if (tab != std::string_view::npos)
      cases.push_back({std::string(line.substr(0, tab)), std::string(line.substr(tab + 1))});
  }
  return cases;
}

TEST(ReadAloud, EnglishCases) {
  const std::vector<Case> cases = ReadCases("en.tsv");
  EXPECT_GE(cases.size(), 150U);
  for (const Case& one : cases) EXPECT_EQ(Said(one.written, "en"), one.said) << one.written;
}

TEST(ReadAloud, ChineseCases) {
  const std::vector<Case> cases = ReadCases("zh.tsv");
  EXPECT_GE(cases.size(), 150U);
  for (const Case& one : cases) EXPECT_EQ(Said(one.written, "zh"), one.said) << one.written;
}

TEST(ReadAloud, WhatIsSaidStaysAsItIs) {
  for (const auto& [name, language] : {std::pair("en.tsv", "en"), std::pair("zh.tsv", "zh")}) {
    for (const Case& one : ReadCases(name)) EXPECT_EQ(Said(one.said, language), one.said);
  }
}

TEST(ReadAloud, BritishDates) {
  EXPECT_EQ(Said("on 3/5/2024", "en-GB"), "on the third of May twenty twenty-four");
  EXPECT_EQ(Said("on 5/13/2024", "en-GB"), "on the thirteenth of May twenty twenty-four");
  EXPECT_EQ(Said("March 5", "en-GB"), "the fifth of March");
}

TEST(ReadAloud, OtherLanguages) {
  EXPECT_EQ(Said("Cuesta 1.234 €, el 15% más.", "es"),
            "Cuesta mil doscientos treinta y cuatro euros, el quince por ciento más.");
  EXPECT_EQ(Said("A las 10:30, de 10-20 personas", "es"), "A las diez y treinta, de diez a veinte personas");
  EXPECT_EQ(Said("Le train de 10h30", "fr"), "Le train de dix heures trente");
  EXPECT_EQ(Said("J'ai 21 ans et 3,5 litres.", "fr"), "J'ai vingt-et-un ans et trois virgule cinq litres.");
  EXPECT_EQ(Said("Il 50% di 1.000", "it"), "Il cinquanta per cento di mille");
  EXPECT_EQ(Said("Custa -3 €", "pt-BR"), "Custa menos três euros");
  EXPECT_EQ(Said("मेरे पास 25 किताबें हैं।", "hi"), "मेरे पास पच्चीस किताबें हैं।");
  EXPECT_EQ(Said("りんごを3個、50%買った。", "ja"), "りんごを三個、五十パーセント買った。");
  EXPECT_EQ(Said("Ich habe 21 Katzen.", "de"), "Ich habe einundzwanzig Katzen.");
  EXPECT_EQ(Said("У меня 5 яблок.", "ru"), "У меня пять яблок.");
  // Nobody can spell Klingon numbers: the engine gets the digits.
  EXPECT_EQ(Said("5 loD", "tlh"), "5 loD");
}

TEST(ReadAloud, WhatCannotBeSaidIsLeftOutWithAWarning) {
  const auto spoken = ReadAloud("Hello 世界 and привет ⌘ bye.", "en");
  ASSERT_TRUE(spoken.ok());
  EXPECT_EQ(spoken->text, "Hello and bye.");
  EXPECT_THAT(spoken->warnings, ElementsAre("'世界привет' left out: not the script of English",
                                            "'⌘' left out: no words for it in English"));
  EXPECT_THAT(ReadAloud("Nothing strange 😀.", "en")->warnings, IsEmpty());
  EXPECT_THAT(ReadAloud("你好 привет", "zh")->warnings.front(), HasSubstr("привет"));
  EXPECT_EQ(Said("iPhone 与 Android", "zh"), "iPhone 与 Android");
}

TEST(ReadAloud, MarkupAndLineBreaks) {
  EXPECT_EQ(Said("<p class=\"x\">One</p>\n\n<p>two &amp; three</p>", "en"), "One. two and three");
  EXPECT_EQ(Said("First line\nSecond line.\nThird", "en"), "First line. Second line. Third");
  EXPECT_EQ(Said("第一行\n第二行。", "zh"), "第一行. 第二行。");
  EXPECT_EQ(Said("- one\n- two", "en"), "one. two");
}

TEST(ReadAloud, RefusesWhatIsNoText) {
  EXPECT_EQ(ReadAloud("\xff\xfe", "en").status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(ReadAloud("text", "no such language").status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(ReadAloud(std::string(kLongestReadAloudBytes + 1, 'a'), "en").status().code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Said("", "en"), "");
  EXPECT_EQ(Said(" \n\t ", "zh"), "");
}

TEST(ReadAloud, LongAndOddTextsEnd) {
  for (const char* piece :
       {"1", "1,", "1-", "1/", "1.", "a.", "$1 ", "I", "10:", "<a", "*", "A.B.", "1月", "中2", "_", "&a"}) {
    std::string text;
    while (text.size() < 5000) text += piece;
    for (const char* language : {"en", "zh", "es"}) {
      const auto spoken = ReadAloud(text, language);
      ASSERT_TRUE(spoken.ok());
      EXPECT_TRUE(IsValidUtf8(spoken->text)) << piece << " " << language;
    }
  }
}

TEST(ReadAloud, ManyThreads) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([] {
      for (int n = 0; n < 50; ++n) {
        EXPECT_EQ(Said("$5 at 10:30", "en"), "five dollars at ten thirty");
        EXPECT_EQ(Said("2024年花了2元", "zh"), "二零二四年花了两元");
      }
    });
  }
}

TEST(ReadAloud, EveryRuleIsTaken) {
  for (const auto rules :
       {internal::EnglishAddressRules(), internal::EnglishDateRules(false), internal::EnglishDateRules(true),
        internal::EnglishQuantityRules(), internal::EnglishWordRules(), internal::EnglishNumberRules(),
        internal::ChineseDateRules(), internal::ChineseQuantityRules(), internal::ChineseNumberRules()}) {
    EXPECT_EQ(internal::RuleSet(rules).size(), rules.size());
  }
  EXPECT_EQ(internal::RuleSet(std::array<internal::ReadingRule, 1>{{{"(", nullptr}}}).size(), 0U);
}

TEST(RomanValue, OnlyUsualForms) {
  EXPECT_EQ(internal::RomanValue("XIV"), 14);
  EXPECT_EQ(internal::RomanValue("MCMXCIX"), 1999);
  EXPECT_EQ(internal::RomanValue("VIII"), 8);
  for (const char* wrong : {"IIII", "VX", "IC", "XIVI", "VV", "", "ABC", "IXI"})
    EXPECT_EQ(internal::RomanValue(wrong), 0) << wrong;
}

TEST(SplitSentences, KeepsAbbreviationsTogether) {
  EXPECT_THAT(SplitSentences("Dr. Smith met J. K. Rowling at 5 p.m. today. They talked! Did you know?", "en"),
              ElementsAre("Dr. Smith met J. K. Rowling at 5 p.m. today.", "They talked!", "Did you know?"));
  EXPECT_THAT(SplitSentences("It cost $3.50. Really.", "en"), ElementsAre("It cost $3.50.", "Really."));
  EXPECT_THAT(SplitSentences("你好。今天天气很好！走吧？", "zh"),
              ElementsAre("你好。", "今天天气很好！", "走吧？"));
  EXPECT_THAT(SplitSentences("La Sra. Gómez vino. ¿Y tú?", "es"),
              ElementsAre("La Sra. Gómez vino.", "¿Y tú?"));
  EXPECT_THAT(SplitSentences("  \n ", "en"), IsEmpty());
  EXPECT_THAT(SplitSentences("no end", ""), ElementsAre("no end"));
}

TEST(SplitSentences, CutsWhatIsTooLong) {
  EXPECT_THAT(SplitSentences("one two three, four five six seven eight", "en", 20),
              ElementsAre("one two three,", "four five six seven", "eight"));
  EXPECT_THAT(SplitSentences("一二三四五六七八九十", "zh", 4), ElementsAre("一二三四", "五六七八", "九十"));
  std::string text(100000, 'x');
  for (const std::string& piece : SplitSentences(text, "en", 300)) EXPECT_LE(piece.size(), 300U);
}

TEST(SplitSentences, NothingGetsLost) {
  std::string written;
  for (const Case& one : ReadCases("en.tsv")) written += one.written + " ";
  std::string joined;
  for (const std::string& sentence : SplitSentences(written, "en", 60)) joined += sentence + " ";
  EXPECT_EQ(CollapseWhitespace(joined), CollapseWhitespace(written));
}

}  // namespace
}  // namespace waveshift::text
