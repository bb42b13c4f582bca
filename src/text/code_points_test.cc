// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "text/code_points.h"

#include <gtest/gtest.h>

namespace waveshift::text {
namespace {

TEST(CodePoints, ThereAndBack) {
  const std::string text = "aé中😀";
  EXPECT_EQ(ToCodePoints(text), U"aé中😀");
  EXPECT_EQ(ToUtf8(ToCodePoints(text)), text);
}

TEST(CodePoints, BadBytesAndNumbersAreLeftOut) {
  EXPECT_EQ(ToCodePoints("a\xff"
                         "b\xC0\x80"),
            U"ab");
  EXPECT_EQ(ToUtf8(std::u32string{U'a', 0xD800, 0x110000, 0xFFFFFFFF, U'b'}), "ab");
}

TEST(CodePoints, Forms) {
  EXPECT_EQ(Decompose(U"ã"), U"a\u0303");
  EXPECT_EQ(ComposeCompatible(U"Ａ１ﬁ①"), U"A1fi1");
}

TEST(CodePoints, TraditionalChineseIsRecognised) {
  EXPECT_EQ(SimplifiedHan(U"我們在學校學習，電話號碼"), U"我们在学校学习，电话号码");
  // 著 and 乾 are simplified characters too.
  EXPECT_EQ(SimplifiedHan(U"他是一位著名的历史学家"), U"他是一位著名的历史学家");
  EXPECT_EQ(SimplifiedHan(U"plain text"), U"plain text");
}

TEST(CodePoints, Kinds) {
  EXPECT_TRUE(IsHan(U'中') && IsHan(U'〇') && !IsHan(U'々') && !IsHan(U'あ') && !IsHan(U'a'));
  EXPECT_TRUE(IsKana(U'あ') && IsKana(U'ア') && IsKana(U'ー') && !IsKana(U'中'));
  EXPECT_TRUE(IsLatin(U'é') && !IsLatin(U'я') && !IsLatin(U'1'));
  EXPECT_TRUE(IsDigit(U'३') && !IsDigit(U'a'));
  EXPECT_TRUE(IsMark(0x0303) && !IsMark(U'a'));
  EXPECT_EQ(ToLower(U'É'), U'é');
}

}  // namespace
}  // namespace waveshift::text
