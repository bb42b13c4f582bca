// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "simplify/meaning.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace waveshift::simplify {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string Objection(std::string_view original, std::string_view rewritten, const std::string& language,
                      std::set<std::string> names = {}) {
  return CompareMeaning(original, rewritten, {.language = language, .names = std::move(names)}).objection;
}

TEST(CompareMeaning, GoodShorteningsPass) {
  EXPECT_EQ(Objection("I would really like to ask you to close the window now, please.",
                      "Please close the window now.", "en"),
            "");
  EXPECT_EQ(Objection("You will have to wait for at least twenty minutes, Anna.",
                      "Wait at least 20 minutes, Anna.", "en"),
            "");
  EXPECT_EQ(Objection("我真的不知道他们明天到底会不会来。", "我不知道他们明天来不来。", "zh"), "");
  EXPECT_EQ(Objection("Ich glaube wirklich nicht, dass wir das heute noch schaffen.",
                      "Das schaffen wir heute nicht.", "de"),
            "");
  EXPECT_EQ(Objection("Je pense que tu ne devrais vraiment pas y aller ce soir.",
                      "Tu ne devrais pas y aller ce soir.", "fr"),
            "");
  EXPECT_EQ(Objection("本当にもう何も食べたくないと思っています。", "もう何も食べたくない。", "ja"), "");
  EXPECT_EQ(Objection("Мы должны были встретиться с Анной ещё вчера вечером.",
                      "Мы должны были встретить Анну вчера.", "ru"),
            "");
}

TEST(CompareMeaning, TheLanguageMustStay) {
  EXPECT_THAT(Objection("Close the window.", "关上窗户。", "en"), HasSubstr("script"));
  EXPECT_THAT(Objection("关上窗户。", "Close the window.", "zh"), HasSubstr("script"));
  EXPECT_THAT(Objection("The president of the republic is in the capital.",
                        "Der Präsident der Republik ist in der Hauptstadt.", "en"),
              HasSubstr("language (de)"));
  EXPECT_THAT(Objection("La situation est très importante pour la région.",
                        "La situación es muy importante para la región.", "fr"),
              HasSubstr("language (es)"));
  EXPECT_EQ(Objection("他说Hello。", "他说Hello", "zh"), "");
}

TEST(CompareMeaning, NumbersMustStay) {
  EXPECT_EQ(Objection("It costs 1,000 dollars.", "Costs 1000 dollars.", "en"), "");
  EXPECT_EQ(Objection("We waited seven hours there.", "We waited 7 hours.", "en"), "");
  EXPECT_THAT(Objection("It was 12 or 13 of them.", "It was 12 of them.", "en"), HasSubstr("13 is gone"));
  EXPECT_THAT(Objection("We waited for seven hours.", "We waited for eight hours.", "en"),
              HasSubstr("7 is gone"));
  EXPECT_THAT(Objection("We waited for hours.", "We waited for 5 hours.", "en"), HasSubstr("5 is new"));
  EXPECT_THAT(Objection("他等了三十五分钟才走。", "他等了很久才走。", "zh"), HasSubstr("三十五 is gone"));
  EXPECT_EQ(Objection("我十分想念一个老朋友。", "我想念老朋友。", "zh"), "");
}

TEST(CompareMeaning, NegationsMustStay) {
  EXPECT_THAT(Objection("I don't want to go there.", "I want to go there.", "en"),
              HasSubstr("negation is gone"));
  EXPECT_THAT(Objection("I don’t want to go there.", "I want to go there.", "en"),
              HasSubstr("negation is gone"));
  EXPECT_THAT(Objection("I want to go there.", "I never want to go there.", "en"),
              HasSubstr("negation is new"));
  EXPECT_EQ(Objection("No, no, I really cannot do that.", "I cannot do that.", "en").find("gone") !=
                std::string::npos,
            true);
  EXPECT_EQ(Objection("No, I really cannot do that.", "I cannot do that.", "en"), "");
  EXPECT_THAT(Objection("我不想去那里。", "我想去那里。", "zh"), HasSubstr("negation is gone"));
  EXPECT_EQ(Objection("不过我非常想去那里看看。", "我想去那里看看。", "zh"), "");
  EXPECT_THAT(Objection("私はそこへ行きたくない。", "私はそこへ行きたい。", "ja"),
              HasSubstr("negation is gone"));
  EXPECT_EQ(Objection("彼は来るかもしれないと思います。", "彼は来ると思います。", "ja"), "");
  EXPECT_THAT(Objection("No quiero ir a la playa.", "Quiero ir a la playa.", "es"),
              HasSubstr("negation is gone"));
  EXPECT_THAT(Objection("Я не хочу идти домой.", "Я хочу идти домой.", "ru"), HasSubstr("negation is gone"));
}

TEST(CompareMeaning, NamesMustStay) {
  EXPECT_EQ(Objection("Is that Anna's big red car?", "Is it the red car of Anna?", "en"), "");
  EXPECT_THAT(Objection("Tell it to Anna before noon.", "Tell it before noon.", "en"),
              HasSubstr("anna is gone"));
  EXPECT_THAT(Objection("Tell it to them before noon.", "Tell it to Bob before noon.", "en"),
              HasSubstr("bob is new"));
  EXPECT_THAT(Objection("Anna should be here before noon.", "Should be here before noon.", "en", {"anna"}),
              HasSubstr("anna is gone"));
  EXPECT_THAT(Objection("我们去找王小明吧，他知道。", "我们去找他吧，他知道。", "zh", {"王小明"}),
              HasSubstr("is gone"));
  EXPECT_THAT(Objection("他在Google工作了很久。", "他工作了很久。", "zh"), HasSubstr("google is gone"));
}

TEST(CompareMeaning, SomethingElseIsRefused) {
  EXPECT_THAT(Objection("Please close the window behind you.", "As a model, cooking pasta is fun.", "en"),
              HasSubstr("not in the original"));
  EXPECT_THAT(Objection("Please close the big window behind you before the rain comes.", "Rain.", "en"),
              HasSubstr("too little"));
  EXPECT_THAT(Objection("Close it.", "...", "en"), HasSubstr("nothing"));
  EXPECT_THAT(Objection("Close it.", "", "en"), HasSubstr("nothing"));
}

TEST(CompareMeaning, MoreKeptScoresHigher) {
  const std::string original = "The old captain sailed slowly home across the dark sea.";
  const auto kept = [&](std::string_view rewritten) {
    return CompareMeaning(original, rewritten, {.language = "en"}).kept;
  };
  EXPECT_DOUBLE_EQ(kept(original), 1);
  EXPECT_GT(kept("The captain sailed slowly home across the sea."), kept("The captain sailed home."));
  EXPECT_GT(kept("The captain sailed home."), kept("The captain came home."));
}

TEST(NamesIn, FollowsTheScript) {
  EXPECT_THAT(NamesIn("Then I saw Anna and Mr Wong.", "en"), ElementsAre("anna", "mr", "wong"));
  EXPECT_THAT(NamesIn("I'm sure. Yes, I'll go.", "en"), IsEmpty());
  EXPECT_THAT(NamesIn("Das Haus steht in Berlin.", "de"), IsEmpty());
  EXPECT_THAT(NamesIn("他用iPhone", "zh"), ElementsAre("iphone"));
  EXPECT_EQ(FoldedName(" Anna  Lee ", "en"), "anna lee");
}

}  // namespace
}  // namespace waveshift::simplify
