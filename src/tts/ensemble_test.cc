// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/ensemble.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace waveshift::tts {
namespace {

// Speaks its own languages; keeps what it was asked. A text with its name fails.
class Actor : public Synthesizer {
 public:
  Actor(std::string name, std::vector<std::string> languages)
      : name_(std::move(name)), languages_(std::move(languages)) {}
  std::string_view name() const override { return name_; }
  std::string version() const override { return name_ + "-1"; }
  Status CheckReady() const override { return ready; }
  bool Speaks(std::string_view language) const override {
    return std::find(languages_.begin(), languages_.end(), language) != languages_.end();
  }
  Status CheckVoice(const VoiceSpec& voice, std::string_view language) const override {
    if (voice.name == "nobody") return InvalidArgument(name_ + ": no voice nobody");
    return CheckLanguage(language);
  }
  Status Synthesize(std::span<const SpeakRequest> requests, const SpokenSink& sink,
                    const std::stop_token& stop) override {
    if (stop.stop_requested()) return Cancelled("stopped");
    WS_RETURN_IF_ERROR(broken);
    calls.push_back(requests.size());
    for (size_t i = requests.size(); i-- > 0;) {
      asked.push_back(requests[i]);
      if (requests[i].text.find(name_) != std::string::npos) {
        sink(i, Internal("no sound"));
        continue;
      }
      SpokenLine line;
      line.voice = name_ + ":" + requests[i].voice.name;
      line.audio = {24000, {0.5F}};
      line.warnings = {"own"};
      sink(i, std::move(line));
    }
    return OkStatus();
  }

  Status ready;
  Status broken;
  std::vector<size_t> calls;
  std::vector<SpeakRequest> asked;

 private:
  const std::string name_;
  const std::vector<std::string> languages_;
};

class EnsembleTest : public testing::Test {
 protected:
  std::unique_ptr<Synthesizer> Make(bool stand_in) const {
    return MakeEnsemble({.engines = {a_, b_, c_}, .stand_in = stand_in});
  }
  static SpeakRequest Line(const std::string& text, const std::string& engine, const std::string& voice) {
    SpeakRequest request;
    request.text = text;
    request.language = "en";
    request.voice.engine = engine;
    request.voice.name = voice;
    return request;
  }
  static std::map<size_t, StatusOr<SpokenLine>> Speak(Synthesizer& ensemble,
                                                      const std::vector<SpeakRequest>& requests) {
    std::map<size_t, StatusOr<SpokenLine>> lines;
    const Status status = ensemble.Synthesize(requests,
                                              [&](size_t i, StatusOr<SpokenLine> line) {
                                                EXPECT_TRUE(lines.emplace(i, std::move(line)).second)
                                                    << "answered twice: " << i;
                                              },
                                              {});
    EXPECT_TRUE(status.ok()) << Message(status);
    EXPECT_EQ(lines.size(), requests.size());
    return lines;
  }

  std::shared_ptr<Actor> a_ = std::make_shared<Actor>("ann", std::vector<std::string>{"en", "zh"});
  std::shared_ptr<Actor> b_ = std::make_shared<Actor>("bob", std::vector<std::string>{"fr"});
  std::shared_ptr<Actor> c_ = std::make_shared<Actor>("cat", std::vector<std::string>{"en", "fr"});
};

TEST_F(EnsembleTest, EachLineGoesToTheEngineOfItsVoice) {
  const auto ensemble = Make(false);
  const auto lines = Speak(*ensemble, {Line("one", "", "x"), Line("two", "cat", "y"),
                                       Line("three", "ann", "z"), Line("four", "cat", "w")});
  EXPECT_EQ(lines.at(0)->voice, "ann:x");
  EXPECT_EQ(lines.at(1)->voice, "cat:y");
  EXPECT_EQ(lines.at(1)->engine, "cat");
  EXPECT_EQ(lines.at(2)->voice, "ann:z");
  EXPECT_EQ(lines.at(3)->voice, "cat:w");
  EXPECT_EQ(a_->calls, (std::vector<size_t>{2}));
  EXPECT_EQ(c_->calls, (std::vector<size_t>{2}));
  EXPECT_TRUE(b_->calls.empty());
}

TEST_F(EnsembleTest, AnUnknownEngineIsTheLinesOwnError) {
  const auto ensemble = Make(true);
  const auto lines = Speak(*ensemble, {Line("one", "eve", ""), Line("two", "", "")});
  EXPECT_EQ(lines.at(0).status().code(), StatusCode::kInvalidArgument);
  EXPECT_NE(Message(lines.at(0).status()).find("eve"), std::string::npos);
  EXPECT_TRUE(lines.at(1).ok());
}

TEST_F(EnsembleTest, WithoutStandInAFailedLineStaysFailed) {
  const auto ensemble = Make(false);
  const auto lines = Speak(*ensemble, {Line("not ann", "", "x")});
  EXPECT_EQ(lines.at(0).status().code(), StatusCode::kInternal);
  EXPECT_TRUE(c_->calls.empty());
}

TEST_F(EnsembleTest, TheNextThatSpeaksTheLanguageStandsIn) {
  const auto ensemble = Make(true);
  const auto lines = Speak(*ensemble, {Line("fine", "", "x"), Line("not ann", "", "x")});
  EXPECT_EQ(lines.at(0)->engine, "ann");
  EXPECT_EQ(lines.at(0)->warnings, (std::vector<std::string>{"own"}));
  ASSERT_TRUE(lines.at(1).ok());
  EXPECT_EQ(lines.at(1)->engine, "cat");
  EXPECT_EQ(lines.at(1)->voice, "cat:") << "a voice of ann is none of cat";
  ASSERT_EQ(lines.at(1)->warnings.size(), 2U);
  EXPECT_EQ(lines.at(1)->warnings[0], "ann could not speak this line (no sound); cat spoke it");
  EXPECT_TRUE(b_->calls.empty()) << "bob speaks no English";
}

TEST_F(EnsembleTest, WhenNobodyCanTheLastErrorIsTheLines) {
  const auto ensemble = Make(true);
  const auto lines = Speak(*ensemble, {Line("neither ann nor cat", "", "x")});
  EXPECT_EQ(lines.at(0).status().code(), StatusCode::kInternal);
  EXPECT_EQ(c_->calls.size(), 1U);
}

TEST_F(EnsembleTest, WhatEndsAnEngineEndsTheCall) {
  c_->broken = FailedPrecondition("no model");
  const auto ensemble = Make(true);
  const Status status = ensemble->Synthesize(std::vector{Line("one", "cat", "")}, [](size_t, auto) {}, {});
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(ensemble
                ->Synthesize(
                    std::vector{Line("one", "", "")}, [](size_t, auto) {}, stop.get_token())
                .code(),
            StatusCode::kCancelled);
}

TEST_F(EnsembleTest, IsWhatItsFirstEngineIs) {
  const auto ensemble = Make(false);
  EXPECT_EQ(ensemble->name(), "ann");
  EXPECT_EQ(ensemble->version(), "ann-1");
  EXPECT_TRUE(ensemble->Speaks("zh"));
  EXPECT_FALSE(ensemble->Speaks("fr"));
  const std::vector<std::pair<std::string, std::string>> versions = {
      {"ann", "ann-1"}, {"bob", "bob-1"}, {"cat", "cat-1"}};
  EXPECT_EQ(ensemble->Versions(), versions);
  EXPECT_EQ(IdentityFor(*ensemble, {}), "ann ann-1");
  EXPECT_EQ(IdentityFor(*ensemble, {.engine = "cat"}), "cat cat-1");
}

TEST_F(EnsembleTest, ChecksAVoiceWithItsEngine) {
  const auto ensemble = Make(false);
  EXPECT_TRUE(ensemble->CheckVoice({.engine = "cat"}, "fr").ok());
  EXPECT_FALSE(ensemble->CheckVoice({}, "fr").ok());
  EXPECT_FALSE(ensemble->CheckVoice({.engine = "cat", .name = "nobody"}, "fr").ok());
  EXPECT_FALSE(ensemble->CheckVoice({.engine = "eve"}, "fr").ok());
}

TEST_F(EnsembleTest, IsReadyWhenAllAre) {
  const auto ensemble = Make(false);
  EXPECT_TRUE(ensemble->CheckReady().ok());
  b_->ready = FailedPrecondition("no model");
  EXPECT_EQ(ensemble->CheckReady().code(), StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace waveshift::tts
