// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/kokoro/cast.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "tts/kokoro/voice_table.h"
#include "tts/kokoro/voices.h"

namespace waveshift::tts {
namespace {

size_t Count(const std::vector<CastVoice>& cast, bool high) {
  return static_cast<size_t>(
      std::count_if(cast.begin(), cast.end(), [&](const CastVoice& v) { return v.is_high == high; }));
}

TEST(KokoroCast, VoicesOfTheLanguageComeFirst) {
  for (const CastVoice& voice : KokoroCast("zh", 4, 4)) {
    EXPECT_EQ(voice.name[0], 'z') << voice.name;
    EXPECT_EQ(voice.name.find('+'), std::string::npos);
    EXPECT_EQ(voice.is_high, voice.name[1] == 'f');
  }
  const auto british = KokoroCast("en-GB", 1, 1);
  EXPECT_EQ(british.front().name[0], 'b');
  EXPECT_TRUE(KokoroCast("de", 3, 3).empty());
}

TEST(KokoroCast, NobodyWhispersOrPlaysAPart) {
  for (const char* const language : {"en", "es", "pt"}) {
    for (const CastVoice& voice : KokoroCast(language, 60, 60)) {
      EXPECT_EQ(voice.name.find("santa"), std::string::npos);
      EXPECT_EQ(voice.name.find("nicole"), std::string::npos);
    }
  }
}

TEST(KokoroCast, ThereAreEnoughDistinctVoicesInEveryLanguage) {
  for (const char* const language : {"en", "en-GB", "es", "fr", "hi", "it", "ja", "pt-BR", "zh"}) {
    const auto cast = KokoroCast(language, 20, 20);
    EXPECT_GE(Count(cast, false), 20u) << language;
    EXPECT_GE(Count(cast, true), 20u) << language;
    std::set<std::string> names;
    for (const CastVoice& voice : cast) {
      EXPECT_TRUE(names.insert(voice.name).second) << voice.name;
      EXPECT_TRUE(ParseKokoroVoice(voice.name).ok()) << voice.name;
      EXPECT_GT(voice.pitch_hz, 60) << voice.name;
      EXPECT_LT(voice.pitch_hz, 400) << voice.name;
    }
  }
}

TEST(KokoroCast, MoreSpeakersOnlyAddVoices) {
  const auto few = KokoroCast("fr", 2, 0);
  const auto many = KokoroCast("fr", 12, 0);
  ASSERT_LE(Count(few, false), Count(many, false));
  for (size_t i = 0; i < Count(few, false); ++i) EXPECT_EQ(few[i].name, many[i].name);
}

TEST(KokoroVoiceTable, IsInOrderAndComplete) {
  const auto table = KokoroVoiceTable();
  EXPECT_EQ(table.size(), 54u);
  EXPECT_TRUE(std::is_sorted(table.begin(), table.end(),
                             [](const KokoroVoice& a, const KokoroVoice& b) { return a.name < b.name; }));
  for (const KokoroVoice& voice : table) {
    EXPECT_GT(voice.pitch_hz, 60) << voice.name;
    EXPECT_LT(voice.pitch_hz, 400) << voice.name;
    EXPECT_TRUE(voice.grade >= 'A' && voice.grade <= 'F') << voice.name;
  }
  for (const char* const language : {"en", "en-GB", "es-MX", "fr", "hi", "it", "ja", "pt", "zh-Hant-TW"}) {
    EXPECT_EQ(KokoroDefaultVoice(language).front(), KokoroLanguageLetter(language)) << language;
  }
  EXPECT_EQ(KokoroDefaultVoice("de"), "");
}

}  // namespace
}  // namespace waveshift::tts
