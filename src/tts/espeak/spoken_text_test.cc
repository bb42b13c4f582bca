// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/espeak/spoken_text.h"

#include <gtest/gtest.h>

namespace waveshift::tts {
namespace {

TEST(PlainSpokenText, CommandsBecomeText) {
  EXPECT_EQ(PlainSpokenText("a [[h@l]] b").value(), "a [ [h@l]] b");
  EXPECT_EQ(PlainSpokenText("[[[[x").value(), "[ [ [ [x");
  EXPECT_EQ(PlainSpokenText(" two\n lines\t").value(), "two lines");
  const std::string control = PlainSpokenText("a\x01+20S b").value();
  EXPECT_EQ(control.find('\x01'), std::string::npos);
}

TEST(PlainSpokenText, WhatCannotBeSpokenIsAnError) {
  for (const std::string& bad :
       {std::string(), std::string(" \n"), std::string("?! ..."), std::string("a\xFF"),
        std::string("\xED\xA0\x80"), std::string(20001, 'a')}) {
    EXPECT_EQ(PlainSpokenText(bad).status().code(), StatusCode::kInvalidArgument) << bad.substr(0, 20);
  }
  EXPECT_TRUE(PlainSpokenText(std::string(20000, 'a')).ok());
}

std::string Shown(std::string_view text) {
  std::string shown;
  for (const TextPiece& piece : SplitLatinWords(text)) {
    shown +=
        std::string(piece.after_pause ? "~" : "") + (piece.is_latin ? "L" : "O") + "<" + piece.text + ">";
  }
  return shown;
}

TEST(SplitLatinWords, CutsWhereTheScriptChanges) {
  EXPECT_EQ(Shown("你好"), "O<你好>");
  EXPECT_EQ(Shown("hello, world 2"), "L<hello, world 2>");
  EXPECT_EQ(Shown("我用 iPhone 15 打电话"), "O<我用 >L<iPhone 15 >O<打电话>");
  EXPECT_EQ(Shown("2024年,NASA。出发"), "O<2024年,>~L<NASA。>~O<出发>");
  EXPECT_EQ(Shown("café在"), "L<café>O<在>");
  EXPECT_EQ(Shown(""), "O<>");
}

TEST(SplitLatinWords, NothingIsLostAndTheNumberIsBounded) {
  std::string text;
  for (int i = 0; i < 30; ++i) text += "你a";
  std::string joined;
  for (const TextPiece& piece : SplitLatinWords(text)) joined += piece.text;
  EXPECT_EQ(joined, text);
  for (int i = 0; i < 3000; ++i) text += "你a";
  ASSERT_EQ(SplitLatinWords(text).size(), 1u);
  EXPECT_EQ(SplitLatinWords(text)[0].text, text);
}

TEST(CountCharacters, CountsCharactersNotBytes) {
  EXPECT_EQ(CountCharacters(""), 0u);
  EXPECT_EQ(CountCharacters("a你é😀"), 4u);
}

}  // namespace
}  // namespace waveshift::tts
