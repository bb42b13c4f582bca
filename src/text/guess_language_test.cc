// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "text/guess_language.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace waveshift::text {
namespace {

TEST(GuessLanguage, ByScript) {
  const std::vector<std::pair<const char*, const char*>> cases = {{"今天天气很好。", "zh"},
                                                                  {"我用 iPhone 打电话。", "zh"},
                                                                  {"始発は七時に出ます。", "ja"},
                                                                  {"コンピューター", "ja"},
                                                                  {"안녕하세요, 여러분.", "ko"},
                                                                  {"Привет, как дела?", "ru"},
                                                                  {"Привіт, як справи?", "uk"},
                                                                  {"नमस्ते, आप कैसे हैं?", "hi"},
                                                                  {"مرحبا بالعالم", "ar"},
                                                                  {"سلام، حال شما چطور است؟ گل", "fa"},
                                                                  {"Γειά σου Κόσμε", "el"},
                                                                  {"שלום עולם", "he"},
                                                                  {"สวัสดีชาวโลก", "th"}};
  for (const auto& [text, language] : cases) EXPECT_EQ(GuessLanguage(text), language) << text;
}

TEST(GuessLanguage, LatinByItsWords) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"The first train leaves at half past seven, and it is on time.", "en"},
      {"We had been watching all morning with the farmer.", "en"},
      {"El primer tren sale a las siete de la mañana.", "es"},
      {"¿Qué tal?", "es"},
      {"Le premier train part à sept heures et nous sommes dans la gare.", "fr"},
      {"Il primo treno parte alle sette e non è in ritardo per la pioggia.", "it"},
      {"O primeiro trem sai às sete e não está atrasado.", "pt"},
      {"Der erste Zug fährt um sieben, und wir sind nicht zu spät.", "de"},
      {"De eerste trein vertrekt om zeven uur en het is niet te laat.", "nl"},
      {"Pierwszy pociąg odjeżdża o siódmej i nie jest spóźniony.", "pl"}};
  for (const auto& [text, language] : cases) EXPECT_EQ(GuessLanguage(text), language) << text;
}

TEST(GuessLanguage, SaysNothingWhenNothingDecides) {
  for (const char* text : {"", "   ", "12345", "?!", "Taxi!", "Hotel", "OK", "\U0001F600", "A1 B2"}) {
    EXPECT_EQ(GuessLanguage(text), "") << text;
  }
  EXPECT_EQ(GuessLanguage("\xff\xfe"), "");
}

}  // namespace
}  // namespace waveshift::text
