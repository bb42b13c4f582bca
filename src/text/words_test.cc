// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "text/words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace waveshift::text {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

std::vector<std::string> Folded(std::string_view text, std::string_view language) {
  std::vector<std::string> all;
  for (const Word& word : SplitWords(text, language)) all.push_back(word.folded);
  return all;
}

TEST(SplitWords, LanguagesWithAndWithoutSpaces) {
  EXPECT_THAT(Folded("I don't know, Mr. O'Neill!", "en"), ElementsAre("i", "don't", "know", "mr", "o'neill"));
  EXPECT_THAT(Folded("我们明天回家", "zh"), ElementsAre("我们", "明天", "回家"));
  EXPECT_THAT(Folded("Ｔｅｎ STRASSE", "de"), ElementsAre("ten", "strasse"));
  EXPECT_THAT(Folded(" ... ", "en"), IsEmpty());
  EXPECT_THAT(Folded("a\xFF\xC0z", "en"), ElementsAre("a", "z"));
}

TEST(SplitWords, SaysWhatAWordIs) {
  const auto words = SplitWords("Then Anna paid 3.50 for A4. Really? \"Yes\"", "en");
  ASSERT_EQ(words.size(), 8U);
  EXPECT_TRUE(words[0].is_capital && words[0].begins_sentence);
  EXPECT_TRUE(words[1].is_capital && !words[1].begins_sentence);
  EXPECT_TRUE(!words[2].is_capital && !words[2].has_digit);
  EXPECT_TRUE(words[3].has_digit);
  EXPECT_TRUE(words[5].has_digit);
  EXPECT_TRUE(words[6].begins_sentence);
  EXPECT_TRUE(words[7].begins_sentence);
  EXPECT_EQ(words[1].begin, 5U);
  EXPECT_EQ(words[1].end, 9U);
}

TEST(Scripts, OfTextsAndLanguages) {
  EXPECT_THAT(LettersByScript("Ab 12, 中文か"),
              ElementsAre(Pair("Hani", 2), Pair("Hira", 1), Pair("Latn", 2)));
  EXPECT_THAT(LettersByScript("12 -- !"), IsEmpty());
  EXPECT_THAT(ScriptsOfLanguage("en"), ElementsAre("Latn"));
  EXPECT_THAT(ScriptsOfLanguage("zh-CN"), ElementsAre("Hani"));
  EXPECT_THAT(ScriptsOfLanguage("zh-TW"), testing::Contains("Hani"));
  EXPECT_THAT(ScriptsOfLanguage("ja"), testing::IsSupersetOf({"Hani", "Hira", "Kana"}));
  EXPECT_THAT(ScriptsOfLanguage("ru"), ElementsAre("Cyrl"));
}

TEST(CapitalizeFirst, FollowsTheLanguage) {
  EXPECT_EQ(CapitalizeFirst("\"éa", "fr"), "\"Éa");
  EXPECT_EQ(CapitalizeFirst("istanbul", "tr"), "İstanbul");
  EXPECT_EQ(CapitalizeFirst("中文", "zh"), "中文");
  EXPECT_EQ(CapitalizeFirst("3 apples", "en"), "3 apples");
  EXPECT_EQ(CapitalizeFirst("...", "en"), "...");
}

}  // namespace
}  // namespace waveshift::text
