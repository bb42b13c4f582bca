// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/piper/voice_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace waveshift::tts {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kWhole[] = R"({
  "audio": {"sample_rate": 22050, "quality": "medium"},
  "espeak": {"voice": "en-gb-x-rp"},
  "language": {"code": "en_GB"},
  "inference": {"noise_scale": 0.5, "length_scale": 1.25, "noise_w": 0.75},
  "phoneme_type": "espeak",
  "phoneme_map": {"q": ["k", "w"]},
  "num_speakers": 3,
  "speaker_id_map": {"anna": 0, "bob": 2},
  "phoneme_id_map": {"_": [0], "^": [1], "$": [2], "k": [10], "w": [11], "a": [12, 13], "ai": [9]}
})";

PiperConfig Whole() { return ParsePiperConfig(kWhole, "voice.json").value(); }

// kWhole with one text in it replaced.
std::string With(const std::string& from, const std::string& to) {
  std::string json = kWhole;
  const size_t at = json.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return json.replace(at, from.size(), to);
}

std::string Complaint(const std::string& json) {
  const auto config = ParsePiperConfig(json, "voice.json");
  EXPECT_EQ(config.status().code(), StatusCode::kInvalidArgument) << json;
  EXPECT_THAT(Message(config.status()), HasSubstr("voice.json: "));
  return Message(config.status());
}

TEST(PiperConfig, ReadsWhatAVoiceSays) {
  const PiperConfig config = Whole();
  EXPECT_EQ(config.sample_rate_hz, 22050);
  EXPECT_EQ(config.espeak_voice, "en-gb-x-rp");
  EXPECT_EQ(config.language, "en-GB");
  EXPECT_FLOAT_EQ(config.noise_scale, 0.5F);
  EXPECT_FLOAT_EQ(config.length_scale, 1.25F);
  EXPECT_FLOAT_EQ(config.noise_w, 0.75F);
  EXPECT_EQ(config.speakers, 3);
  EXPECT_EQ(config.speaker_ids.at("bob"), 2);
  EXPECT_EQ(config.phonemes, PiperPhonemes::kEspeak);
}

TEST(PiperConfig, WhatIsNotThereHasAValue) {
  const auto config = ParsePiperConfig(
      R"({"audio": {"sample_rate": 16000}, "espeak": {"voice": "de"}, "phoneme_id_map": {"_": 0, "^": 1, "$": 2}})",
      "voice.json");
  ASSERT_TRUE(config.ok()) << Message(config.status());
  EXPECT_EQ(config->language, "de");
  EXPECT_EQ(config->speakers, 1);
  EXPECT_FLOAT_EQ(config->length_scale, 1);
}

TEST(PiperConfig, ErrorsNameTheKey) {
  for (const char* const broken : {"", "[]", "nul", "{\"audio\":", "\"a\""}) Complaint(broken);
  EXPECT_THAT(Complaint(std::string(100000, '[')), HasSubstr("no JSON object"));
  EXPECT_THAT(Complaint(With("22050", "1e9")), HasSubstr("sample_rate"));
  EXPECT_THAT(Complaint(With("\"sample_rate\": 22050, ", "")), HasSubstr("sample_rate is missing"));
  EXPECT_THAT(Complaint(With("1.25", "-1")), HasSubstr("length_scale"));
  EXPECT_THAT(Complaint(With("0.75", "\"much\"")), HasSubstr("noise_w"));
  EXPECT_THAT(Complaint(With("\"espeak\",", "\"pinyin\",")), HasSubstr("phoneme_type"));
  EXPECT_THAT(Complaint(With("en-gb-x-rp", "")), HasSubstr("espeak.voice"));
  EXPECT_THAT(Complaint(With("en_GB", "???")), HasSubstr("language.code"));
  EXPECT_THAT(Complaint(With("\"bob\": 2", "\"bob\": 3")), HasSubstr("speaker_id_map"));
  EXPECT_THAT(Complaint(With("\"$\": [2], ", "")), HasSubstr("phoneme_id_map"));
  EXPECT_THAT(Complaint(With("[10]", "[-1]")), HasSubstr("phoneme_id_map"));
  EXPECT_THAT(Complaint(With("[10]", "\"k\"")), HasSubstr("phoneme_id_map"));
  EXPECT_THAT(Complaint(With("[\"k\", \"w\"]", "[1]")), HasSubstr("phoneme_map"));
}

TEST(PiperIds, ArePaddedBetweenTheMarks) {
  const PiperIds made = IdsOf(Whole(), U"ka");
  EXPECT_THAT(made.ids, ElementsAre(1, 0, 10, 0, 12, 13, 0, 2));
  EXPECT_EQ(made.symbols, 2u);
  EXPECT_TRUE(made.unknown.empty());
}

TEST(PiperIds, ReplacedAndUnknownSymbols) {
  const PiperIds made = IdsOf(Whole(), U"qxx_^$\u0327");
  EXPECT_THAT(made.ids, ElementsAre(1, 0, 10, 0, 11, 0, 2));
  EXPECT_EQ(made.unknown, U"x\u0327");
  EXPECT_EQ(IdsOf(Whole(), U"").symbols, 0u);
}

}  // namespace
}  // namespace waveshift::tts
