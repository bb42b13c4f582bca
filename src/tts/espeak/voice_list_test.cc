// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/espeak/voice_list.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace waveshift::tts {
namespace {

// Lines as espeak-ng 1.51 prints them.
constexpr std::string_view kVoices =
    "Pty Language       Age/Gender VoiceName          File                 Other Languages\n"
    " 5  chr-US-Qaaa-x-west --/M      Cherokee_          iro/chr              \n"
    " 5  cmn             --/M      Chinese_(Mandarin,_latin_as_English) sit/cmn              (zh-cmn 5)(zh "
    "5)\n"
    " 5  cmn-latn-pinyin --/M      Chinese_(Mandarin,_latin_as_Pinyin) sit/cmn-Latn-pinyin  (zh-cmn 5)(zh "
    "5)\n"
    " 5  de              --/M      German             gmw/de               \n"
    " 5  en-029          --/M      English_(Caribbean) gmw/en-029           (en 10)\n"
    " 2  en-gb           --/M      English_(Great_Britain) gmw/en               (en 2)\n"
    " 2  en-us           --/M      English_(America)  gmw/en-US            (en 3)\n"
    " 5  es              --/M      Spanish_(Spain)    roa/es               \n"
    " 5  es-419          --/M      Spanish_(Latin_America) roa/es-419           (es-mx 6)(es 6)\n"
    " 5  fr-be           --/M      French_(Belgium)   roa/fr-BE            (fr 8)\n"
    " 5  fr-fr           --/M      French_(France)    roa/fr               (fr 5)\n"
    " 5  he              --/M      Hebrew             sem/he               \n"
    " 5  nb              --/M      Norwegian_Bokm\xC3\xA5l  gmq/nb               (no 5)\n"
    " 5  pt              --/M      Portuguese_(Portugal) roa/pt               (pt-pt 5)\n"
    " 5  pt-br           --/M      Portuguese_(Brazil) roa/pt-BR            (pt 6)\n"
    " 5  yue             --/M      Chinese_(Cantonese) sit/yue              (zh-yue 5)(zh 8)\n"
    " 5  ../../evil      --/M      Evil               x/y\n"
    " 5  -x              --/M      Option             x/y\n";
constexpr std::string_view kVariants =
    "Pty Language       Age/Gender VoiceName          File                 Other Languages\n"
    " 5  variant         --/F      female3            !v/f3                \n"
    " 5  variant         --/M      Mr_Serious         !v/Mr serious        \n"
    " 5  variant         70/M      male1              !v/m1                \n";

EspeakVoiceList List() { return EspeakVoiceList::Parse(kVoices, kVariants).value(); }

TEST(EspeakVoiceList, FindsTheLanguageOfATag) {
  const EspeakVoiceList list = List();
  const std::pair<const char*, const char*> expected[] = {
      {"en", "en-us"},
      {"en-US", "en-us"},
      {"en-GB", "en-gb"},
      {"en-AU", "en-gb"},
      {"en-CA", "en-us"},
      {"zh", "cmn-latn-pinyin"},
      {"zh-CN", "cmn-latn-pinyin"},
      {"zh-Hant-TW", "cmn-latn-pinyin"},
      {"cmn", "cmn-latn-pinyin"},
      {"zh-HK", "yue"},
      {"zh-Hant-HK", "yue"},
      {"yue", "yue"},
      {"pt-BR", "pt-br"},
      {"pt_BR", "pt-br"},
      {"pt", "pt"},
      {"pt-AO", "pt"},
      {"fr", "fr-fr"},
      {"fr-BE", "fr-be"},
      {"fr-CA", "fr-fr"},
      {"es-MX", "es-419"},
      {"es", "es"},
      {"no", "nb"},
      {"nn-NO", "nb"},
      {"iw", "he"},
      {"de-AT", "de"},
      {"chr", "chr-US-Qaaa-x-west"},
  };
  for (const auto& [tag, language] : expected) EXPECT_EQ(list.LanguageFor(tag), language) << tag;
  for (const char* tag : {"", "tlh", "xx", "und", "../../evil", "-x", "de;ls", "de de", "d\xC3\xA9"}) {
    EXPECT_EQ(list.LanguageFor(tag), "") << tag;
  }
}

TEST(EspeakVoiceList, MandarinWithoutThePinyinVoiceIsStillMandarin) {
  const auto list = EspeakVoiceList::Parse(" 5  cmn  --/M  Chinese sit/cmn (zh-cmn 5)(zh 5)\n", "").value();
  EXPECT_EQ(list.LanguageFor("zh"), "cmn");
}

TEST(EspeakVoiceList, ResolvesNames) {
  const EspeakVoiceList list = List();
  EXPECT_EQ(list.Resolve("", "pt-BR").value().Argument(), "pt-br");
  EXPECT_EQ(list.Resolve("en-us+f3", "pt-BR").value().Argument(), "en-us+f3");
  EXPECT_EQ(list.Resolve("zh+m1", "zh").value().Argument(), "cmn-latn-pinyin+m1");
  EXPECT_EQ(list.Resolve("+f3", "de").value().Argument(), "de+f3");
}

TEST(EspeakVoiceList, NamesThatAreNotThereAreClearErrors) {
  const EspeakVoiceList list = List();
  for (const char* name :
       {"xx+f3", "de+f9", "de+", "+", "de+f3+f3", "../x", "de+../x", "-v", "de f3", "de\n"}) {
    const auto voice = list.Resolve(name, "de");
    EXPECT_EQ(voice.status().code(), StatusCode::kInvalidArgument) << name;
    EXPECT_NE(Message(voice.status()).find("voice"), std::string::npos) << name;
  }
  EXPECT_NE(Message(list.Resolve("", "xx").status()).find("\"xx\""), std::string::npos);
  EXPECT_FALSE(list.Resolve("", "").ok());
}

TEST(EspeakVoiceList, TablesThatAreNoneAreErrors) {
  EXPECT_EQ(EspeakVoiceList::Parse("", "").status().code(), StatusCode::kDataLoss);
  EXPECT_EQ(EspeakVoiceList::Parse("sh: not found\n 5 de\n", "").status().code(), StatusCode::kDataLoss);
}

TEST(EspeakVoiceName, GivesDistinctVariantsAndThenNone) {
  std::set<std::string> names;
  for (size_t i = 0; i < 7; ++i) names.insert(EspeakVoiceName("de", false, i));
  for (size_t i = 0; i < 5; ++i) names.insert(EspeakVoiceName("de", true, i));
  EXPECT_EQ(names.size(), 12u);
  EXPECT_FALSE(names.contains(""));
  EXPECT_EQ(EspeakVoiceName("de", false, 7), "");
  EXPECT_EQ(EspeakVoiceName("de", true, 5), "");
  EXPECT_EQ(EspeakVoiceName("en", true, 0), "en-us+f3");
  EXPECT_EQ(EspeakVoiceName("pt-BR", true, 0), "pt-br+f3");
  EXPECT_EQ(EspeakVoiceName("a b", true, 0), "");
}

TEST(EspeakPitchArgument, RisesWithThePitchAndStaysInRange) {
  EXPECT_EQ(EspeakPitchArgument({"en-us", "f3"}, 211), 50);
  EXPECT_EQ(EspeakPitchArgument({"de", "m1"}, 95), 50);
  for (const char* variant : {"", "m7", "f3", "no-such"}) {
    int before = 0;
    for (int step = 0; step < 150; ++step) {
      const double hz = std::pow(1.05, step);
      const int argument = EspeakPitchArgument({"en-us", variant}, hz);
      EXPECT_GE(argument, before);
      EXPECT_LE(argument, 99);
      before = argument;
    }
    EXPECT_EQ(before, 99);
  }
}

TEST(EspeakPitchArgument, ToneLanguagesAreLifted) {
  EXPECT_GT(EspeakPitchArgument({"cmn-latn-pinyin", "f3"}, 211), EspeakPitchArgument({"en-us", "f3"}, 211));
}

TEST(EspeakPitchArgument, NoPitchIsTheVoicesOwn) {
  for (const double none : {0.0, -5.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    EXPECT_EQ(EspeakPitchArgument({"en-us", "f3"}, none), 50);
  }
}

TEST(EspeakVoiceList, ListsItsVoices) {
  const std::vector<VoiceInfo> voices = List().Voices();
  ASSERT_EQ(voices.size(), List().languages());
  const auto german =
      std::find_if(voices.begin(), voices.end(), [](const VoiceInfo& voice) { return voice.name == "de"; });
  ASSERT_NE(german, voices.end());
  EXPECT_EQ(german->language, "de");
  EXPECT_EQ(german->gender, VoiceInfo::Gender::kMale);
}

TEST(EspeakVoiceList, FindsOnlyWhatIsListed) {
  const EspeakVoiceList list = List();
  const auto found = list.FindVoice("en-gb+f3");
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->name, "en-gb+f3");
  EXPECT_EQ(found->language, "en-GB");
  EXPECT_EQ(found->gender, VoiceInfo::Gender::kFemale);
  EXPECT_EQ(list.FindVoice("+m1")->language, "");
  EXPECT_EQ(list.FindVoice("zh")->language, "zh");  // an alias
  // A tag falls back to a shorter one, a voice does not: "es_heart" is somebody else's.
  for (const char* name : {"es_heart", "en-xx", "", "+", "+f9", "de+", "de\n"}) {
    EXPECT_EQ(list.FindVoice(name).status().code(), StatusCode::kInvalidArgument) << name;
  }
}

}  // namespace
}  // namespace waveshift::tts
