// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The real model against what Python's onnxruntime made of the same sounds (tools/golden_vad.py), and files
// that are no such model.
#include "voices/silero_vad.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "audio/wav.h"
#include "base/files.h"
#include "base/model_folder_test_tools.h"
#include "base/process.h"
#include "runtime/onnx/test_models.h"
#include "voices/speech_segments.h"
#include "voices/test_sounds.h"

namespace waveshift::voices {
namespace {

using testing::HasSubstr;

std::string ModelPath() { return TestModelFolder() + "/silero/silero_vad.onnx"; }

class SileroVadTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(ModelPath())) {
      GTEST_SKIP() << "model silero-vad is not at " << ModelPath();
    }
    vad_ = MakeSileroVad(ModelPath());
  }
  std::vector<float> Judge(const std::vector<float>& sound, size_t part) const {
    const auto stream = vad_->Start().value();
    std::vector<float> probabilities;
    for (size_t at = 0; at < sound.size(); at += part) {
      const auto piece = std::span(sound).subspan(at, std::min(part, sound.size() - at));
      EXPECT_TRUE(stream->Add(piece, probabilities).ok());
    }
    EXPECT_TRUE(stream->Finish(probabilities).ok());
    return probabilities;
  }
  static std::vector<float> Golden(const std::string& name) {
    std::ifstream file(std::string(WAVESHIFT_SOURCE_DIR) + "/tests/golden/vad/" + name + ".txt");
    std::vector<float> values;
    for (float value = 0; file >> value;) values.push_back(value);
    return values;
  }
  static void ExpectSame(const std::vector<float>& judged, const std::vector<float>& golden) {
    ASSERT_FALSE(golden.empty());
    ASSERT_EQ(judged.size(), golden.size());
    double largest = 0;
    for (size_t i = 0; i < judged.size(); ++i) {
      largest = std::max(largest, static_cast<double>(std::abs(judged[i] - golden[i])));
    }
    EXPECT_LT(largest, 2e-3);
  }
  // The sample's sound at 16 kHz, decoded as the golden script decodes it.
  static std::vector<float> Sample() {
    const ScratchDirectory folder = ScratchDirectory::Make().value();
    const std::string wav = folder.path() + "/sample.wav";
    const auto result =
        RunProcess({.program = "ffmpeg",
                    .arguments = {"-v", "error", "-i",
                                  std::string(WAVESHIFT_SOURCE_DIR) + "/examples/austen-on-hold.mp4", "-ac",
                                  "1", "-ar", "16000", "-c:a", "pcm_s16le", wav},
                    .time_limit = std::chrono::minutes(2)},
                   {});
    EXPECT_TRUE(result.ok() && result->exit_code == 0);
    return audio::ReadWav(wav).value().samples;
  }

  std::unique_ptr<Vad> vad_;
};

TEST_F(SileroVadTest, SaysOfTheSampleWhatAnotherProgramSays) {
  const std::vector<float> sound = Sample();
  const std::vector<float> judged = Judge(sound, 4096);
  ExpectSame(judged, Golden("sample"));
  EXPECT_EQ(judged, Judge(sound, 777));
  EXPECT_EQ(judged, Judge(sound, sound.size()));
  // The transcript's first line is spoken from 3.2 s on; before it there is music.
  const std::vector<SpeechSegment> segments = FindSpeech(judged);
  ASSERT_GE(segments.size(), 9U);
  EXPECT_NEAR(SecondsFromSamples(segments.front().start), 3.2, 0.2);
}

TEST_F(SileroVadTest, NoiseAndSilenceAreNoSpeech) {
  const std::vector<float> noise = Judge(Noise(0.1, 1.0), 4096);
  ExpectSame(noise, Golden("noise"));
  EXPECT_TRUE(FindSpeech(noise).empty());
  const std::vector<float> silence = Judge(std::vector<float>(2 * kVadRateHz + 100), 100);
  ExpectSame(silence, Golden("silence"));
  EXPECT_TRUE(FindSpeech(silence).empty());
}

TEST_F(SileroVadTest, WhatIsNoNumberIsSilenceAndNothingIsNoWindow) {
  std::vector<float> sound(4000, std::numeric_limits<float>::quiet_NaN());
  sound[5] = std::numeric_limits<float>::infinity();
  EXPECT_EQ(Judge(sound, 512), Judge(std::vector<float>(4000), 512));
  EXPECT_TRUE(Judge({}, 512).empty());
}

TEST_F(SileroVadTest, StreamsDoNotKnowOfEachOtherAndStop) {
  const std::vector<float> sound = Noise(0.2, 0.2);
  const auto a = vad_->Start().value();
  const auto b = vad_->Start().value();
  vad_.reset();
  std::vector<float> of_a;
  std::vector<float> of_b;
  for (size_t at = 0; at + 512 <= sound.size(); at += 512) {
    ASSERT_TRUE(a->Add(std::span(sound).subspan(at, 512), of_a).ok());
    ASSERT_TRUE(b->Add(std::span(sound).subspan(at, 512), of_b).ok());
  }
  EXPECT_EQ(of_a, of_b);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(a->Add(sound, of_a, stop.get_token()).code(), StatusCode::kCancelled);
}

TEST(SileroVadFiles, WhatIsWrongIsSaidWithTheFile) {
  const ScratchDirectory folder = ScratchDirectory::Make().value();
  const std::string path = folder.path() + "/silero_vad.onnx";
  const auto missing = MakeSileroVad(path);
  EXPECT_EQ(missing->CheckReady().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(missing->CheckReady()), HasSubstr("waveshift models pull silero-vad"));
  EXPECT_THAT(missing->version(), HasSubstr("missing"));
  ASSERT_TRUE(WriteFileAtomic(path, "no model").ok());
  EXPECT_EQ(MakeSileroVad(path)->Start().status().code(), StatusCode::kInvalidArgument);
  ASSERT_TRUE(WriteFileAtomic(path + ".sha256", std::string(64, '0')).ok());
  EXPECT_EQ(MakeSileroVad(path)->CheckReady().code(), StatusCode::kDataLoss);
}

// A model with the right names that gives something else.
TEST(SileroVadFiles, AModelThatGivesNoProbabilityIsAnError) {
  const ScratchDirectory folder = ScratchDirectory::Make().value();
  const std::string path = folder.path() + "/silero_vad.onnx";
  onnx::TestModel model;
  model.inputs = {{"input", onnx::TestElement::kFloat, {-1, -2}},
                  {"state", onnx::TestElement::kFloat, {2, -3, 128}},
                  {"sr", onnx::TestElement::kInt64, {}}};
  model.outputs = {{"output", onnx::TestElement::kFloat, {-1, -2}},
                   {"stateN", onnx::TestElement::kFloat, {2, -3, 128}}};
  model.nodes = {{.op = "Identity", .inputs = {"input"}, .outputs = {"output"}},
                 {.op = "Identity", .inputs = {"state"}, .outputs = {"stateN"}}};
  ASSERT_TRUE(WriteFileAtomic(path, onnx::ModelBytes(model)).ok());
  const auto vad = MakeSileroVad(path);
  ASSERT_TRUE(vad->CheckReady().ok()) << Message(vad->CheckReady());
  const auto stream = vad->Start().value();
  std::vector<float> probabilities;
  EXPECT_EQ(stream->Add(std::vector<float>(kVadWindow), probabilities).code(), StatusCode::kInternal);
}

}  // namespace
}  // namespace waveshift::voices
