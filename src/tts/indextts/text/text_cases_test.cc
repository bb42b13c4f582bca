// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The text front end against what the reference implementation makes of the same texts (cases.json of
// tests/golden/indextts; its numbers are read by nobody).
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "text/code_points.h"
#include "tts/indextts/text/normalizer.h"
#include "tts/indextts/text/pinyin.h"
#include "tts/indextts/text/pretokenize.h"
#include "tts/indextts/text/sentences.h"
#include "tts/indextts/text/tokenizer.h"

namespace waveshift::tts::indextts {
namespace {

using Json = nlohmann::json;
const std::string kFolder = WAVESHIFT_SOURCE_DIR "/tests/golden/indextts/";

class TextCases : public testing::Test {
 protected:
  static const Json& Cases(const char* kind) {
    static const Json all = Json::parse(ReadFile(kFolder + "cases.json", 1 << 20).value());
    EXPECT_GT(all["text"][kind].size(), 0u);
    return all["text"][kind];
  }
  static const Tokenizer& Model() {
    static const std::unique_ptr<Tokenizer> tokenizer =
        Tokenizer::Load(ReadFile(kFolder + "tiny/bpe.model", 1 << 20).value(), "bpe.model", 200).value();
    return *tokenizer;
  }
  static std::string Text(const Json& each, const char* key) { return each[key].get<std::string>(); }
};

TEST_F(TextCases, Language) {
  for (const Json& each : Cases("language")) {
    EXPECT_EQ(PathOf(Text(each, "input")) == TextPath::kChinese, each["chinese"].get<bool>()) << each;
  }
}

TEST_F(TextCases, PinyinUnits) {
  for (const Json& each : Cases("pinyin_units")) {
    const std::u32string input = text::ToCodePoints(Text(each, "input"));
    EXPECT_EQ(!input.empty() && PinyinLengthAt(input) == input.size(), each["is_pinyin"].get<bool>()) << each;
    EXPECT_EQ(text::ToUtf8(VocabularyPinyin(input)), Text(each, "restored")) << each;
  }
}

TEST_F(TextCases, Normalize) {
  for (const Json& each : Cases("normalize")) {
    EXPECT_EQ(NormalizeText(Text(each, "input"), nullptr), Text(each, "output")) << each;
    EXPECT_EQ(PathOf(Text(each, "input")) == TextPath::kChinese, Text(each, "path") == "zh") << each;
    if (!each.contains("pinyin_matches")) continue;
    std::vector<std::string> found;
    for (const std::u32string& pinyin : FindPinyin(text::ToCodePoints(Text(each, "input")))) {
      found.push_back(text::ToUtf8(pinyin));
    }
    EXPECT_EQ(found, each["pinyin_matches"].get<std::vector<std::string>>()) << each;
  }
}

TEST_F(TextCases, Pretokenize) {
  for (const Json& each : Cases("pretokenize")) {
    EXPECT_EQ(Pretokenize(Text(each, "input")), Text(each, "output")) << each;
  }
}

TEST_F(TextCases, SentencePiece) {
  for (const Json& each : Cases("sentencepiece")) {
    const Pieces pieces = Model().PiecesOf(Text(each, "input")).value();
    EXPECT_EQ(pieces, each["pieces"].get<Pieces>()) << each;
    EXPECT_EQ(Model().IdsOf(pieces), each["ids"].get<std::vector<int>>()) << each;
  }
}

TEST_F(TextCases, Tokenize) {
  for (const Json& each : Cases("tokenize")) {
    const Pieces pieces = Model().Tokenize(Text(each, "input"), nullptr).value();
    EXPECT_EQ(pieces, each["pieces"].get<Pieces>()) << each;
    EXPECT_EQ(Model().IdsOf(pieces), each["ids"].get<std::vector<int>>()) << each;
  }
}

TEST_F(TextCases, Sentences) {
  for (const Json& each : Cases("sentences")) {
    const auto sentences = Model().TokenizeSentences(Text(each, "input"), nullptr,
                                                     {.max_pieces = each["max"], .repeat_quotes = true});
    ASSERT_TRUE(sentences.ok()) << sentences.status();
    std::vector<Pieces> pieces;
    for (const TokenizedSentence& sentence : *sentences) pieces.push_back(sentence.pieces);
    EXPECT_EQ(pieces, each["out"].get<std::vector<Pieces>>()) << each;
  }
}

TEST_F(TextCases, Split) {
  EXPECT_EQ(SentenceMarks(), Cases("default_marks").get<Pieces>());
  for (const Json& each : Cases("split")) {
    const Pieces tokens = each["tokens"].get<Pieces>();
    const Pieces marks = each["marks"].is_string() ? SentenceMarks() : each["marks"].get<Pieces>();
    const auto sentences = SplitSentences(tokens, marks, {.max_pieces = each["max"], .repeat_quotes = true});
    if (!each["out"].is_null()) {
      EXPECT_EQ(sentences, each["out"].get<std::vector<Pieces>>()) << each;
      continue;
    }
    // The reference never ends here; nothing may be lost.
    Pieces all;
    for (const Pieces& sentence : sentences) all.insert(all.end(), sentence.begin(), sentence.end());
    EXPECT_EQ(all, tokens) << each;
  }
}

TEST_F(TextCases, WithoutRepeatingNothingIsSaidTwice) {
  for (const Json& each : Cases("split")) {
    const Pieces tokens = each["tokens"].get<Pieces>();
    Pieces all;
    for (const Pieces& sentence : SplitSentences(tokens, SentenceMarks(), {.max_pieces = each["max"]})) {
      EXPECT_LE(sentence.size(), each["max"].get<size_t>() + 1) << each;
      all.insert(all.end(), sentence.begin(), sentence.end());
    }
    EXPECT_EQ(all, tokens) << each;
  }
}

TEST(NormalizeText, ReadsAloudAllButPinyinAndNames) {
  std::string seen;
  const auto read = [&](std::string_view given, TextPath path) {
    EXPECT_EQ(path, TextPath::kChinese);
    seen = std::string(given);
    return "读" + seen + "完";
  };
  EXPECT_EQ(NormalizeText("约翰-史密斯说ju4，3点", read), "读约翰-史密斯说JV4,3点完");
  EXPECT_EQ(seen.find("ju4"), std::string::npos);
  EXPECT_EQ(seen.find('-'), std::string::npos);
  EXPECT_NE(seen.find("3点"), std::string::npos);
}

TEST(NormalizeText, OddInputIsHarmless) {
  EXPECT_EQ(NormalizeText("", nullptr), "");
  EXPECT_EQ(NormalizeText("\xff\xfe", nullptr), "");
  EXPECT_EQ(NormalizeText("\U000F0000你", nullptr), "你");
}

TEST(Tokenizer, WhatIsNoModelIsRefused) {
  for (const std::string& bytes : {std::string(), std::string("no model"), std::string(1000, '\xff')}) {
    const Status status = Tokenizer::Load(bytes, "x.gguf: tokenizer").status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    EXPECT_TRUE(Message(status).starts_with("x.gguf: tokenizer: is no SentencePiece model")) << status;
  }
  const std::string good = ReadFile(kFolder + "tiny/bpe.model", 1 << 20).value();
  EXPECT_EQ(Message(Tokenizer::Load(good, "bpe.model", 12000).status()),
            "bpe.model: has 200 pieces, not 12000");
}

}  // namespace
}  // namespace waveshift::tts::indextts
