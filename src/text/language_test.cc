// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "text/language.h"

#include <gtest/gtest.h>

#include <string>

namespace waveshift::text {
namespace {

TEST(CanonicalLanguage, TakesTagsWordsAndCodes) {
  const std::pair<const char*, const char*> cases[] = {
      {"en", "en"},
      {"EN", "en"},
      {"eng", "en"},
      {"chinese", "zh"},
      {"English", "en"},
      {"zh_CN", "zh-CN"},
      {"zh-hant-tw", "zh-Hant-TW"},
      {"pt-br", "pt-BR"},
      {" fr ", "fr"},
      {"German", "de"},
      {"chi", "zh"},
      {"fre", "fr"},
      {"ger", "de"},
      {"cmn", "zh"},
      {"iw", "he"},
      {"yue", "yue"},
      {"Cantonese", "yue"},
      {"sr-latn", "sr-Latn"},
      {"traditional chinese", "zh-Hant"},
      {"ga", "ga"},
      {"es-419", "es-419"},
      {"japanese", "ja"},
  };
  for (const auto& [given, want] : cases) {
    const auto tag = CanonicalLanguage(given);
    ASSERT_TRUE(tag.ok()) << given;
    EXPECT_EQ(*tag, want) << given;
  }
}

TEST(CanonicalLanguage, RefusesWhatIsNoTag) {
  const std::string cases[] = {"",
                               " ",
                               "e",
                               "englisch1",
                               "ennglish",
                               "en-",
                               "-en",
                               "en--US",
                               "../x",
                               "en US",
                               "en-US/../..",
                               "klingonese",
                               "x-private",
                               std::string(5000, 'a'),
                               std::string("en\0us", 5),
                               "\xff\xfe",
                               "en-toolongsubtag",
                               "12"};
  for (const std::string& given : cases) {
    const auto tag = CanonicalLanguage(given);
    ASSERT_FALSE(tag.ok()) << given << " became " << *tag;
    EXPECT_EQ(tag.status().code(), StatusCode::kInvalidArgument);
    EXPECT_TRUE(IsValidUtf8(Message(tag.status()))) << given;
    EXPECT_LT(Message(tag.status()).size(), 300u);
  }
}

TEST(CanonicalLanguage, IsStableOnItsOwnResult) {
  for (const char* given : {"zh_hant_hk", "eng", "portuguese", "de-1996", "zh-Hans-CN-u-nu-latn"}) {
    const auto once = CanonicalLanguage(given);
    ASSERT_TRUE(once.ok()) << given;
    EXPECT_EQ(*CanonicalLanguage(*once), *once);
  }
}

TEST(PrimarySubtag, IsTheLanguageAlone) {
  EXPECT_EQ(PrimarySubtag("zh-Hant-TW"), "zh");
  EXPECT_EQ(PrimarySubtag("EN_us"), "en");
  EXPECT_EQ(PrimarySubtag(""), "");
}

TEST(LanguageName, IsTheLanguagesOwn) {
  EXPECT_EQ(LanguageName("en"), "English");
  EXPECT_EQ(LanguageName("zh"), "中文");
  EXPECT_EQ(LanguageName("fr"), "Français");
  EXPECT_EQ(LanguageName("pt-BR"), "Português (Brasil)");
  EXPECT_EQ(LanguageName("xx"), "xx");
  EXPECT_EQ(LanguageName(""), "");
  EXPECT_EQ(LanguageName("no tag!"), "no tag!");
}

TEST(Iso639Part2, HasThreeLetters) {
  EXPECT_EQ(Iso639Part2("en-US"), "eng");
  EXPECT_EQ(Iso639Part2("zh"), "zho");
  EXPECT_EQ(Iso639Part2("de"), "deu");
  EXPECT_EQ(Iso639Part2("xx"), "und");
  EXPECT_EQ(Iso639Part2(""), "und");
  EXPECT_EQ(Iso639Part2(std::string(500, 'x')), "und");
}

TEST(IsValidUtf8, FollowsTheStandard) {
  EXPECT_TRUE(IsValidUtf8(""));
  EXPECT_TRUE(IsValidUtf8("aé中😀"));
  EXPECT_FALSE(IsValidUtf8("\xC0\x80"));          // overlong
  EXPECT_FALSE(IsValidUtf8("\xE0\x80\x80"));      // overlong
  EXPECT_FALSE(IsValidUtf8("\xED\xA0\x80"));      // surrogate
  EXPECT_FALSE(IsValidUtf8("\xF4\x90\x80\x80"));  // past the last code point
  EXPECT_FALSE(IsValidUtf8("abc\xE4\xB8"));       // cut short
  EXPECT_FALSE(IsValidUtf8("\x80"));
}

TEST(HasSayableWords, WantsALetterOrDigit) {
  EXPECT_TRUE(HasSayableWords("- 7 -"));
  EXPECT_TRUE(HasSayableWords("…好…"));
  EXPECT_TRUE(HasSayableWords("नमस्ते"));
  EXPECT_FALSE(HasSayableWords(""));
  EXPECT_FALSE(HasSayableWords("... ♪ — !? 。"));
  EXPECT_FALSE(HasSayableWords("\xff\xfe"));
}

TEST(CollapseWhitespace, LeavesOneParagraph) {
  EXPECT_EQ(CollapseWhitespace("  a\t\r\n b\u00A0\u3000c \u2028"), "a b c");
  EXPECT_EQ(CollapseWhitespace(std::string("a\0b\x01\x1f", 5)), "ab");
  EXPECT_EQ(CollapseWhitespace("\uFEFFa\x7f\u0085z"), "a z");
  EXPECT_EQ(CollapseWhitespace("a\xff\xc0z"), "az");
  EXPECT_EQ(CollapseWhitespace(" \n\t"), "");
  // Joiners shape letters and stay.
  EXPECT_EQ(CollapseWhitespace("\u0645\u06CC\u200C\u0631"), "\u0645\u06CC\u200C\u0631");
}

}  // namespace
}  // namespace waveshift::text
