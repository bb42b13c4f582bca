// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "media/fonts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace waveshift::media {
namespace {

using testing::HasSubstr;

TEST(CheckFonts, LatinAndChineseAreThere) {
  EXPECT_TRUE(CheckFonts("").ok());
  const Status status = CheckFonts("Grüße, 你好，世界。こんにちは 안녕하세요 123\n");
  EXPECT_TRUE(status.ok()) << Message(status);
}

TEST(CheckFonts, PicturesAndInvisibleCharactersDoNotCount) {
  EXPECT_TRUE(CheckFonts("Well done \U0001F389\u200B\uFE0F \u2764").ok());
}

TEST(CheckFonts, NamesTheCharacterThatNoFontHas) {
  // Egyptian hieroglyph: in no font that the set-up installs.
  const Status status = CheckFonts("An owl: \U00013153.");
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(status), HasSubstr("U+13153"));
  EXPECT_THAT(Message(status), HasSubstr("fonts-noto-core"));
}

TEST(CheckFonts, BytesThatAreNoTextAreHarmless) { EXPECT_TRUE(CheckFonts("\xFF\xC3 a\xE4\xBD").ok()); }

}  // namespace
}  // namespace waveshift::media
