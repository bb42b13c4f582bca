// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/espeak/espeak.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <stop_token>
#include <thread>
#include <utility>

#include "base/files.h"

namespace waveshift::tts {
namespace {

using std::chrono::milliseconds;

StatusOr<SpokenLine> Speak(const std::string& text, const std::string& language,
                           const std::string& voice = "", const EspeakOptions& options = {}) {
  SpeakRequest request;
  request.text = text;
  request.language = language;
  request.voice.name = voice;
  const auto engine = MakeEspeak(options);
  return SpeakOne(*engine, request, std::stop_token());
}

double Seconds(const StatusOr<SpokenLine>& line) {
  EXPECT_TRUE(line.ok()) << Message(line.status());
  return line.ok() ? line->audio.seconds() : 0;
}

TEST(Espeak, SpeaksManyLanguagesAndNamesTheVoice) {
  const std::pair<const char*, const char*> lines[] = {{"zh", "我们今天去北京。"}, {"ru", "Доброе утро"},
                                                       {"ar", "صباح الخير"},       {"hi", "नमस्ते दुनिया"},
                                                       {"pt-BR", "Bom dia"},       {"ko", "안녕하세요"}};
  for (const auto& [language, text] : lines) {
    const auto line = Speak(text, language);
    EXPECT_GT(Seconds(line), 0.3) << language;
    EXPECT_LT(Seconds(line), 4.0) << language;
  }
  EXPECT_EQ(Speak("Bom dia", "pt-BR", "pt-br+f2").value().voice, "pt-br+f2");
  EXPECT_EQ(Speak("Hello", "en").value().voice, "en-us");
}

TEST(Espeak, VariantsSoundDifferent) {
  EXPECT_FALSE(Speak("Good morning.", "en", "en+m3").value().audio.samples ==
               Speak("Good morning.", "en", "en+m7").value().audio.samples);
}

TEST(Espeak, LatinWordsInMandarinAreSpokenByTheEnglishVoice) {
  const double mixed = Seconds(Speak("我用iPhone打电话", "zh", "zh+f3"));
  const double parts = Seconds(Speak("我用", "zh", "zh+f3")) + Seconds(Speak("iPhone", "en", "en+f3")) +
                       Seconds(Speak("打电话", "zh", "zh+f3"));
  EXPECT_NEAR(mixed, parts + 2 * 0.04, 0.01);
}

TEST(Espeak, KanjiThatItCannotReadAreReported) {
  EXPECT_TRUE(Speak("ありがとう", "ja").value().warnings.empty());
  EXPECT_EQ(Speak("日本", "ja").value().warnings.size(), 1u);
}

TEST(Espeak, MarkupAndOptionsStayText) {
  // As SSML this would be 20 s of silence; as text it is a few words.
  EXPECT_LT(Seconds(Speak("<speak><break time='20s'/>hi</speak>", "en")), 12.0);
  EXPECT_FALSE(Speak("[[h@l'oU]] there", "en").value().audio.samples ==
               Speak("hello there", "en").value().audio.samples);
  EXPECT_GT(Seconds(Speak("--help -w /dev/full", "en")), 0.5);
  // An embedded command would change the speed.
  EXPECT_NEAR(Seconds(Speak("\x01"
                            "400S good morning everybody",
                            "en")),
              Seconds(Speak("400S good morning everybody", "en")), 0.01);
}

TEST(Espeak, TempoBeyondTheProgramIsCutAndReported) {
  SpeakRequest request;
  request.text = "Good morning.";
  request.language = "en";
  request.speed = 20;
  const auto engine = MakeEspeak();
  EXPECT_EQ(SpeakOne(*engine, request, std::stop_token()).value().warnings.size(), 1u);
  request.speed = 1.2;
  EXPECT_TRUE(SpeakOne(*engine, request, std::stop_token()).value().warnings.empty());
}

TEST(Espeak, AMissingProgramIsAClearError) {
  EspeakOptions options;
  options.program = "no-such-espeak";
  const auto engine = MakeEspeak(options);
  EXPECT_EQ(engine->CheckReady().code(), StatusCode::kFailedPrecondition);
  EXPECT_NE(Message(engine->CheckReady()).find("no-such-espeak is not installed"), std::string::npos);
  EXPECT_FALSE(engine->Speaks("en"));
  EXPECT_FALSE(engine->version().empty());
  EXPECT_EQ(Speak("hi", "en", "", options).status().code(), StatusCode::kFailedPrecondition);
}

// A program that lists voices as espeak-ng does and then does something else with the text.
class FakeProgram {
 public:
  explicit FakeProgram(const std::string& speaking) : scratch_(ScratchDirectory::Make().value()) {
    options.program = scratch_.path() + "/fake";
    options.threads = 2;
    const std::string script =
        "#!/bin/sh\n"
        "case $1 in\n"
        "--version) echo 'eSpeak NG text-to-speech: 9.99  Data at: /nowhere';;\n"
        "--voices=variant) echo ' 5  variant  --/F  female3  !v/f3';;\n"
        "--voices) echo ' 5  de  --/M  German  gmw/de';;\n"
        "*) " +
        speaking + ";;\nesac\n";
    EXPECT_TRUE(WriteFileAtomic(options.program, script).ok());
    std::filesystem::permissions(options.program, std::filesystem::perms::owner_all);
  }
  StatusOr<SpokenLine> Say(const std::string& text) const { return Speak(text, "de", "", options); }

  EspeakOptions options;

 private:
  const ScratchDirectory scratch_;
};

TEST(EspeakFake, VersionComesFromTheProgram) {
  const FakeProgram fake("true");
  EXPECT_NE(MakeEspeak(fake.options)->version().find("9.99"), std::string::npos);
}

TEST(EspeakFake, RunawayOutputIsAnErrorOfTheLine) {
  const auto line = FakeProgram("yes").Say("hallo");
  EXPECT_EQ(line.status().code(), StatusCode::kInternal);
  EXPECT_NE(Message(line.status()).find("does not justify"), std::string::npos);
}

TEST(EspeakFake, AProgramThatHangsIsEndedAtTheLimit) {
  FakeProgram fake("sleep 600");
  fake.options.line_limit = milliseconds(100);
  EXPECT_EQ(fake.Say("hallo").status().code(), StatusCode::kDeadlineExceeded);
}

TEST(EspeakFake, StopEndsAProgramThatHangs) {
  const FakeProgram fake("sleep 600");
  std::stop_source stop;
  Status status;
  {
    std::jthread runner([&] {
      SpeakRequest request;
      request.text = "hallo";
      request.language = "de";
      status = SpeakOne(*MakeEspeak(fake.options), request, stop.get_token()).status();
    });
    stop.request_stop();
  }
  EXPECT_EQ(status.code(), StatusCode::kCancelled);
}

TEST(EspeakFake, FailureSaysWhatTheProgramSaid) {
  const auto line = FakeProgram("echo 'Error: broken data' >&2; exit 3").Say("hallo");
  EXPECT_EQ(line.status().code(), StatusCode::kInternal);
  EXPECT_NE(Message(line.status()).find("code 3: Error: broken data"), std::string::npos)
      << Message(line.status());
}

TEST(EspeakFake, JunkAndSilenceAreErrors) {
  EXPECT_EQ(FakeProgram("echo junk").Say("hallo").status().code(), StatusCode::kInternal);
  EXPECT_EQ(FakeProgram("true").Say("hallo").status().code(), StatusCode::kInvalidArgument);
  const std::string header =
      R"(printf 'RIFF\0\0\0\0WAVEfmt \020\0\0\0\001\0\001\0\042V\0\0\104\254\0\0\002\0\020\0data\0\020\0\0')";
  EXPECT_EQ(FakeProgram(header + "; head -c 4096 /dev/zero").Say("hallo").status().code(),
            StatusCode::kInvalidArgument);
}

TEST(EspeakFake, TextGoesThroughStandardInputOnly) {
  const FakeProgram fake("for a in \"$@\"; do case $a in *hallo*) exit 9;; esac; done; cat >&2; exit 1");
  EXPECT_NE(Message(fake.Say("-hallo $(id)").status()).find("code 1: -hallo $(id)"), std::string::npos);
}

}  // namespace
}  // namespace waveshift::tts
