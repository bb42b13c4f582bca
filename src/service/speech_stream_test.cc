// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/speech_stream.h"

#include <cmath>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/speech_testing.h"

namespace waveshift::service {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::ToneKokoro;

constexpr double kPcmBytesPerSecond = 2.0 * media::kSoundRateHz;

class SpeechStreamTest : public ::testing::Test {
 protected:
  StatusOr<std::unique_ptr<SpeechStream>> Begin(const std::string& text, double speed = 1,
                                                std::stop_token stop = {}) {
    Speaker speaker;
    speaker.engine.synthesizer = kokoro_;
    speaker.language = "en";
    speaker.voice.name = "af_heart";
    return SpeechStream::Begin({.speaker = speaker, .text = text, .speed = speed, .format = format_},
                               std::move(stop));
  }
  // Seconds of each piece of bytes (PCM); a negative one for an error at the end.
  static std::vector<double> Pieces(SpeechStream& stream) {
    std::vector<double> seconds;
    while (true) {
      const auto bytes = stream.Next();
      if (!bytes.ok()) seconds.push_back(-1);
      if (!bytes.ok() || !bytes->has_value()) return seconds;
      EXPECT_FALSE((*bytes)->empty());
      seconds.push_back(static_cast<double>((*bytes)->size()) / kPcmBytesPerSecond);
    }
  }
  std::vector<std::string> Asked() const {
    std::vector<std::string> texts;
    for (const tts::SpeakRequest& request : kokoro_->asked()) texts.push_back(request.text);
    return texts;
  }

  media::SoundFormat format_ = media::SoundFormat::kPcm;
  std::shared_ptr<ToneKokoro> kokoro_ = std::make_shared<ToneKokoro>();
};

TEST(CutForSpeech, TheFirstSentenceAloneThenTogether) {
  EXPECT_THAT(CutForSpeech("One. Two is here. Three. Four.", "en"),
              ElementsAre("One.", "Two is here. Three. Four."));
  EXPECT_THAT(CutForSpeech("One", "en"), ElementsAre("One"));
  EXPECT_THAT(CutForSpeech("... !!! \n", "en"), IsEmpty());
  EXPECT_THAT(CutForSpeech("Hello.\n\n\U0001F600 !\n\nBye.", "en"), ElementsAre("Hello.", "Bye."));
}

TEST(CutForSpeech, PiecesAreBounded) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "This is sentence number " + std::to_string(i) + " of a long text. ";
  std::string joined;
  for (const std::string& piece : CutForSpeech(text, "en")) {
    EXPECT_LE(piece.size(), 200U);
    joined += piece + " ";
  }
  EXPECT_EQ(joined, text);
  for (const std::string& piece : CutForSpeech(std::string(10000, 'a'), "en")) EXPECT_LE(piece.size(), 400U);
  std::string chinese;
  for (int i = 0; i < 50; ++i) chinese += "今天天气很好。";
  for (const std::string& piece : CutForSpeech(chinese, "zh")) EXPECT_LE(piece.size(), 3U * 85);
}

TEST_F(SpeechStreamTest, NothingIsSpokenAhead) {
  auto stream = Begin("First one. Second one. " + std::string(190, 'X') + ". Last.");
  ASSERT_TRUE(stream.ok()) << stream.status();
  EXPECT_EQ(Asked().size(), 1U);
  ASSERT_TRUE((*stream)->Next().ok());
  EXPECT_THAT(Asked(), ElementsAre("First one."));
  ASSERT_TRUE((*stream)->Next().ok());
  EXPECT_EQ(Asked().size(), 2U);
  EXPECT_EQ(Pieces(**stream).size(), 2U);  // the third, and what the encoder still held
  EXPECT_EQ(Asked().size(), 3U);
  EXPECT_FALSE((*stream)->Next()->has_value());
  EXPECT_EQ((*stream)->voice(), "af_heart");
}

TEST_F(SpeechStreamTest, PausesFollowThePunctuationAndTheSpeed) {
  const auto seconds = [&](const std::string& text, double speed) {
    auto stream = Begin(text, speed);
    EXPECT_TRUE(stream.ok()) << stream.status();
    double sum = 0;
    for (const double piece : Pieces(**stream)) sum += piece;
    return sum;
  };
  const double tones = 0.05 * (4 + 4);
  EXPECT_NEAR(seconds("One. Two.", 1), tones + 0.4, 0.002);
  EXPECT_NEAR(seconds("One. Two.", 2), (tones + 0.4) / 2, 0.002);
  EXPECT_NEAR(seconds("One. Two.", 4), (tones + 0.4) / 4, 0.002);
  EXPECT_NEAR(seconds("One. Two.", 0.25), (tones + 0.4) * 4, 0.002);
  EXPECT_NEAR(seconds("“One.” Two.", 1), 0.05 * (10 + 4) + 0.4, 0.002);
}

TEST_F(SpeechStreamTest, WhatHasNothingToSayIsPassedOver) {
  auto stream = Begin("NOTHING here. Good. " + std::string(195, 'X') + ". NOTHING again. More.");
  ASSERT_TRUE(stream.ok()) << stream.status();
  EXPECT_EQ(Pieces(**stream).size(), 3U);
  stream = Begin("NOTHING here. NOTHING there.");
  EXPECT_EQ(stream.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(stream.status()), HasSubstr("nothing"));
}

TEST_F(SpeechStreamTest, ErrorsOfTheFirstPieceComeAtOnceLaterOnesEndTheSound) {
  EXPECT_EQ(Begin("FAIL now. And later.").status().code(), StatusCode::kInternal);
  auto stream = Begin("Good. FAIL now. " + std::string(195, 'X') + ". More.");
  ASSERT_TRUE(stream.ok());
  EXPECT_THAT(Pieces(**stream), ElementsAre(::testing::Gt(0), -1));
  EXPECT_FALSE((*stream)->Next()->has_value());
  EXPECT_EQ(Asked().back(), "FAIL now.");
}

TEST_F(SpeechStreamTest, StopEndsItWithinThePiece) {
  std::stop_source stop;
  auto stream = Begin("One. Two.", 1, stop.get_token());
  ASSERT_TRUE(stream.ok());
  ASSERT_TRUE((*stream)->Next().ok());
  kokoro_->Hold("Two");
  std::jthread stopper([&] {
    EXPECT_TRUE(kokoro_->WaitUntilHeld());
    stop.request_stop();
  });
  EXPECT_EQ((*stream)->Next().status().code(), StatusCode::kCancelled);
}

TEST_F(SpeechStreamTest, EveryFormatStreams) {
  for (const media::SoundFormat format : media::kSoundFormats) {
    format_ = format;
    auto stream = Begin("A first sentence of some length. Another.");
    ASSERT_TRUE(stream.ok()) << stream.status();
    const auto bytes = (*stream)->Next();
    ASSERT_TRUE(bytes.ok() && bytes->has_value());
    EXPECT_GT((*bytes)->size(), 5000U) << media::SoundFormatName(format);
    EXPECT_GE(Pieces(**stream).size(), 1U);
  }
}

}  // namespace
}  // namespace waveshift::service
