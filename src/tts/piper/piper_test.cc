// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What is Piper's own; the contract of all engines is in synthesizer_contract_test.cc.
#include "tts/piper/piper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "base/files.h"
#include "tts/test_models.h"
#include "tts/test_networks.h"

namespace waveshift::tts {
namespace {

using testing::HasSubstr;

StatusOr<SpokenLine> Say(Synthesizer& engine, const std::string& text, const std::string& language,
                         const std::string& voice = "") {
  SpeakRequest request;
  request.text = text;
  request.language = language;
  request.voice.name = voice;
  return SpeakOne(engine, request, {});
}

// "text" voices need no phonemizer: ids are those of the letters.
std::string Config(const std::string& language, const std::string& more = "") {
  std::string ids = R"("_": [0], "^": [1], "$": [1], " ": [1], ".": [1])";
  for (char c = 'a'; c <= 'z'; ++c)
    ids += std::string(", \"") + c + "\": [" + std::to_string(c - 'a' + 2) + "]";
  return R"({"audio": {"sample_rate": 16000}, "phoneme_type": "text", "language": {"code": ")" + language +
         "\"}, " + more + "\"phoneme_id_map\": {" + ids + "}}";
}

class PiperNetwork : public testing::Test {
 protected:
  void Write(const std::string& name, const std::string& bytes) {
    ASSERT_TRUE(WriteFileAtomic(scratch_.path() + "/" + name, bytes).ok());
  }
  void Voice(const std::string& name, const std::string& config, const std::string& network) {
    Write(name + ".onnx", network);
    Write(name + ".onnx.json", config);
  }
  std::unique_ptr<Synthesizer> Engine() const {
    PiperOptions options;
    options.folder = scratch_.path();
    options.threads = 1;
    return MakePiper(options);
  }
  const ScratchDirectory scratch_ = ScratchDirectory::Make().value();
  const std::vector<float> wave_ = TestWave(800, 0.01F);
};

TEST_F(PiperNetwork, WhatIsMissingIsNamed) {
  EXPECT_EQ(Engine()->CheckReady().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(Engine()->CheckReady()), HasSubstr(scratch_.path()));
  EXPECT_FALSE(Engine()->Speaks("en"));
  Write("alone.onnx", TestPiper(wave_));
  EXPECT_EQ(Engine()->CheckReady().code(), StatusCode::kFailedPrecondition);
  Write("alone.onnx.json", "{}");
  EXPECT_THAT(Message(Engine()->CheckReady()), HasSubstr("alone.onnx.json"));
  Write("alone.onnx.json", Config("fi_FI"));
  EXPECT_TRUE(Engine()->CheckReady().ok()) << Message(Engine()->CheckReady());
}

TEST_F(PiperNetwork, TheVoiceIsChosenByLanguageRegionAndName) {
  Voice("a", Config("en_US"), TestPiper(wave_));
  Voice("b", Config("en_GB"), TestPiper(wave_));
  Voice("c", Config("fi_FI"), TestPiper(wave_));
  const auto engine = Engine();
  const auto voice = [&](const std::string& language, const std::string& name = "") {
    const auto line = Say(*engine, "hello", language, name);
    return line.ok() ? line->voice : Message(line.status());
  };
  EXPECT_EQ(voice("en"), "a");
  EXPECT_EQ(voice("en-GB"), "b");
  EXPECT_EQ(voice("en-AU"), "a");
  EXPECT_EQ(voice("fi"), "c");
  EXPECT_EQ(voice("en", "b"), "b");
  EXPECT_THAT(voice("en", "c"), HasSubstr("speaks \"en\""));
  EXPECT_THAT(voice("en", "../a"), HasSubstr("no voice"));
  EXPECT_TRUE(engine->Speaks("fi-FI"));
  EXPECT_FALSE(engine->Speaks("sv"));
}

TEST_F(PiperNetwork, SpeakersHaveNamesAndNumbers) {
  const std::string speakers = R"("num_speakers": 3, "speaker_id_map": {"anna": 0, "bob": 2}, )";
  Voice("many", Config("en", speakers), TestPiper(wave_, /*with_speakers=*/true));
  const auto engine = Engine();
  for (const char* const name : {"", "many", "many#bob", "many#1"}) {
    EXPECT_TRUE(Say(*engine, "hello", "en", name).ok()) << name;
  }
  EXPECT_EQ(Say(*engine, "hello", "en", "many#bob")->voice, "many#bob");
  for (const char* const name : {"many#", "many#carl", "many#3", "many#-1", "many#1x"}) {
    EXPECT_EQ(Say(*engine, "hello", "en", name).status().code(), StatusCode::kInvalidArgument) << name;
  }
}

TEST_F(PiperNetwork, SymbolsThatTheVoiceLacksAreReported) {
  Voice("a", Config("en"), TestPiper(wave_));
  const auto engine = Engine();
  const auto line = Say(*engine, "Hello 世界.", "en");
  ASSERT_TRUE(line.ok()) << Message(line.status());
  ASSERT_EQ(line->warnings.size(), 1u);
  EXPECT_THAT(line->warnings[0], HasSubstr("世界"));
  EXPECT_EQ(Say(*engine, "世界", "en").status().code(), StatusCode::kInvalidArgument);
}

TEST_F(PiperNetwork, TakesThatAreNoSpeechAreErrorsOfTheLine) {
  const auto complaint = [this](const std::vector<float>& wave) {
    Voice("a", Config("en"), TestPiper(wave));
    const auto line = Say(*Engine(), "hello there", "en");
    EXPECT_EQ(line.status().code(), StatusCode::kInternal);
    return Message(line.status());
  };
  EXPECT_THAT(complaint(std::vector<float>(800, 0.0F)), HasSubstr("no sound"));
  std::vector<float> broken = wave_;
  broken[400] = std::numeric_limits<float>::infinity();
  EXPECT_THAT(complaint(broken), HasSubstr("invalid samples"));
  EXPECT_THAT(complaint(TestWave(80000, 0.01F)), HasSubstr("justifies"));
}

TEST_F(PiperNetwork, ABrokenFileIsAnErrorOfItsLinesOnly) {
  Voice("a", Config("en"), TestPiper(wave_));
  Voice("b", Config("en"), "junk");
  Voice("c", "[]", TestPiper(wave_));
  const auto engine = Engine();
  EXPECT_TRUE(engine->CheckReady().ok());
  EXPECT_TRUE(Say(*engine, "hello", "en", "a").ok());
  EXPECT_THAT(Message(Say(*engine, "hello", "en", "b").status()), HasSubstr("b.onnx"));
  EXPECT_THAT(Message(Say(*engine, "hello", "en", "c").status()), HasSubstr("c.onnx.json"));
}

TEST_F(PiperNetwork, TheVersionFollowsTheFiles) {
  Voice("a", Config("en"), TestPiper(wave_));
  const std::string before = Engine()->version();
  EXPECT_EQ(Engine()->version(), before);
  Voice("a", Config("en"), TestPiper(TestWave(801, 0.01F)));
  EXPECT_NE(Engine()->version(), before);
}

// The network's own noise begins at the same number for the same words: also as the second sentence of a
// line.
TEST(Piper, ASentenceSoundsTheSameWhereverItStands) {
  WS_SKIP_WITHOUT_MODEL("piper/en_US-joe-medium.onnx");
  PiperOptions options;
  options.folder = TestModelFolder() + "/piper";
  const auto engine = MakePiper(options);
  const auto alone = Say(*engine, "He was right.", "en");
  const auto behind = Say(*engine, "Nobody answered. He was right.", "en");
  ASSERT_TRUE(alone.ok() && behind.ok());
  const size_t length = alone->audio.samples.size();
  ASSERT_GT(behind->audio.samples.size(), length);
  EXPECT_TRUE(std::equal(alone->audio.samples.begin(), alone->audio.samples.end(),
                         behind->audio.samples.end() - static_cast<std::ptrdiff_t>(length)));
}

}  // namespace
}  // namespace waveshift::tts
