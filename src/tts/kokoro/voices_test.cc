// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/kokoro/voices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <limits>

#include "base/files.h"
#include "phonemes/kokoro_symbols.h"
#include "tts/kokoro/tokens.h"

namespace waveshift::tts {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(KokoroVoice, PlainNamesAndBlends) {
  auto parts = ParseKokoroVoice("af_heart").value();
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_EQ(parts[0].name, "af_heart");
  EXPECT_FLOAT_EQ(parts[0].weight, 1);
  parts = ParseKokoroVoice("af_heart:0.6+am_adam:0.4").value();
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_FLOAT_EQ(parts[0].weight, 0.6F);
  EXPECT_FLOAT_EQ(parts[1].weight, 0.4F);
  EXPECT_EQ(KokoroBlendName(parts), "af_heart:0.6+am_adam:0.4");
  EXPECT_EQ(KokoroBlendName(ParseKokoroVoice("a:2+b").value()), "a:0.667+b:0.333");
  EXPECT_EQ(KokoroBlendName(ParseKokoroVoice("a:7").value()), "a");
}

TEST(KokoroVoice, WhatIsNoVoiceIsNamed) {
  const auto complaint = [](std::string_view name) {
    const auto parts = ParseKokoroVoice(name);
    EXPECT_EQ(parts.status().code(), StatusCode::kInvalidArgument) << name;
    return Message(parts.status());
  };
  EXPECT_THAT(complaint(""), HasSubstr("is no voice"));
  EXPECT_THAT(complaint("../../etc/passwd"), HasSubstr("../../etc/passwd"));
  EXPECT_THAT(complaint("af_heart+"), HasSubstr("is no voice"));
  EXPECT_THAT(complaint("+af_heart"), HasSubstr("is no voice"));
  EXPECT_THAT(complaint("af heart"), HasSubstr("is no voice"));
  EXPECT_THAT(complaint("a\nb"), HasSubstr("\"a b\""));
  for (const char* const weight : {"", "0", "-1", "nan", "inf", "1e9", "0.5x", "0,5"}) {
    EXPECT_THAT(complaint("af_heart:" + std::string(weight)), HasSubstr("weight of af_heart")) << weight;
  }
  EXPECT_THAT(complaint("a+b+a"), HasSubstr("a stands twice"));
  EXPECT_THAT(complaint("a+b+c+d+e+f+g+h+i"), HasSubstr("at most 8"));
  EXPECT_THAT(complaint(std::string(5000, 'a')), HasSubstr("is no voice"));
}

// A voice file whose value in each row is the row's number times `factor`.
std::string VoiceFile(float factor) {
  std::string bytes;
  for (size_t i = 0; i < KokoroStyle::kRows * KokoroStyle::kColumns; ++i) {
    const size_t row = i / KokoroStyle::kColumns;
    const auto bits = std::bit_cast<uint32_t>(factor * static_cast<float>(row));
    for (int k = 0; k < 4; ++k) bytes.push_back(static_cast<char>((bits >> (8 * k)) & 0xFF));
  }
  return bytes;
}

class KokoroVoicesTest : public testing::Test {
 protected:
  void Write(const std::string& name, const std::string& bytes) {
    ASSERT_TRUE(WriteFileAtomic(scratch_.path() + "/" + name, bytes).ok());
  }
  const ScratchDirectory scratch_ = ScratchDirectory::Make().value();
  const KokoroVoices voices_{scratch_.path()};
};

TEST_F(KokoroVoicesTest, RowsFollowTheLengthAndBlendsAreSums) {
  Write("af_one.bin", VoiceFile(1));
  Write("bm_ten.bin", VoiceFile(10));
  Write("LICENSE", "text");
  EXPECT_THAT(voices_.Names(), ElementsAre("af_one", "bm_ten"));
  EXPECT_TRUE(voices_.Has("bm_ten"));
  EXPECT_FALSE(voices_.Has("../af_one"));
  const auto one = voices_.Get(ParseKokoroVoice("af_one").value()).value();
  EXPECT_FLOAT_EQ(one->Row(7)[0], 7);
  EXPECT_FLOAT_EQ(one->Row(7)[255], 7);
  EXPECT_FLOAT_EQ(one->Row(509)[0], 509);
  EXPECT_FLOAT_EQ(one->Row(510)[0], 509);
  EXPECT_EQ(one->Row(0).size(), 256u);
  const auto blend = voices_.Get(ParseKokoroVoice("af_one:1+bm_ten:3").value()).value();
  EXPECT_FLOAT_EQ(blend->Row(100)[3], 100 * 0.25F + 1000 * 0.75F);
}

TEST_F(KokoroVoicesTest, MissingAndDamagedFilesAreNamed) {
  Write("af_short.bin", VoiceFile(1).substr(4));
  Write("af_long.bin", VoiceFile(1) + "x");
  Write("af_nan.bin", VoiceFile(std::numeric_limits<float>::quiet_NaN()));
  const auto complaint = [&](const char* name) {
    const auto style = voices_.Get(ParseKokoroVoice(name).value());
    EXPECT_EQ(style.status().code(), StatusCode::kInvalidArgument) << name;
    return Message(style.status());
  };
  EXPECT_THAT(complaint("af_none"), HasSubstr("no voice \"af_none\""));
  EXPECT_THAT(complaint("af_short"), HasSubstr("af_short.bin"));
  EXPECT_THAT(complaint("af_long"), HasSubstr("af_long.bin"));
  EXPECT_THAT(complaint("af_nan"), HasSubstr("invalid numbers"));
}

TEST_F(KokoroVoicesTest, TheFingerprintFollowsTheContent) {
  Write("af_one.bin", VoiceFile(1));
  const std::string before = voices_.Fingerprint();
  EXPECT_EQ(KokoroVoices(scratch_.path()).Fingerprint(), before);
  Write("af_one.bin", VoiceFile(2));
  EXPECT_NE(KokoroVoices(scratch_.path()).Fingerprint(), before);
}

TEST(KokoroTokens, EverySymbolOfThePhonemizerHasANumber) {
  EXPECT_EQ(phonemes::KokoroSymbols().size(), 114u);
  for (const char32_t symbol : phonemes::KokoroSymbols()) {
    EXPECT_GT(KokoroToken(symbol), 0) << static_cast<uint32_t>(symbol);
    EXPECT_LT(KokoroToken(symbol), 178) << static_cast<uint32_t>(symbol);
  }
}

TEST(KokoroTokens, StandBetweenEndMarks) {
  EXPECT_THAT(KokoroTokens(U"həlˈO!"), ElementsAre(0, 50, 83, 54, 156, 31, 5, 0));
  EXPECT_THAT(KokoroTokens(U"字a"), ElementsAre(0, 43, 0));
  EXPECT_THAT(KokoroTokens(U""), ElementsAre(0, 0));
}

}  // namespace
}  // namespace waveshift::tts
