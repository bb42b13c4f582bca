// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What every speech engine must do, as one GoogleTest suite. synthesizer_contract_test.cc instantiates it for
// each engine; a test program may include this header in one file.
#ifndef WAVESHIFT_TTS_SYNTHESIZER_CONTRACT_H_
#define WAVESHIFT_TTS_SYNTHESIZER_CONTRACT_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "audio/edges.h"
#include "text/language.h"
#include "tts/synthesizer.h"
#include "tts/test_models.h"

namespace waveshift::tts {

struct EngineUnderTest {
  std::function<std::unique_ptr<Synthesizer>()> make;
  std::string language;              // one that it speaks
  std::vector<std::string> texts;    // at least three different ones in that language, of some seconds each
  std::string unsupported_language;  // a valid tag that it does not speak
  std::string recording;             // whose voice speaks, for engines that want one
  size_t at_once = 8;                // the most lines that it may have in work
  std::string model;                 // a file that it needs, below TestModelFolder(); "" for none
  // The same engine with a network that takes no time, for a line of many minutes; empty: `make`.
  std::function<std::unique_ptr<Synthesizer>()> make_for_long_lines;
};

// For test names that stay the same from run to run.
inline void PrintTo(const EngineUnderTest& engine, std::ostream* out) { *out << engine.language; }

class SynthesizerContract : public testing::TestWithParam<EngineUnderTest> {
 protected:
  using Answers = std::map<size_t, StatusOr<SpokenLine>>;

  void SetUp() override {
    if (!GetParam().model.empty()) WS_SKIP_WITHOUT_MODEL(GetParam().model);
    engine_ = GetParam().make();
    const Status ready = engine_->CheckReady();
    ASSERT_TRUE(ready.ok()) << Message(ready);
  }

  SpeakRequest Request(size_t text, double speed = 1.0) const {
    SpeakRequest request;
    request.text = GetParam().texts.at(text % GetParam().texts.size());
    request.language = GetParam().language;
    request.voice.reference_path = GetParam().recording;
    request.speed = speed;
    return request;
  }

  SpokenLine Speak(const SpeakRequest& request) const {
    auto line = SpeakOne(*engine_, request, std::stop_token());
    EXPECT_TRUE(line.ok()) << Message(line.status());
    return line.ok() ? *std::move(line) : SpokenLine{};
  }

  Answers SpeakAll(const std::vector<SpeakRequest>& requests) const {
    Answers answers;
    const Status status = engine_->Synthesize(
        requests,
        [&](size_t index, StatusOr<SpokenLine> line) {
          EXPECT_TRUE(answers.emplace(index, std::move(line)).second) << "answered twice: " << index;
        },
        std::stop_token());
    EXPECT_TRUE(status.ok()) << Message(status);
    EXPECT_EQ(answers.size(), requests.size());
    return answers;
  }

  std::unique_ptr<Synthesizer> engine_;
};

TEST_P(SynthesizerContract, SaysWhatItIs) {
  EXPECT_FALSE(engine_->name().empty());
  EXPECT_FALSE(engine_->version().empty());
  EXPECT_EQ(engine_->version(), GetParam().make()->version());
  EXPECT_TRUE(engine_->Speaks(GetParam().language));
  EXPECT_FALSE(engine_->Speaks(GetParam().unsupported_language));
}

TEST_P(SynthesizerContract, EveryListedVoiceIsFound) {
  const std::vector<VoiceInfo> voices = engine_->Voices();
  // Who speaks in the voice of a recording has none of its own.
  ASSERT_EQ(voices.empty(), !GetParam().recording.empty());
  std::set<std::string> names;
  for (const VoiceInfo& voice : voices) {
    EXPECT_TRUE(names.insert(voice.name).second) << voice.name;
    EXPECT_FALSE(voice.language.empty()) << voice.name;
    const auto found = engine_->FindVoice(voice.name);
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ(found->name, voice.name);
    EXPECT_EQ(found->language, voice.language);
  }
  for (const char* name : {"", "nobody at all", "../x", "af_heart:0", "+", "#"}) {
    const auto found = engine_->FindVoice(name);
    EXPECT_EQ(found.status().code(), StatusCode::kInvalidArgument) << name;
    EXPECT_EQ(Message(found.status()).find("voice: "), 0U) << Message(found.status());
  }
}

TEST_P(SynthesizerContract, AVoiceSpeaksByItsName) {
  for (const VoiceInfo& voice : engine_->Voices()) {
    if (text::PrimarySubtag(voice.language) != GetParam().language) continue;
    SpeakRequest request = Request(0);
    request.voice.name = voice.name;
    EXPECT_FALSE(Speak(request).audio.samples.empty()) << voice.name;
    break;
  }
}

TEST_P(SynthesizerContract, SpeaksALine) {
  const SpokenLine line = Speak(Request(0));
  EXPECT_GE(line.audio.sample_rate_hz, 8000);
  EXPECT_GT(line.audio.seconds(), 0.3);
  EXPECT_LT(line.audio.seconds(), 30.0);
  EXPECT_FALSE(line.voice.empty());
  float peak = 0;
  for (const float s : line.audio.samples) {
    ASSERT_TRUE(std::isfinite(s));
    peak = std::max(peak, std::abs(s));
  }
  EXPECT_GT(peak, 0.02F);
  EXPECT_LE(peak, 1.0F);
}

TEST_P(SynthesizerContract, SilenceIsTrimmed) {
  const SpokenLine line = Speak(Request(0));
  const audio::SoundRange sound = audio::FindSound(line.audio.samples);
  const double most = 0.020 * line.audio.sample_rate_hz + 1;
  EXPECT_LE(static_cast<double>(sound.begin), most);
  EXPECT_LE(static_cast<double>(line.audio.samples.size()) - static_cast<double>(sound.end), most);
}

TEST_P(SynthesizerContract, AnswersOnTheCallersThread) {
  const std::vector<SpeakRequest> requests = {Request(0), Request(1), Request(2)};
  const auto caller = std::this_thread::get_id();
  size_t answers = 0;
  const Status status = engine_->Synthesize(
      requests,
      [&](size_t, const StatusOr<SpokenLine>& line) {
        EXPECT_TRUE(line.ok()) << Message(line.status());
        EXPECT_EQ(std::this_thread::get_id(), caller);
        ++answers;
      },
      std::stop_token());
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(answers, requests.size());
}

TEST_P(SynthesizerContract, NoRequestsIsFine) { EXPECT_TRUE(SpeakAll({}).empty()); }

TEST_P(SynthesizerContract, TheSameRequestSoundsTheSameWhateverStandsBesideIt) {
  const SpokenLine alone = Speak(Request(1));
  const Answers forward = SpeakAll({Request(0), Request(1), Request(2)});
  const Answers backward = SpeakAll({Request(2), Request(1), Request(0)});
  for (size_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(forward.at(i).ok() && backward.at(2 - i).ok());
    EXPECT_TRUE(forward.at(i)->audio.samples == backward.at(2 - i)->audio.samples) << i;
  }
  EXPECT_TRUE(forward.at(1)->audio.samples == alone.audio.samples);
  EXPECT_FALSE(forward.at(0)->audio.samples == forward.at(1)->audio.samples);
}

TEST_P(SynthesizerContract, ABadLineDoesNotStopTheOthers) {
  SpeakRequest nothing = Request(0);
  nothing.text = " ... \n";
  SpeakRequest broken = Request(0);
  broken.text = "a\xFF\xFE";
  SpeakRequest foreign = Request(0);
  foreign.language = GetParam().unsupported_language;
  const Answers answers = SpeakAll({Request(0), nothing, broken, foreign, Request(1)});
  EXPECT_TRUE(answers.at(0).ok());
  EXPECT_EQ(answers.at(1).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(answers.at(2).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(answers.at(3).status().code(), StatusCode::kInvalidArgument);
  EXPECT_NE(Message(answers.at(3).status()).find(GetParam().unsupported_language), std::string::npos)
      << Message(answers.at(3).status());
  EXPECT_TRUE(answers.at(4).ok());
}

TEST_P(SynthesizerContract, NumbersThatMakeNoSenseAreErrors) {
  for (const double bad :
       {0.0, -1.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    SpeakRequest request = Request(0, bad);
    EXPECT_EQ(SpeakOne(*engine_, request, std::stop_token()).status().code(), StatusCode::kInvalidArgument)
        << bad;
    request = Request(0);
    request.voice.natural_rate = bad;
    EXPECT_EQ(SpeakOne(*engine_, request, std::stop_token()).status().code(), StatusCode::kInvalidArgument)
        << bad;
  }
}

TEST_P(SynthesizerContract, FasterIsShorterByTheFactor) {
  const double natural = Speak(Request(0)).audio.seconds();
  EXPECT_NEAR(Speak(Request(0, 1.2)).audio.seconds() / natural, 1 / 1.2, 0.1 / 1.2);
  SpeakRequest slow_speaker = Request(0);
  slow_speaker.voice.natural_rate = 0.85;
  EXPECT_NEAR(Speak(slow_speaker).audio.seconds() / natural, 1 / 0.85, 0.1 / 0.85);
}

// Sane sound, or an error that says what is wrong with the line: never a crash, never more than the text can
// justify.
inline void ExpectSpeechOrClearError(const StatusOr<SpokenLine>& line, const std::string& text) {
  const std::string what = text.substr(0, 40);
  if (!line.ok()) {
    EXPECT_TRUE(line.status().code() == StatusCode::kInvalidArgument ||
                line.status().code() == StatusCode::kInternal)
        << what << ": " << Message(line.status());
    EXPECT_FALSE(Message(line.status()).empty());
    EXPECT_EQ(Message(line.status()).find('\n'), std::string::npos) << Message(line.status());
    return;
  }
  EXPECT_GT(line->audio.samples.size(), 0u) << what;
  EXPECT_LT(line->audio.seconds(), 5 + 1.5 * static_cast<double>(text.size())) << what;
  for (const float s : line->audio.samples) ASSERT_TRUE(std::isfinite(s) && std::abs(s) <= 1) << what;
}

TEST_P(SynthesizerContract, AnyTextIsSpeechOrAClearError) {
  const std::vector<std::string> texts = {
      "",
      "a",
      "I",
      "?",
      "\u4E2D",
      "\U0001F600",
      "\U0001F468\u200D\U0001F469\u200D\U0001F467 ok \U0001F44D\U0001F3FD",
      // Two literals, one text. NOLINTNEXTLINE(bugprone-suspicious-missing-comma)
      "Hello \u4E16\u754C, \u043F\u0440\u0438\u0432\u0435\u0442 \u0645\u0631\u062D\u0628\u0627 "
      "\u0928\u092E\u0938\u094D\u0924\u0947",
      "<speak><break time=\"20s\"/>hi <prosody rate=\"x-slow\">you</prosody></speak>",
      "[[h@l'oU]] {there} \\e[0m &amp; %s%n $(id)",
      std::string("bell\a null") + std::string(1, '\0') + "tab\tescape\x1B[31m\x01 end",
      "\u202Eright to left\u202C and \uFEFFmarks\u200B",
      "12345678901234567890",
      "0",
      "1,234.50 3/4 10:45 50% #7",
      "----------------------------------------------------------",
      "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p",
      "Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaargh!!!!!!!!!!!!!!!!!",
      "e\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301",
  };
  for (const std::string& text : texts) {
    SpeakRequest request = Request(0);
    request.text = text;
    ExpectSpeechOrClearError(SpeakOne(*engine_, request, std::stop_token()), text);
  }
}

TEST_P(SynthesizerContract, TenThousandCharactersAreSpeechOrAClearError) {
  SpeakRequest request = Request(0, 3.0);
  while (request.text.size() < 10000) request.text += " " + Request(request.text.size()).text;
  const auto engine = GetParam().make_for_long_lines ? GetParam().make_for_long_lines() : GetParam().make();
  ExpectSpeechOrClearError(SpeakOne(*engine, request, std::stop_token()), request.text);
}

TEST_P(SynthesizerContract, EightSpeakersAtOnce) {
  const SpokenLine expected = Speak(Request(2));
  std::vector<std::jthread> speakers;
  std::vector<SpokenLine> lines(8);
  for (SpokenLine& line : lines) {
    speakers.emplace_back([this, &line] { line = Speak(Request(2)); });
  }
  speakers.clear();
  for (const SpokenLine& line : lines) EXPECT_TRUE(line.audio.samples == expected.audio.samples);
}

TEST_P(SynthesizerContract, StopEndsTheBatch) {
  std::vector<SpeakRequest> requests;
  for (size_t i = 0; i < 500; ++i) requests.push_back(Request(i));
  std::stop_source stop;
  size_t answers = 0;
  const Status status = engine_->Synthesize(
      requests,
      [&](size_t, const StatusOr<SpokenLine>&) {
        ++answers;
        stop.request_stop();
      },
      stop.get_token());
  EXPECT_EQ(status.code(), StatusCode::kCancelled);
  EXPECT_LE(answers, 3 * GetParam().at_once);  // those that were finished already
  answers = 0;
  EXPECT_EQ(engine_
                ->Synthesize(
                    requests, [&](size_t, const StatusOr<SpokenLine>&) { ++answers; }, stop.get_token())
                .code(),
            StatusCode::kCancelled);
  EXPECT_EQ(answers, 0u);
}

TEST_P(SynthesizerContract, TwoThreadsAtOnce) {
  const std::vector<SpeakRequest> requests = {Request(0), Request(1), Request(2)};
  const Answers expected = SpeakAll(requests);
  Answers first;
  Answers second;
  {
    std::jthread a([&] { first = SpeakAll(requests); });
    std::jthread b([&] { second = SpeakAll(requests); });
  }
  ASSERT_EQ(first.size(), expected.size());
  ASSERT_EQ(second.size(), expected.size());
  for (const auto& [index, line] : expected) {
    ASSERT_TRUE(line.ok() && first.at(index).ok() && second.at(index).ok());
    EXPECT_TRUE(first.at(index)->audio.samples == line->audio.samples);
    EXPECT_TRUE(second.at(index)->audio.samples == line->audio.samples);
  }
}

}  // namespace waveshift::tts

#endif  // WAVESHIFT_TTS_SYNTHESIZER_CONTRACT_H_
