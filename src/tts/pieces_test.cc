// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/pieces.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace waveshift::tts {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::u32string> Cut(std::u32string_view phonemes, size_t wanted, size_t most) {
  std::vector<std::u32string> texts;
  for (const Piece& piece : CutIntoPieces(phonemes, wanted, most)) texts.push_back(piece.symbols);
  return texts;
}

TEST(Pieces, SentencesStandAloneOrTogether) {
  constexpr std::u32string_view kText = U"wˈʌn. tˈu! θɹˈi?";
  EXPECT_THAT(Cut(kText, 0, 100), ElementsAre(U"wˈʌn.", U"tˈu!", U"θɹˈi?"));
  EXPECT_THAT(Cut(kText, 11, 100), ElementsAre(U"wˈʌn. tˈu!", U"θɹˈi?"));
  EXPECT_THAT(Cut(kText, 100, 100), ElementsAre(kText));
}

TEST(Pieces, KnowTheMarkThatTheyEndWith) {
  const auto pieces = CutIntoPieces(U"“a b.” c, dddd e", 0, 6);
  ASSERT_EQ(pieces.size(), 3u);
  EXPECT_EQ(pieces[0].symbols, U"“a b.”");
  EXPECT_EQ(pieces[0].mark, U'.');
  EXPECT_EQ(pieces[1].mark, U',');
  EXPECT_EQ(pieces[2].mark, U'\0');
}

TEST(Pieces, LongSentencesAreCutAtClausesThenWordsThenAnywhere) {
  EXPECT_THAT(Cut(U"aaaa, bbbb, cccc.", 0, 12), ElementsAre(U"aaaa, bbbb,", U"cccc."));
  EXPECT_THAT(Cut(U"aaaa bbbb cccc", 0, 10), ElementsAre(U"aaaa bbbb", U"cccc"));
  EXPECT_THAT(Cut(U"aaaaaaaaaa", 0, 4), ElementsAre(U"aaaa", U"aaaa", U"aa"));
  EXPECT_THAT(Cut(U"a. bbbbbbbbb cc. d.", 3, 6), ElementsAre(U"a.", U"bbbbbb", U"bbb", U"cc.", U"d."));
}

TEST(Pieces, MarksInsideWordsEndNothing) {
  EXPECT_THAT(Cut(U"a.b a,b ... c", 0, 7), ElementsAre(U"a.b", U"a,b ...", U"c"));
  EXPECT_THAT(Cut(U"a?! b", 0, 100), ElementsAre(U"a?!", U"b"));
}

TEST(Pieces, WhatSaysNothingIsLeftOut) {
  EXPECT_THAT(Cut(U"", 0, 10), IsEmpty());
  EXPECT_THAT(Cut(U" ... — , \"\" ", 0, 10), IsEmpty());
  EXPECT_THAT(Cut(U"... a. — b.", 0, 10), ElementsAre(U"a.", U"— b."));
}

// Nothing that is said gets lost and no piece is too long, whatever the text is.
TEST(Pieces, EverySoundComesOutOnceAndInOrder) {
  const std::u32string alphabet = U"ab c.,!?— \"(…";
  uint32_t random = 1;
  for (int round = 0; round < 2000; ++round) {
    std::u32string text;
    for (int i = 0; i < 60; ++i) text.push_back(alphabet[(random = random * 1664525 + 1013904223) >> 8 & 7]);
    for (int i = 0; i < 20; ++i) {
      text.push_back(alphabet[((random = random * 1664525 + 1013904223) >> 8) % alphabet.size()]);
    }
    const size_t most = 1 + (random >> 16) % 20;
    std::u32string said;
    for (const Piece& piece : CutIntoPieces(text, (random >> 12) % 30, most)) {
      EXPECT_LE(piece.symbols.size(), most + 2);  // marks behind the last place
      said += piece.symbols;
    }
    const auto only_sounds = [](std::u32string from) {
      std::erase_if(from, [](char32_t c) { return c != U'a' && c != U'b' && c != U'c'; });
      return from;
    };
    EXPECT_EQ(only_sounds(said), only_sounds(text));
  }
}

}  // namespace
}  // namespace waveshift::tts
