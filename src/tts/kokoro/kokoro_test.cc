// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What is Kokoro's own; the contract of all engines is in synthesizer_contract_test.cc.
#include "tts/kokoro/kokoro.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <limits>

#include "base/files.h"
#include "tts/kokoro/voice_table.h"
#include "tts/kokoro/voices.h"
#include "tts/test_models.h"
#include "tts/test_networks.h"

namespace waveshift::tts {
namespace {

using testing::HasSubstr;

StatusOr<SpokenLine> Say(Synthesizer& engine, const std::string& text, const std::string& language = "en",
                         const std::string& voice = "") {
  SpeakRequest request;
  request.text = text;
  request.language = language;
  request.voice.name = voice;
  return SpeakOne(engine, request, {});
}

// A folder with a network and one voice.
class KokoroNetwork : public testing::Test {
 protected:
  void SetUp() override { Write("voices/af_heart.bin", std::string(510 * 256 * 4, '\0')); }
  void Write(const std::string& name, const std::string& bytes) {
    ASSERT_TRUE(WriteFileAtomic(scratch_.path() + "/" + name, bytes).ok());
  }
  std::unique_ptr<Synthesizer> Engine() const {
    KokoroOptions options;
    options.folder = scratch_.path();
    options.threads = 1;
    return MakeKokoro(options);
  }
  std::unique_ptr<Synthesizer> WithWave(const std::vector<float>& wave) {
    Write("model.onnx", TestKokoro(wave));
    return Engine();
  }
  const ScratchDirectory scratch_ = ScratchDirectory::Make().value();
};

TEST_F(KokoroNetwork, WhatIsMissingIsNamed) {
  EXPECT_EQ(Engine()->CheckReady().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(Engine()->CheckReady()), HasSubstr(scratch_.path()));
  EXPECT_FALSE(Engine()->Speaks("en"));
  EXPECT_FALSE(Engine()->version().empty());
  std::filesystem::remove(scratch_.path() + "/voices/af_heart.bin");
  EXPECT_THAT(Message(WithWave(TestWave(1200, 0.01F))->CheckReady()), HasSubstr("/voices"));
}

TEST_F(KokoroNetwork, FilesThatAreNoKokoroAreErrors) {
  Write("model.onnx", "junk");
  EXPECT_EQ(Engine()->CheckReady().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(Engine()->CheckReady()), HasSubstr("model.onnx"));
  EXPECT_EQ(Say(*Engine(), "Hello.").status().code(), StatusCode::kFailedPrecondition);
  Write("model.onnx", TestPiper(TestWave(1200, 0.01F)));
  EXPECT_THAT(Message(Engine()->CheckReady()), HasSubstr("\"style\""));
  Write("model.onnx", TestKokoro(TestWave(1200, 0.01F)));
  Write("model.onnx.sha256", std::string(64, '0') + "  model.onnx\n");
  EXPECT_THAT(Message(Engine()->CheckReady()), HasSubstr("damaged"));
}

TEST_F(KokoroNetwork, TakesThatAreNoSpeechAreErrorsOfTheLine) {
  EXPECT_TRUE(Say(*WithWave(TestWave(1200, 0.002F)), "Hello there.").ok());
  const auto complaint = [this](const std::vector<float>& wave) {
    const auto line = Say(*WithWave(wave), "Hello there.");
    EXPECT_EQ(line.status().code(), StatusCode::kInternal);
    return Message(line.status());
  };
  EXPECT_THAT(complaint(std::vector<float>(1200, 0.0F)), HasSubstr("no sound"));
  std::vector<float> broken = TestWave(1200, 0.002F);
  broken[600] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(complaint(broken), HasSubstr("invalid samples"));
  EXPECT_THAT(complaint(TestWave(60000, 0.002F)), HasSubstr("justifies"));
  EXPECT_THAT(complaint(TestWave(100, 0.002F)), HasSubstr("does not justify"));
}

TEST_F(KokoroNetwork, TheLargestModelIsTaken) {
  Write("a.onnx", "junk");
  Write("b.onnx", TestKokoro(TestWave(1200, 0.002F)));
  EXPECT_TRUE(Engine()->CheckReady().ok());
}

TEST_F(KokoroNetwork, VoicesThatAreNotThereAreErrors) {
  const auto engine = WithWave(TestWave(1200, 0.002F));
  EXPECT_EQ(Say(*engine, "Hello.", "en", "af_none").status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Say(*engine, "Hello.", "en", "af_heart:0.5+af_none").status().code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Say(*engine, "Hola.", "es").status().code(),
            StatusCode::kInvalidArgument);  // ef_dora is not there
  EXPECT_TRUE(Say(*engine, "Hola.", "es", "af_heart").ok());
}

// The phonemizer's program ends itself at the first words and does its work when it is started again.
TEST_F(KokoroNetwork, AKilledPhonemizerIsSurvived) {
  Write("model.onnx", TestKokoro(TestWave(1200, 0.002F)));
  const std::string program = scratch_.path() + "/espeak";
  Write("espeak", "#!/bin/sh\nif [ ! -e " + program + ".killed ]; then : > " + program +
                      ".killed; read -r line; kill -9 $$; fi\nexec espeak-ng \"$@\"\n");
  std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  KokoroOptions options;
  options.folder = scratch_.path();
  options.phonemizer.espeak_program = program;
  const auto engine = MakeKokoro(options);
  const auto line = Say(*engine, "Hello there.");
  ASSERT_TRUE(line.ok()) << Message(line.status());
  EXPECT_TRUE(std::filesystem::exists(program + ".killed"));
  EXPECT_TRUE(line->audio.samples == Say(*Engine(), "Hello there.")->audio.samples);
}

constexpr char kModel[] = "kokoro/kokoro-v1.0-int8.onnx";

std::unique_ptr<Synthesizer> Real() {
  KokoroOptions options;
  options.folder = TestModelFolder() + "/kokoro";
  options.threads = 2;
  return MakeKokoro(options);
}

TEST(Kokoro, SpeaksEachOfItsLanguages) {
  WS_SKIP_WITHOUT_MODEL(kModel);
  const auto engine = Real();
  const std::pair<const char*, const char*> lines[] = {
      {"en-GB", "Good morning."}, {"es", "Buenos días."}, {"fr", "Bonjour à tous."}, {"hi", "नमस्ते दुनिया"},
      {"it", "Buongiorno."},      {"ja", "おはよう。"},   {"pt-BR", "Bom dia."},     {"zh", "早上好。"}};
  for (const auto& [language, text] : lines) {
    EXPECT_TRUE(engine->Speaks(language)) << language;
    if (!engine->CheckLanguage(language).ok()) continue;  // its programs are not installed
    const auto line = Say(*engine, text, language);
    ASSERT_TRUE(line.ok()) << language << ": " << Message(line.status());
    EXPECT_GT(line->audio.seconds(), 0.3) << language;
    EXPECT_LT(line->audio.seconds(), 4) << language;
    EXPECT_EQ(line->voice, KokoroDefaultVoice(language));
  }
}

TEST(Kokoro, ABlendIsAVoiceOfItsOwn) {
  WS_SKIP_WITHOUT_MODEL(kModel);
  const auto engine = Real();
  const auto heart = Say(*engine, "Good morning.", "en", "af_heart");
  const auto adam = Say(*engine, "Good morning.", "en", "am_adam");
  const auto blend = Say(*engine, "Good morning.", "en", "af_heart:0.6+am_adam:0.4");
  ASSERT_TRUE(heart.ok() && adam.ok() && blend.ok());
  EXPECT_EQ(blend->voice, "af_heart:0.6+am_adam:0.4");
  EXPECT_FALSE(blend->audio.samples == heart->audio.samples);
  EXPECT_FALSE(blend->audio.samples == adam->audio.samples);
}

TEST(Kokoro, EveryVoiceOfTheTableIsThere) {
  WS_SKIP_WITHOUT_MODEL(kModel);
  const KokoroVoices voices(TestModelFolder() + "/kokoro/voices");
  EXPECT_EQ(voices.Names().size(), KokoroVoiceTable().size());
  for (const KokoroVoice& voice : KokoroVoiceTable()) EXPECT_TRUE(voices.Has(voice.name)) << voice.name;
}

}  // namespace
}  // namespace waveshift::tts
