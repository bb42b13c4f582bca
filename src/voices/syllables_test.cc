// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "voices/syllables.h"

#include <gtest/gtest.h>

#include <string>

namespace waveshift::voices {
namespace {

double Syllables(std::string_view text) { return EstimateSyllables(text).syllables; }

TEST(Syllables, LatinCountsVowelGroups) {
  EXPECT_EQ(Syllables("banana"), 3);
  EXPECT_EQ(Syllables("Guten Morgen!"), 4);
  EXPECT_EQ(Syllables("été à Paris"), 5);
  EXPECT_EQ(Syllables("Mr. Krk"), 2);  // at least one a word
  EXPECT_EQ(Syllables("čtvrtek"), 1);
  EXPECT_DOUBLE_EQ(EstimateSyllables("hello").typical_per_second, 4.8);
}

TEST(Syllables, CjkCountsCharacters) {
  EXPECT_EQ(Syllables("我们今天去北京。"), 7);
  EXPECT_NEAR(EstimateSyllables("我们今天").typical_per_second, 4.02, 0.01);
  EXPECT_EQ(Syllables("안녕하세요"), 5);
  EXPECT_EQ(Syllables("きょう"), 2);
  EXPECT_EQ(Syllables("東京です"), 6);
  EXPECT_NEAR(EstimateSyllables("東京です").typical_per_second, 6.08, 0.01);
}

TEST(Syllables, OtherScriptsCountLetters) {
  EXPECT_DOUBLE_EQ(Syllables("Привет"), 6 / 2.5);
  EXPECT_DOUBLE_EQ(Syllables("مرحبا"), 5 / 2.5);
}

TEST(Syllables, DigitsMixesAndNothing) {
  EXPECT_DOUBLE_EQ(Syllables("2024"), 4.8);
  EXPECT_EQ(Syllables("用 banana"), 4);
  EXPECT_EQ(Syllables(""), 0);
  EXPECT_EQ(Syllables("... —?!"), 0);
}

TEST(Syllables, BytesThatAreNoTextAreHarmless) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
  EXPECT_GE(Syllables(bytes), 0);
  for (size_t n = 0; n < 4; ++n) EXPECT_EQ(Syllables(std::string("\xF0\x9F\x98\x80").substr(0, n)), 0);
}

}  // namespace
}  // namespace waveshift::voices
