// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "phonemes/espeak_process.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <thread>

#include "base/files.h"
#include "phonemes/phonemizer.h"

namespace waveshift::phonemes {
namespace {

using std::chrono::milliseconds;
using Pieces = std::vector<std::string>;

TEST(EspeakVoiceOf, TagsToVoices) {
  EXPECT_EQ(EspeakVoiceOf("en").value(), "en-us");
  EXPECT_EQ(EspeakVoiceOf("en-US").value(), "en-us");
  EXPECT_EQ(EspeakVoiceOf("en_gb").value(), "en-gb");
  EXPECT_EQ(EspeakVoiceOf("zh-Hans").value(), "cmn");
  EXPECT_EQ(EspeakVoiceOf("pt-PT").value(), "pt");
  EXPECT_EQ(EspeakVoiceOf("pt").value(), "pt-br");
  EXPECT_EQ(EspeakVoiceOf("de-AT").value(), "de");
  EXPECT_FALSE(EspeakVoiceOf("-v; rm").ok());
}

TEST(EspeakProcess, OneProcessAnswersManyPieces) {
  const EspeakProcess espeak("espeak-ng", milliseconds(20000));
  const Pieces ipa = {"həlˈo^ʊ wˈɜːld", "", "t^ʃˈɜːt^ʃ"};
  EXPECT_EQ(espeak.Ipa({"hello world", "", "church"}, "en-us").value(), ipa);
  const std::vector<int> ids = espeak.ProcessIds();
  ASSERT_EQ(ids.size(), 1U);
  EXPECT_EQ(espeak.Ipa({"church"}, "en-us").value(), Pieces{ipa[2]});
  EXPECT_EQ(espeak.ProcessIds(), ids);
}

TEST(EspeakProcess, NeitherLineFeedsNorBracketsReachTheProgramAsOrders) {
  const EspeakProcess espeak("espeak-ng", milliseconds(20000));
  const auto plain = espeak.Ipa({"one two", "ttktk"}, "en-us");
  EXPECT_EQ(espeak.Ipa({"one\ntwo", "[[ttktk]]"}, "en-us").value(), *plain);
  EXPECT_EQ(espeak.Ipa({std::string("one\0\x01\x1b two", 10)}, "en-us").value().front(), plain->front());
}

TEST(EspeakProcess, LongPiecesAreReadWhole) {
  const EspeakProcess espeak("espeak-ng", milliseconds(20000));
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "tea ";
  const std::string ipa = espeak.Ipa({text}, "en-us").value().front();
  size_t count = 0;
  for (size_t at = ipa.find("tˈiː"); at != std::string::npos; at = ipa.find("tˈiː", at + 1)) ++count;
  EXPECT_EQ(count, 1000U);
  EXPECT_TRUE(espeak.Ipa({std::string(5000, 'a')}, "en-us").ok());
}

TEST(EspeakProcess, AKilledProcessIsReplaced) {
  const EspeakProcess espeak("espeak-ng", milliseconds(20000));
  const Pieces before = espeak.Ipa({"good morning"}, "en-us").value();
  const std::vector<int> ids = espeak.ProcessIds();
  ASSERT_EQ(ids.size(), 1U);
  ::kill(ids.front(), SIGKILL);
  EXPECT_EQ(espeak.Ipa({"good morning"}, "en-us").value(), before);
  EXPECT_NE(espeak.ProcessIds(), ids);
}

TEST(EspeakProcess, AStoppedProcessIsBoundedInTimeAndReplaced) {
  const EspeakProcess espeak("espeak-ng", milliseconds(1500));
  const Pieces before = espeak.Ipa({"good morning"}, "en-us").value();
  ::kill(espeak.ProcessIds().front(), SIGSTOP);
  EXPECT_EQ(espeak.Ipa({"good morning"}, "en-us").status().code(), StatusCode::kDeadlineExceeded);
  EXPECT_EQ(espeak.Ipa({"good morning"}, "en-us").value(), before);
}

TEST(EspeakProcess, MoreVoicesThanProcesses) {
  const EspeakProcess espeak("espeak-ng", milliseconds(20000));
  for (const char* voice : {"en-us", "en-gb", "es", "fr-fr", "it", "pt-br", "hi", "de", "ru", "nl"}) {
    EXPECT_FALSE(espeak.Ipa({"a"}, voice).value().front().empty()) << voice;
  }
  EXPECT_EQ(espeak.ProcessIds().size(), 8U);
}

TEST(EspeakProcess, ErrorsNameWhatIsMissing) {
  const EspeakProcess missing("no-such-espeak", milliseconds(20000));
  const Status status = missing.Ipa({"a"}, "en-us").status();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(Message(status),
            "no-such-espeak is not installed (looked on PATH); install the package espeak-ng");
  const EspeakProcess espeak("espeak-ng", milliseconds(20000));
  const Status no_voice = espeak.Ipa({"a"}, "qqq").status();
  EXPECT_EQ(no_voice.code(), StatusCode::kFailedPrecondition);
  EXPECT_NE(Message(no_voice).find("-v qqq"), std::string::npos) << Message(no_voice);
  EXPECT_EQ(espeak.Ipa({"a"}, "-x").status().code(), StatusCode::kInvalidArgument);
}

TEST(EspeakProcess, ManyThreadsAtOnce) {
  const auto phonemizer = MakeEspeakPhonemizer();
  const std::string english = (*phonemizer)->Phonemize("Good morning, my friend!", "en").value();
  const std::string spanish = (*phonemizer)->Phonemize("Buenos días.", "es").value();
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < 20; ++n) {
        const bool is_english = (i + n) % 2 == 0;
        const auto sounds = (*phonemizer)
                                ->Phonemize(is_english ? "Good morning, my friend!" : "Buenos días.",
                                            is_english ? "en" : "es");
        EXPECT_EQ(sounds.value(), is_english ? english : spanish);
      }
    });
  }
}

TEST(EspeakPhonemizer, KeepsPunctuationAndDropsLanguageMarks) {
  const auto phonemizer = *MakeEspeakPhonemizer();
  EXPECT_EQ(phonemizer->Phonemize("Hello, world! (Really?)", "en").value(), "həlˈoʊ, wˈɜːld! (ɹˈiəli?)");
  EXPECT_EQ(phonemizer->Phonemize("你好。", "zh").value().back(), '.');
  const std::string mixed = phonemizer->Phonemize("Ich mag Weekend und Computer.", "de").value();
  EXPECT_EQ(mixed.find('('), std::string::npos) << mixed;
  EXPECT_EQ(phonemizer->Phonemize("", "en").value(), "");
  EXPECT_EQ(phonemizer->Phonemize("?!", "en").value(), "?!");
  EXPECT_EQ(phonemizer->Phonemize("\xff", "en").status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(phonemizer->Phonemize(std::string(20001, 'a'), "en").status().code(),
            StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace waveshift::phonemes
