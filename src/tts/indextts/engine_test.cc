// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/engine.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/files.h"
#include "tts/indextts/golden_model_test_tools.h"
#include "tts/synthesizer_contract.h"

namespace waveshift::tts {
namespace {

using indextts::GoldenModelPath;
using indextts::kGoldenFolder;

// A folder with the golden model, which has all stages but knows nothing of speech.
const std::string& ModelFolder() {
  static const ScratchDirectory folder = ScratchDirectory::Make().value();
  static const std::string path = [] {
    std::filesystem::copy(GoldenModelPath(ggml::TensorType::kF32), folder.path() + "/tiny.gguf");
    return folder.path();
  }();
  return path;
}

IndexTtsOptions TinyOptions() {
  IndexTtsOptions options;
  options.folder = ModelFolder();
  options.device = ggml::DeviceKind::kCpu;
  options.threads = 1;
  options.accept_faults = true;
  return options;
}

const std::string kRecording = kGoldenFolder + "prompt.wav";

INSTANTIATE_TEST_SUITE_P(IndexTts, SynthesizerContract,
                         testing::Values(EngineUnderTest{
                             .make = [] { return MakeIndexTts(TinyOptions()); },
                             .language = "en",
                             .texts = {"Nobody was surprised.", "We had been watching.", "He was right."},
                             .unsupported_language = "fr",
                             .recording = kRecording}),
                         [](const auto&) { return "English"; });

SpeakRequest Line(const std::string& text, const std::string& language) {
  SpeakRequest request;
  request.text = text;
  request.language = language;
  request.voice.reference_path = kRecording;
  return request;
}

TEST(IndexTts, WithoutAModelSaysHowToGetOne) {
  const ScratchDirectory empty = ScratchDirectory::Make().value();
  IndexTtsOptions options;
  options.folder = empty.path();
  const auto engine = MakeIndexTts(options);
  const Status status = engine->CheckReady();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_NE(Message(status).find("models pull indextts-1.5"), std::string::npos) << Message(status);
  EXPECT_NE(Message(status).find("models convert"), std::string::npos) << Message(status);
  EXPECT_EQ(SpeakOne(*engine, Line("hi", "en"), {}).status().code(), StatusCode::kFailedPrecondition);
}

TEST(IndexTts, AFileThatIsNoModelIsNamed) {
  const ScratchDirectory folder = ScratchDirectory::Make().value();
  ASSERT_TRUE(WriteFileAtomic(folder.path() + "/x.gguf", "GGUF and nothing behind").ok());
  IndexTtsOptions options;
  options.folder = folder.path();
  const Status status = MakeIndexTts(options)->CheckReady();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_NE(Message(status).find("x.gguf"), std::string::npos) << Message(status);
}

TEST(IndexTts, WantsARecordingThatItCanHear) {
  const auto engine = MakeIndexTts(TinyOptions());
  SpeakRequest request = Line("He was right.", "en");
  request.voice.reference_path.clear();
  EXPECT_EQ(SpeakOne(*engine, request, {}).status().code(), StatusCode::kInvalidArgument);
  request.voice.reference_path = "/nowhere/clip.wav";
  const Status missing = SpeakOne(*engine, request, {}).status();
  EXPECT_EQ(missing.code(), StatusCode::kInvalidArgument);
  EXPECT_NE(Message(missing).find("/nowhere/clip.wav"), std::string::npos) << Message(missing);
  EXPECT_FALSE(engine->CheckVoice({.name = "af_heart"}, "en").ok());
  EXPECT_TRUE(engine->CheckVoice({.reference_path = kRecording}, "zh-CN").ok());
  EXPECT_FALSE(engine->CheckVoice({.reference_path = kRecording}, "fr").ok());
}

TEST(IndexTts, ChineseEnglishAndBothTogether) {
  const auto engine = MakeIndexTts(TinyOptions());
  for (const auto& [text, language] :
       std::vector<std::pair<std::string, std::string>>{{"\u4F60\u597D\uFF0C\u4E16\u754C\u3002", "zh"},
                                                        {"\u4F60\u597D hello 25", "zh-TW"},
                                                        {"hi 3.5", "en-GB"}}) {
    const auto line = SpeakOne(*engine, Line(text, language), {});
    ASSERT_TRUE(line.ok()) << text << ": " << Message(line.status());
    EXPECT_EQ(line->audio.sample_rate_hz, 24000);
    EXPECT_EQ(line->voice, kRecording);
  }
}

TEST(IndexTts, CodesThatCannotBeSpeechAreTriedAgainAndThenAnError) {
  IndexTtsOptions options = TinyOptions();
  options.accept_faults = false;
  const auto engine = MakeIndexTts(options);
  // Noise of this model now and then looks like speech; of many lines some do not.
  int failed = 0;
  for (int i = 0; i < 12; ++i) {
    const auto line =
        SpeakOne(*engine, Line(std::string(static_cast<size_t>(3 * i + 1), 'A') + " be it so", "en"), {});
    if (line.ok()) continue;
    ++failed;
    EXPECT_EQ(line.status().code(), StatusCode::kInternal);
    EXPECT_NE(Message(line.status()).find("3 times"), std::string::npos) << Message(line.status());
  }
  EXPECT_GT(failed, 0);
}

TEST(IndexTts, AnotherModelIsAnotherVersion) {
  const ScratchDirectory folder = ScratchDirectory::Make().value();
  std::filesystem::copy(GoldenModelPath(ggml::TensorType::kF16), folder.path() + "/tiny.gguf");
  IndexTtsOptions options = TinyOptions();
  options.folder = folder.path();
  EXPECT_NE(MakeIndexTts(options)->version(), MakeIndexTts(TinyOptions())->version());
}

}  // namespace
}  // namespace waveshift::tts
