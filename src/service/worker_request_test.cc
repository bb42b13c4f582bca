// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/worker_request.h"

#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace waveshift::service {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Json = nlohmann::json;
using Kind = BodyError::Kind;

constexpr int kMostCharacters = 20;

Json Good() {
  return {{"sentences",
           {{{"sequence", 1},
             {"text", "你好"},
             {"audioSample", "https://media.example/users/u/a b/张.wav"},
             {"speaker", "张 三"},
             {"startMs", 0},
             {"endMs", 1500}}}},
          {"settings", {{"language", "chinese"}, {"speed", 1.25}, {"pitch", 1}}},
          {"mode", "simple"}};
}

WorkerRequest Parsed(const Json& body) {
  WorkerRequest request;
  const BodyError error = ParseWorkerRequest(body.dump(), kMostCharacters, request);
  EXPECT_EQ(error.kind, Kind::kNone) << error.detail;
  return request;
}

// The detail begins with the field's name.
void ExpectWrong(const Json& body, const std::string& field) {
  WorkerRequest request;
  const BodyError error = ParseWorkerRequest(body.dump(), kMostCharacters, request);
  EXPECT_EQ(error.kind, Kind::kWrongShape) << body.dump();
  EXPECT_THAT(error.detail, StartsWith(field + ":")) << body.dump();
}

TEST(WorkerRequestTest, ReadsWhatTheWorkerSends) {
  const WorkerRequest request = Parsed(Good());
  ASSERT_EQ(request.sentences.size(), 1U);
  const WorkerSentence& sentence = request.sentences[0];
  EXPECT_EQ(sentence.sequence, 1);
  EXPECT_EQ(sentence.text, "你好");
  EXPECT_EQ(sentence.speaker, "张 三");
  EXPECT_EQ(sentence.audio_sample, "https://media.example/users/u/a b/张.wav");
  EXPECT_EQ(sentence.start_ms, 0);
  EXPECT_EQ(sentence.end_ms, 1500);
  EXPECT_EQ(request.language, "zh");
  EXPECT_EQ(request.speed, 1.25);
  EXPECT_EQ(request.pitch, 1);
  EXPECT_FALSE(request.fit_slots || request.move_starts);
  EXPECT_TRUE(request.notices.empty());
}

TEST(WorkerRequestTest, WhatMayBeMissingMay) {
  const WorkerRequest request = Parsed({{"sentences", {{{"sequence", 7.0}, {"text", ""}}}},
                                        {"mode", "full"},
                                        {"enable_hls", false},
                                        {"enable_media_mix", nullptr},
                                        {"settings", {{"pitch", 0}}},
                                        {"unknown", {1, 2}}});
  ASSERT_EQ(request.sentences.size(), 1U);
  EXPECT_EQ(request.sentences[0].sequence, 7);
  EXPECT_FALSE(request.sentences[0].start_ms.has_value());
  EXPECT_EQ(request.language, "");
  EXPECT_EQ(request.speed, 1);
  EXPECT_EQ(request.pitch, 1);
  EXPECT_TRUE(Parsed({{"sentences", Json::array()}, {"mode", "simple"}}).sentences.empty());
}

TEST(WorkerRequestTest, ErrorsNameTheField) {
  const auto with = [](const char* name, Json value) {
    Json body = Good();
    body[name] = std::move(value);
    return body;
  };
  const auto sentence = [](const char* name, Json value) {
    Json body = Good();
    body["sentences"].push_back(body["sentences"][0]);
    body["sentences"][1][name] = std::move(value);
    return body;
  };
  const auto setting = [](const char* name, Json value) {
    Json body = Good();
    body["settings"][name] = std::move(value);
    return body;
  };
  ExpectWrong(with("mode", nullptr), "mode");
  ExpectWrong(with("mode", "both"), "mode");
  ExpectWrong(with("sentences", nullptr), "sentences");
  ExpectWrong(with("sentences", {{"a", 1}}), "sentences");
  ExpectWrong(with("sentences", Json::array({1})), "sentences[0]");
  ExpectWrong(with("sentences", Json(std::vector<Json>(201, Good()["sentences"][0]))), "sentences");
  ExpectWrong(with("task_id", "a/b"), "task_id");
  ExpectWrong(with("task_id", 7), "task_id");
  ExpectWrong(with("enable_duration_align", "yes"), "enable_duration_align");
  ExpectWrong(with("settings", "fast"), "settings");
  for (const Json& bad : {Json(nullptr), Json("1"), Json(1.5), Json(-1), Json(1e300)})
    ExpectWrong(sentence("sequence", bad), "sentences[1].sequence");
  for (const Json& bad : {Json(nullptr), Json(7), Json(std::string(21, 'x')), Json(std::string(100, 'x'))})
    ExpectWrong(sentence("text", bad), "sentences[1].text");
  for (const Json& bad : {Json(7), Json(std::string(4001, 'x'))})
    ExpectWrong(sentence("audioSample", bad), "sentences[1].audioSample");
  ExpectWrong(sentence("speaker", std::string(401, 'x')), "sentences[1].speaker");
  for (const Json& bad : {Json("0"), Json(-1), Json(1e18)})
    ExpectWrong(sentence("startMs", bad), "sentences[1].startMs");
  for (const Json& bad : {Json("1"), Json(0), Json(0.2), Json(4.5), Json(1e300)})
    ExpectWrong(setting("speed", bad), "settings.speed");
  for (const Json& bad : {Json("1"), Json(-1), Json(0.4), Json(2.1)})
    ExpectWrong(setting("pitch", bad), "settings.pitch");
  for (const Json& bad : {Json(1), Json("no language!"), Json(std::string(200, 'x'))})
    ExpectWrong(setting("language", bad), "settings.language");
}

// What is not done is said, never passed over.
TEST(WorkerRequestTest, WhatIsNotSupportedIsRefused) {
  for (const char* name : {"enable_media_mix", "enable_hls"}) {
    Json body = Good();
    body["mode"] = "full";
    body[name] = true;
    ExpectWrong(body, name);
    WorkerRequest request;
    EXPECT_THAT(ParseWorkerRequest(body.dump(), kMostCharacters, request).detail,
                HasSubstr("/api/start_tts"));
  }
  Json body = Good();
  body["video_path"] = "users/u/t/video.mp4";
  EXPECT_THAT(Parsed(body).notices, ElementsAre(StartsWith("video_path: ")));
}

TEST(WorkerRequestTest, TimesMustBeRightWhereTheyAreUsed) {
  Json body = Good();
  body["sentences"][0]["endMs"] = 0;
  EXPECT_EQ(Parsed(body).sentences[0].end_ms, 0);  // the product does not always know them
  body["enable_timestamp_adjust"] = true;
  EXPECT_TRUE(Parsed(body).move_starts);
  body["enable_duration_align"] = true;
  ExpectWrong(body, "sentences[0].endMs");
  body["sentences"][0].erase("endMs");
  ExpectWrong(body, "sentences[0].endMs");
  body["sentences"][0].erase("startMs");
  ExpectWrong(body, "sentences[0].startMs");
}

TEST(WorkerRequestTest, WhatIsNoJsonIsAnotherError) {
  WorkerRequest request;
  WorkerInit init;
  const MediaInputs inputs(nullptr, "", nullptr, 1);
  for (const char* body : {"", "{", "{\"mode\":\"\xff\"}", "{\"a\":\"\\ud800\"}"}) {
    EXPECT_EQ(ParseWorkerRequest(body, kMostCharacters, request).kind, Kind::kNotJson) << body;
    EXPECT_EQ(ParseWorkerInit(body, inputs, init).kind, Kind::kNotJson) << body;
  }
  EXPECT_EQ(ParseWorkerRequest("[]", kMostCharacters, request).kind, Kind::kWrongShape);
}

TEST(WorkerInitTest, ReadsAndChecks) {
  const MediaInputs inputs(nullptr, "https://media.example", nullptr, 1);
  const Json good = {{"user_id", "user 1"},
                     {"audio_url", "https://media.example/users/user 1/t/audio.aac"},
                     {"video_url", "users/user 1/t/video.mp4"}};
  WorkerInit init;
  ASSERT_EQ(ParseWorkerInit(good.dump(), inputs, init).detail, "");
  EXPECT_EQ(init.user_id, "user 1");
  EXPECT_EQ(init.audio_url, "https://media.example/users/user 1/t/audio.aac");
  EXPECT_EQ(init.video_url, "users/user 1/t/video.mp4");
  EXPECT_TRUE(init.wants_separation);
  const auto expect_wrong = [&](const char* name, const Json& value) {
    Json body = good;
    body[name] = value;
    WorkerInit ignored;
    const BodyError error = ParseWorkerInit(body.dump(), inputs, ignored);
    EXPECT_EQ(error.kind, Kind::kWrongShape) << body.dump();
    EXPECT_THAT(error.detail, StartsWith(std::string(name) + ":")) << body.dump();
  };
  for (const Json& bad :
       {Json(nullptr), Json(""), Json(7), Json("a/b"), Json(".."), Json("a\nb"), Json(std::string(129, 'x'))})
    expect_wrong("user_id", bad);
  for (const char* name : {"audio_url", "video_url"}) {
    for (const Json& bad :
         {Json(7), Json("https://elsewhere.example/a"), Json("http://media.example/a"), Json("../a")})
      expect_wrong(name, bad);
  }
  expect_wrong("enable_audio_separation", "yes");
  expect_wrong("processing_options", "all");
}

}  // namespace
}  // namespace waveshift::service
