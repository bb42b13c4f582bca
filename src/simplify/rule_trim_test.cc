// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "simplify/rule_trim.h"

#include <gtest/gtest.h>

#include "simplify/language_data.h"
#include "simplify/meaning.h"

namespace waveshift::simplify {
namespace {

struct Case {
  const char* language;
  const char* text;
  const char* trimmed;
};

class Trims : public testing::TestWithParam<Case> {};

TEST_P(Trims, AreCertain) {
  const auto& [language, text, trimmed] = GetParam();
  EXPECT_EQ(TrimByRules(text, language), trimmed);
  EXPECT_EQ(TrimByRules(trimmed, language), trimmed);
  if (std::string_view(text) != trimmed) {
    EXPECT_EQ(CompareMeaning(text, trimmed, {.language = language}).objection, "");
  }
}

INSTANTIATE_TEST_SUITE_P(
    English, Trims,
    testing::Values(Case{"en", "Um, I think so.", "I think so."}, Case{"en", "Um I think so.", "I think so."},
                    Case{"en", "I, uh, I don't know.", "I don't know."},
                    Case{"en", "Well, you know, it's late.", "It's late."},
                    Case{"en", "It's late, you know.", "It's late."},
                    Case{"en", "It's late, you know?", "It's late, you know?"},
                    Case{"en", "You know him, I mean the the man.", "You know him, I mean the man."},
                    Case{"en", "It goes, like, very fast.", "It goes, very fast."},
                    Case{"en", "I like him.", "I like him."},
                    Case{"en", "I... I had had enough. No, no!", "I had had enough. No, no!"},
                    Case{"en", "Um.", "Um."}, Case{"en", "Um, uh.", "Uh."},
                    Case{"en", "Very, very good, bye bye.", "Very, very good, bye bye."},
                    Case{"en", "He said it. Well, er, I left.", "He said it. I left."},
                    Case{"en", "Well done.", "Well done."}));

INSTANTIATE_TEST_SUITE_P(Others, Trims,
                         testing::Values(Case{"es", "Pues, no lo sé, eh, mañana.", "No lo sé, mañana."},
                                         Case{"es", "Es tarde, ¿sabes?", "Es tarde, ¿sabes?"},
                                         Case{"fr", "Euh, je ne sais pas.", "Je ne sais pas."},
                                         Case{"fr", "Je je ne sais pas, tu sais.", "Je ne sais pas."},
                                         Case{"de", "Ähm, ich ich weiß es nicht.", "Ich weiß es nicht."},
                                         Case{"it", "Beh, ehm, non lo so.", "Non lo so."},
                                         Case{"pt", "Bem, eu não sei, né.", "Eu não sei."},
                                         Case{"ru", "Ну, э, я не знаю.", "Я не знаю."},
                                         Case{"zh", "嗯，我不知道。", "我不知道。"},
                                         Case{"zh", "那个，我，我不知道。", "我不知道。"},
                                         Case{"zh", "那个人来了。", "那个人来了。"},
                                         Case{"ja", "えっと、明日行きます。", "明日行きます。"},
                                         Case{"ja", "あの、すみません。", "すみません。"},
                                         Case{"ja", "あの人です。", "あの人です。"},
                                         Case{"nl", "Nou, ik ik weet het niet.", "Ik weet het niet."},
                                         Case{"xx", "um, uh, the the", "um, uh, the the"},
                                         Case{"en", "", ""}));

TEST(TrimByRules, LongTextsTakeFewPasses) {
  std::string text = "I know";
  for (int i = 0; i < 3000; ++i) text += i % 2 == 0 ? ", um" : ", I, I";
  const std::string trimmed = TrimByRules(text, "en");
  EXPECT_LT(trimmed.size(), text.size() / 2);
  EXPECT_EQ(trimmed.find("um"), std::string::npos);
}

TEST(LanguageData, IsWhole) {
  for (const std::string& language : LanguagesWithData()) {
    const LanguageData& data = DataOfLanguage(language);
    EXPECT_FALSE(data.hesitations.empty()) << language;
    EXPECT_FALSE(data.fillers.empty()) << language;
    EXPECT_FALSE(data.negations.empty()) << language;
    EXPECT_GE(data.function_words.size(), 15U) << language;
    for (const auto& [word, digits] : data.numbers)
      EXPECT_NE(std::stoll(digits), 0) << language << " " << word;
  }
  EXPECT_EQ(&DataOfLanguage("en-GB"), &DataOfLanguage("en"));
  EXPECT_TRUE(DataOfLanguage("tlh").negations.empty());
  EXPECT_FALSE(DataOfLanguage("th").has_spaces);
}

}  // namespace
}  // namespace waveshift::simplify
