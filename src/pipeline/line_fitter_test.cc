// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The decisions about lines' words, with an engine whose speech is 60 ms a character and a provider that is a
// local server.
#include "pipeline/line_fitter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "net/test_server.h"
#include "pipeline/render.h"
#include "pipeline/takes.h"
#include "pipeline/tone_synthesizer.h"

namespace waveshift::pipeline {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const char* const kLong = "I would really like to ask you to close the big window now";
const char* const kShort = "Please close the big window now";
const char* const kShorter = "Close the window now";

class LineFitterTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"}) ::unsetenv(name);
    deps_.synthesizer = &engine_;
    spec_.target_language = "en";
    job_.plan.length = SamplesFromMs(int64_t{60000});
    ASSERT_TRUE(journal_.IndexTakes().ok());
  }
  // A line of `ms` that borrows nothing, because the next one follows at once.
  void Line(int64_t ms, const std::string& text) {
    const Samples start = job_.lines.empty() ? 0 : job_.lines.back().slot_end;
    LineState state{
        .status = LineStatus::kToSpeak, .slot_start = start, .slot_end = start + SamplesFromMs(ms)};
    state.line.translation = text;
    state.line.speaker = "A";
    state.request = {.text = text, .language = "en"};
    state.take_key = TakeKey(engine_, state.request);
    job_.lines.push_back(state);
  }
  void SpeakAll() {
    for (LineState& state : job_.lines) {
      if (state.status != LineStatus::kToSpeak || journal_.HasTake(state.take_key)) continue;
      ASSERT_TRUE(KeepTake(journal_, state, tts::SpeakOne(engine_, state.request, {})).ok());
    }
  }
  // Answers every question for a line with these wordings, and counts.
  void Provider(std::vector<std::string> wordings, int status = 200) {
    server_ = std::make_unique<net::TestServer>([wordings, status](const net::TestRequest& request,
                                                                   const net::TestConnection& to) {
      json answer = {{"lines", json::array()}};
      const json asked = json::parse(json::parse(request.body)["messages"][1]["content"].get<std::string>());
      for (const json& line : asked["lines"])
        answer["lines"].push_back({{"id", line["id"]}, {"candidates", wordings}});
      to.Reply(status, json{{"choices", {{{"message", {{"content", answer.dump()}}}}}}}.dump());
    });
    simplify::ChatOptions options{.provider = "openai", .base_url = server_->Url("/v1"), .model = "m"};
    options.retry.max_attempts = 1;
    model_ = simplify::MakeChatModel(options, http_);
    deps_.chat_model = model_.get();
  }
  LineFitter Fitter() { return {spec_, deps_, job_, journal_, lengths_}; }
  Samples Natural(const LineState& state) { return NaturalLength(journal_.LoadTake(state.take_key).value()); }

  ToneSynthesizer engine_;
  std::unique_ptr<stores::ObjectStore> store_ = stores::MakeMemoryObjectStore();
  Journal journal_{*store_, "j/"};
  net::HttpClient http_;
  std::unique_ptr<net::TestServer> server_;
  std::unique_ptr<simplify::ChatModel> model_;
  JobSpec spec_;
  JobDeps deps_;
  PreparedJob job_;
  LengthModel lengths_;
};

TEST_F(LineFitterTest, ALineThatFitsKeepsItsWords) {
  Provider({kShort});
  Line(4000, kLong);  // 3.5 s
  Line(4000, "Short");
  LineFitter fitter = Fitter();
  SpeakAll();
  ASSERT_TRUE(fitter.AfterSpeaking(0, 2, {}).ok());
  EXPECT_EQ(job_.lines[0].request.text, kLong);
  EXPECT_EQ(job_.lines[0].shortening, Shortening::kNone);
  EXPECT_THAT(server_->Requests(), IsEmpty());
}

TEST_F(LineFitterTest, AHopelessLineIsSaidInFewerWords) {
  Provider({kShort, kShorter});
  Line(1800, kLong);  // 3.5 s; kShort is 1.9 s
  Line(100, "Eh");
  LineFitter fitter = Fitter();
  SpeakAll();
  ASSERT_TRUE(fitter.AfterSpeaking(0, 1, {}).ok());
  const LineState& state = job_.lines[0];
  EXPECT_EQ(state.request.text, kShort);
  EXPECT_EQ(state.shortening, Shortening::kLlm);
  EXPECT_EQ(state.take_key, TakeKey(engine_, state.request));
  EXPECT_TRUE(journal_.HasTake(state.take_key));
  EXPECT_EQ(state.natural_before,
            SamplesFromMs(int64_t{60} * static_cast<int64_t>(std::string(kLong).size())));
  EXPECT_EQ(state.natural_after, Natural(state));
  EXPECT_THAT(fitter.problems(), IsEmpty());
  EXPECT_EQ(state.line.translation, kLong);
}

TEST_F(LineFitterTest, RulesComeFirstAndNeedNobody) {
  Line(1200, "Um, uh, I think, you know, so it is");  // 2.1 s; 1.02 s without the fillers
  Line(100, "Eh");
  LineFitter fitter = Fitter();
  SpeakAll();
  ASSERT_TRUE(fitter.AfterSpeaking(0, 1, {}).ok());
  EXPECT_EQ(job_.lines[0].request.text, "I think, so it is");
  EXPECT_EQ(job_.lines[0].shortening, Shortening::kRules);
  spec_.options.shortening.shortener.use_rules = false;
  job_.lines.clear();
  Line(1200, "Um, uh, I think, you know, so it is");
  Line(100, "Eh");
  LineFitter without = Fitter();
  ASSERT_TRUE(without.AfterSpeaking(0, 1, {}).ok());
  EXPECT_EQ(job_.lines[0].shortening, Shortening::kNone);
}

TEST_F(LineFitterTest, ALaterRunSaysTheSameWithoutAsking) {
  Provider({kShort, kShorter});
  Line(1800, kLong);
  Line(100, "Eh");
  const auto fresh = job_.lines;
  {
    LineFitter fitter = Fitter();
    SpeakAll();
    ASSERT_TRUE(fitter.AfterSpeaking(0, 1, {}).ok());
  }
  const LineState decided = job_.lines[0];
  const size_t asked = server_->Requests().size();
  const int spoken = engine_.spoken;
  job_.lines = fresh;
  ASSERT_TRUE(journal_.IndexTakes().ok());
  LineFitter again = Fitter();
  again.ApplyEarlierDecisions();
  EXPECT_EQ(job_.lines[0].request.text, decided.request.text);
  EXPECT_EQ(job_.lines[0].take_key, decided.take_key);
  EXPECT_EQ(job_.lines[0].shortening, Shortening::kLlm);
  EXPECT_EQ(job_.lines[0].natural_before, decided.natural_before);
  ASSERT_TRUE(again.AfterSpeaking(0, 1, {}).ok());
  EXPECT_EQ(job_.lines[0].request.text, decided.request.text);
  EXPECT_EQ(server_->Requests().size(), asked);
  EXPECT_EQ(engine_.spoken, spoken);
  // Another slot is another question.
  job_.lines = fresh;
  job_.lines[0].slot_end -= SamplesFromMs(int64_t{300});
  LineFitter other = Fitter();
  other.ApplyEarlierDecisions();
  EXPECT_EQ(job_.lines[0].shortening, Shortening::kNone);
}

TEST_F(LineFitterTest, AProviderThatFailsIsToldOnce) {
  Provider({}, 401);
  for (int i = 0; i < 4; ++i) Line(1000, kLong);
  LineFitter fitter = Fitter();
  SpeakAll();
  for (size_t i = 0; i < 4; ++i) ASSERT_TRUE(fitter.AfterSpeaking(i, i + 1, {}).ok());
  EXPECT_THAT(fitter.problems(), ElementsAre(HasSubstr("HTTP 401")));
  EXPECT_EQ(server_->Requests().size(), 1U);
  EXPECT_EQ(job_.lines[3].request.text, kLong);
}

TEST_F(LineFitterTest, AWordingThatCannotBeSpokenIsNotUsed) {
  Provider({"FAIL to close the window now"});
  Line(1200, "FAIL would really like to ask you to close the big window now");
  Line(100, "Eh");
  LineFitter fitter = Fitter();
  // The first take exists, from an engine that could speak it.
  LineState& state = job_.lines[0];
  tts::SpokenLine take;
  take.audio.sample_rate_hz = 24000;
  take.audio.samples.assign(24000 * 4, 0.3F);
  ASSERT_TRUE(KeepTake(journal_, state, take).ok());
  const std::string key = state.take_key;
  ASSERT_TRUE(fitter.AfterSpeaking(0, 1, {}).ok());
  EXPECT_EQ(state.take_key, key);
  EXPECT_EQ(state.shortening, Shortening::kNone);
}

TEST_F(LineFitterTest, APredictionShortensBeforeTheFirstTake) {
  Provider({kShort, kShorter});
  lengths_.predict = [](const LineState&, std::string_view text) {
    return SamplesFromMs(int64_t{60} * static_cast<int64_t>(text.size()));
  };
  std::vector<Samples> observed;
  lengths_.observe = [&](const LineState&, Samples natural) { observed.push_back(natural); };
  Line(1800, kLong);
  Line(100, "Eh");
  LineFitter fitter = Fitter();
  ASSERT_TRUE(fitter.BeforeSpeaking(0, 1, {}).ok());
  EXPECT_EQ(job_.lines[0].request.text, kShort);
  EXPECT_EQ(engine_.spoken, 0);
  SpeakAll();
  ASSERT_TRUE(fitter.AfterSpeaking(0, 1, {}).ok());
  EXPECT_EQ(job_.lines[0].request.text, kShort);
  EXPECT_THAT(observed, ElementsAre(Natural(job_.lines[0])));
}

TEST_F(LineFitterTest, AWrongPredictionGivesTheWordsBack) {
  Provider({kShort, kShorter});
  lengths_.predict = [](const LineState&, std::string_view text) {
    return SamplesFromMs(int64_t{300} * static_cast<int64_t>(text.size()));  // five times too long
  };
  Line(4000, kLong);
  Line(100, "Eh");
  LineFitter fitter = Fitter();
  ASSERT_TRUE(fitter.BeforeSpeaking(0, 1, {}).ok());
  EXPECT_NE(job_.lines[0].request.text, kLong);
  SpeakAll();
  ASSERT_TRUE(fitter.AfterSpeaking(0, 1, {}).ok());
  EXPECT_EQ(job_.lines[0].request.text, kLong);
  EXPECT_EQ(job_.lines[0].shortening, Shortening::kNone);
  EXPECT_TRUE(journal_.HasTake(job_.lines[0].take_key));
}

TEST_F(LineFitterTest, LinesFarTooShortAreLengthenedWhenAsked) {
  Provider({"Please close the big window right now, dear"});
  Line(4000, kShorter);  // 1.2 s
  Line(100, "Eh");
  {
    LineFitter fitter = Fitter();
    SpeakAll();
    ASSERT_TRUE(fitter.AfterSpeaking(0, 1, {}).ok());
    EXPECT_EQ(job_.lines[0].request.text, kShorter);
  }
  spec_.options.shortening.lengthen = true;
  LineFitter fitter = Fitter();
  ASSERT_TRUE(fitter.AfterSpeaking(0, 1, {}).ok());
  EXPECT_EQ(job_.lines[0].request.text, "Please close the big window right now, dear");
  EXPECT_GT(job_.lines[0].natural_after, job_.lines[0].natural_before);
}

TEST_F(LineFitterTest, AStopEndsIt) {
  Provider({kShort});
  Line(1000, kLong);
  Line(100, "Eh");
  LineFitter fitter = Fitter();
  SpeakAll();
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(fitter.AfterSpeaking(0, 1, stop.get_token()).code(), StatusCode::kCancelled);
}

}  // namespace
}  // namespace waveshift::pipeline
