// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/speech_voices.h"

#include <memory>
#include <set>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/speech_testing.h"

namespace waveshift::service {
namespace {

using testing::FakeEngines;
using ::testing::HasSubstr;

constexpr const char* kOpenAiNames[] = {"alloy", "ash",  "ballad", "cedar", "coral",   "echo", "fable",
                                        "marin", "nova", "onyx",   "sage",  "shimmer", "verse"};

SpeechRequest Ask(const std::string& model, const std::string& voice, const std::string& input,
                  const std::string& language = "") {
  SpeechRequest request;
  request.model = model;
  request.voice = voice;
  request.input = input;
  request.language = language;
  return request;
}

class SpeechVoicesTest : public ::testing::Test {
 protected:
  Speaker Resolve(const SpeechRequest& request) {
    Speaker speaker;
    const SpeechError error = ResolveSpeaker(request, engines_.All(), speaker);
    EXPECT_FALSE(error.is_error()) << error.message;
    return speaker;
  }
  SpeechError Refused(const SpeechRequest& request) {
    Speaker speaker;
    return ResolveSpeaker(request, engines_.All(), speaker);
  }
  static std::string EngineOf(const Speaker& speaker) {
    return speaker.engine.synthesizer == nullptr ? "" : std::string(speaker.engine.synthesizer->name());
  }

  FakeEngines engines_;
};

TEST_F(SpeechVoicesTest, AModelIsAnEngineOrAnyone) {
  EXPECT_EQ(EngineOf(Resolve(Ask("espeak", "alloy", "Hello there."))), "espeak");
  EXPECT_EQ(EngineOf(Resolve(Ask("kokoro", "alloy", "Hello there."))), "kokoro");
  for (const char* model :
       {"tts-1", "tts-1-hd", "tts-1-1106", "gpt-4o-mini-tts", "gpt-4o-mini-tts-2025-03-20", "auto"}) {
    EXPECT_TRUE(IsAnyModel(model)) << model;
    EXPECT_EQ(EngineOf(Resolve(Ask(model, "alloy", "Hello there."))), "kokoro") << model;
  }
  for (const char* model : {"tts-10", "gpt-4o", "whisper-1", "indextts", "kokoro2"}) {
    const SpeechError error = Refused(Ask(model, "alloy", "Hello there."));
    EXPECT_EQ(error.status, 404) << model;
    EXPECT_EQ(error.openai_code, "model_not_found");
    EXPECT_EQ(error.param, "model");
  }
  engines_.preferred = "espeak";
  EXPECT_EQ(EngineOf(Resolve(Ask("tts-1", "alloy", "Hello there."))), "espeak");
}

TEST_F(SpeechVoicesTest, AnEngineThatIsNotReadyIsNoModel) {
  engines_.not_ready = "kokoro";
  const SpeechError error = Refused(Ask("kokoro", "alloy", "Hello there."));
  EXPECT_EQ(error.status, 404);
  EXPECT_THAT(error.message, HasSubstr("kokoro has no model"));
  EXPECT_EQ(EngineOf(Resolve(Ask("tts-1", "alloy", "Hello there."))), "espeak");
  SpeechEngines none;
  Speaker speaker;
  EXPECT_EQ(ResolveSpeaker(Ask("tts-1", "alloy", "Hello."), none, speaker).status, 404);
}

TEST_F(SpeechVoicesTest, OpenAisVoicesAreKokorosInEnglish) {
  std::set<std::string> names;
  for (const char* name : kOpenAiNames) {
    const Speaker speaker = Resolve(Ask("kokoro", name, "The train is on time, and we are here."));
    const auto info = engines_.kokoro->FindVoice(speaker.voice.name);
    ASSERT_TRUE(info.ok()) << info.status();
    EXPECT_THAT(info->language, ::testing::StartsWith("en-")) << name;
    EXPECT_TRUE(names.insert(speaker.voice.name).second) << name;
  }
  EXPECT_EQ(Resolve(Ask("kokoro", "onyx", "The end.", "en")).voice.name, "am_onyx");
}

TEST_F(SpeechVoicesTest, OpenAisVoicesAreDistinctInOtherLanguages) {
  for (const char* language : {"es", "fr", "ja", "zh"}) {
    std::set<std::string> names;
    for (const char* name : kOpenAiNames) {
      const Speaker speaker = Resolve(Ask("kokoro", name, "123", language));
      EXPECT_EQ(speaker.language, language);
      EXPECT_TRUE(names.insert(speaker.voice.name).second) << language << " " << name;
      EXPECT_TRUE(engines_.kokoro->FindVoice(speaker.voice.name).ok()) << speaker.voice.name;
    }
  }
  EXPECT_EQ(Resolve(Ask("kokoro", "alloy", "123", "es")).voice.name.substr(0, 2), "ef");
  // espeak has seven low and five high variants.
  EXPECT_EQ(Resolve(Ask("espeak", "alloy", "123", "es")).voice.name, "es+f3");
  EXPECT_EQ(Resolve(Ask("espeak", "ash", "123", "es")).voice.name, "es+m3");
  EXPECT_NE(Resolve(Ask("espeak", "shimmer", "123", "es")).voice.name, "");
  EXPECT_EQ(Resolve(Ask("kokoro", "auto", "123", "es")).voice.name, "");
}

TEST_F(SpeechVoicesTest, ANameFindsItsEngine) {
  const Speaker blend = Resolve(Ask("tts-1", "af_heart:0.6+am_adam:0.4", "Hello there."));
  EXPECT_EQ(EngineOf(blend), "kokoro");
  EXPECT_EQ(blend.voice.name, "af_heart:0.6+am_adam:0.4");
  const Speaker german = Resolve(Ask("tts-1", "de+f3", "Hallo."));
  EXPECT_EQ(EngineOf(german), "espeak");
  EXPECT_EQ(german.language, "de");
  for (const char* model : {"tts-1", "kokoro", "espeak"}) {
    const SpeechError error = Refused(Ask(model, "nobody", "Hello there."));
    EXPECT_EQ(error.status, 400) << model;
    EXPECT_EQ(error.param, "voice");
    EXPECT_THAT(error.message, HasSubstr("nobody"));
    EXPECT_EQ(error.message.find("voice: voice:"), std::string::npos);
  }
  EXPECT_EQ(Refused(Ask("kokoro", "de+f3", "Hallo.")).param, "voice");
}

TEST_F(SpeechVoicesTest, TheLanguageIsTheRequestsElseTheTextsElseTheVoices) {
  EXPECT_EQ(Resolve(Ask("tts-1", "alloy", "Hola.", "es")).language, "es");
  EXPECT_EQ(Resolve(Ask("tts-1", "alloy", "今天天气很好。")).language, "zh");
  EXPECT_EQ(Resolve(Ask("tts-1", "alloy", "El tren sale a las siete de la tarde.")).language, "es");
  EXPECT_EQ(Resolve(Ask("tts-1", "alloy", "Taxi!")).language, "en");
  // The voice's own kind of a language.
  EXPECT_EQ(Resolve(Ask("tts-1", "bf_emma", "The train is here, and it is late.")).language, "en-GB");
  EXPECT_EQ(Resolve(Ask("tts-1", "ef_dora", "Taxi!")).language, "es");
  EXPECT_EQ(Resolve(Ask("tts-1", "zf_xiaoxiao", "Taxi!")).language, "en");
  EXPECT_EQ(Resolve(Ask("tts-1", "zf_xiaoxiao", "12")).language, "zh");
  EXPECT_EQ(Resolve(Ask("tts-1", "zf_xiaoxiao", "The train is here, and it is late.")).language, "en");
}

TEST_F(SpeechVoicesTest, ALanguageThatNobodySpeaksIsNamed) {
  const SpeechError error = Refused(Ask("kokoro", "alloy", "Guten Tag.", "de"));
  EXPECT_EQ(error.status, 400);
  EXPECT_EQ(error.param, "language");
  EXPECT_THAT(error.message, HasSubstr("\"de\""));
  EXPECT_EQ(EngineOf(Resolve(Ask("tts-1", "alloy", "Guten Tag.", "de"))), "espeak");
  EXPECT_EQ(Refused(Ask("tts-1", "alloy", "Qapla'.", "tlh")).param, "language");
}

}  // namespace
}  // namespace waveshift::service
