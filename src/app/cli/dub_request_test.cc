// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/dub_request.h"

#include <gtest/gtest.h>

#include "app/cli/voices_file.h"
#include "base/files.h"

namespace waveshift::app {
namespace {

class DubRequestTest : public testing::Test {
 protected:
  DubRequestTest() {
    flags_.video = "some/talk.one.mp4";
    flags_.transcript = Write(
        "t.json",
        R"({"target_language": "english", "segments": [{"start_ms": 0, "end_ms": 1000, "translation": "hi"}]})");
  }
  std::string Write(const std::string& name, const std::string& text) {
    std::string path = folder_.path() + "/" + name;
    EXPECT_TRUE(WriteFileAtomic(path, text).ok());
    return path;
  }
  ScratchDirectory folder_ = ScratchDirectory::Make().value();
  DubFlags flags_;
};

TEST_F(DubRequestTest, TakesTheLanguageFromTheTranscriptUnlessTold) {
  auto request = MakeDubRequest(flags_);
  ASSERT_TRUE(request.ok()) << Message(request.status());
  EXPECT_EQ(request->spec.target_language, "en");
  flags_.language = "chinese";
  EXPECT_EQ(MakeDubRequest(flags_)->spec.target_language, "zh");
  flags_.language = "no language at all";
  EXPECT_EQ(MakeDubRequest(flags_).status().code(), StatusCode::kInvalidArgument);
}

TEST_F(DubRequestTest, DefaultFolderIsTheVideosNameWithoutItsEnding) {
  EXPECT_EQ(MakeDubRequest(flags_)->output_directory, "some/talk.one.dub");
}

TEST_F(DubRequestTest, WithoutAnEngineNothingIsSpoken) {
  flags_.engine = "none";
  EXPECT_FALSE(MakeDubRequest(flags_)->spec.options.speak);
}

TEST_F(DubRequestTest, AVoicesFileNamesEnginesVoicesAndRecordings) {
  Write("bob.wav", "RIFF");
  flags_.voices = Write("v.json", R"({"Anna": {"engine": "piper"}, "Bob": {"reference": "bob.wav"},
                                      "Eve": {"engine": "auto", "voice": "af_heart"}})");
  const auto request = MakeDubRequest(flags_);
  ASSERT_TRUE(request.ok()) << Message(request.status());
  EXPECT_EQ(request->spec.voices.at("Anna").engine, "piper");
  EXPECT_EQ(request->spec.voices.at("Bob").engine, "indextts");
  EXPECT_EQ(request->spec.voices.at("Bob").reference_path, folder_.path() + "/bob.wav");
  EXPECT_EQ(request->spec.voices.at("Eve").engine, "");
  EXPECT_EQ(request->spec.voices.at("Eve").name, "af_heart");
  EXPECT_EQ(EnginesOf(request->spec), (std::vector<std::string>{"indextts", "piper"}));
}

TEST_F(DubRequestTest, ARecordingThatCannotBeUsedIsNamed) {
  for (const std::string& voice :
       {std::string(R"({"reference": "gone.wav"})"),
        std::string(R"({"engine": "piper", "reference": "v.json"})"), std::string(R"({"engine": "none"})")}) {
    flags_.voices = Write("v.json", R"({"Bob": )" + voice + "}");
    const auto request = MakeDubRequest(flags_);
    EXPECT_EQ(request.status().code(), StatusCode::kInvalidArgument) << voice;
    EXPECT_NE(Message(request.status()).find("'Bob'"), std::string::npos) << Message(request.status());
  }
}

TEST_F(DubRequestTest, NamesTheSpeakerAndFieldOfABadVoicesFile) {
  flags_.voices = Write("v.yaml", "Anna:\n  voice: en-us+f3\nBob:\n  colour: red\n");
  const auto request = MakeDubRequest(flags_);
  ASSERT_FALSE(request.ok());
  EXPECT_NE(Message(request.status()).find("'Bob'"), std::string::npos);
  EXPECT_NE(Message(request.status()).find("colour"), std::string::npos);
}

TEST(VoicesFile, ReadsJsonAndYaml) {
  for (const char* text : {R"({"Anna": {"engine": "espeak", "voice": "en-us+f3"}})",
                           "Anna: {engine: espeak, voice: en-us+f3}\n"}) {
    const auto voices = ParseVoices(text, "v");
    ASSERT_TRUE(voices.ok()) << Message(voices.status());
    EXPECT_EQ(voices->at("Anna").voice, "en-us+f3");
    EXPECT_EQ(voices->at("Anna").engine, "espeak");
  }
}

TEST(VoicesFile, RefusesWhatIsNoVoicesFile) {
  for (const std::string& text : {std::string("[1, 2]"), std::string("a: b"), std::string("\xFF\xFE"),
                                  std::string("a: {b"), std::string(100000, '['), std::string()}) {
    EXPECT_EQ(ParseVoices(text, "v").status().code(), StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace waveshift::app
