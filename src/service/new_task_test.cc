// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/new_task.h"

#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace waveshift::service {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using Json = nlohmann::json;
using Kind = BodyError::Kind;

const MediaInputs& Inputs() {
  static const MediaInputs inputs(
      nullptr, "https://media.example.com/",
      std::make_shared<net::PublicFetcher>(net::PublicFetchOptions{.allowed_hosts = {"videos.example.com"}}),
      1 << 20);
  return inputs;
}

Json Good() {
  return {{"task_id", "talk-1"},
          {"video_path", "users/u/talk-1/video.mp4"},
          {"target_language", "en"},
          {"segments", {{{"sequence", 1}, {"start_ms", 0}, {"end_ms", 900}, {"translation", "Hello."}}}}};
}

void ExpectWrong(const Json& body, const std::string& field) {
  stores::NewTask task;
  const BodyError error = ParseNewTask(body.dump(), Inputs(), task);
  EXPECT_EQ(error.kind, Kind::kWrongShape) << body.dump();
  EXPECT_THAT(error.detail, HasSubstr(field));
}

TEST(NewTaskTest, ReadsTheWholeForm) {
  Json body = Good();
  body["audio_path"] = "users/u/talk-1/audio.aac";
  stores::NewTask task;
  const BodyError error = ParseNewTask(body.dump(), Inputs(), task);
  ASSERT_EQ(error.kind, Kind::kNone) << error.detail;
  EXPECT_EQ(task.id, "talk-1");
  EXPECT_EQ(task.video_path, "users/u/talk-1/video.mp4");
  EXPECT_EQ(task.audio_path, "users/u/talk-1/audio.aac");
  EXPECT_EQ(task.file_name, "video.mp4");
  EXPECT_EQ(task.target_language, "en");
  ASSERT_EQ(task.lines.size(), 1u);
  EXPECT_EQ(task.lines[0].translation, "Hello.");
}

TEST(NewTaskTest, MakesAnIdWhenThereIsNone) {
  Json body = Good();
  body.erase("task_id");
  stores::NewTask first;
  stores::NewTask second;
  ASSERT_EQ(ParseNewTask(body.dump(), Inputs(), first).kind, Kind::kNone);
  ASSERT_EQ(ParseNewTask(body.dump(), Inputs(), second).kind, Kind::kNone);
  EXPECT_THAT(first.id, MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  EXPECT_NE(first.id, second.id);
}

TEST(NewTaskTest, UnderstandsTheOriginalForm) {
  const Json body = {{"video_id", "v1"}, {"audio_path_r2", "u/a.aac"}, {"video_path_r2", "u/v.mp4"}};
  stores::NewTask task;
  ASSERT_EQ(ParseNewTask(body.dump(), Inputs(), task).kind, Kind::kNone);
  EXPECT_EQ(task.id, "v1");
  EXPECT_EQ(task.audio_path, "u/a.aac");
  EXPECT_EQ(task.video_path, "u/v.mp4");
  EXPECT_TRUE(task.lines.empty());
  ExpectWrong({{"video_id", "v1"}, {"video_path_r2", "u/v.mp4"}}, "audio_path_r2");
}

TEST(NewTaskTest, PathsMayBeAddressesThatAreAllowed) {
  Json body = Good();
  for (const char* path :
       {"https://media.example.com/users/u/a b.mp4", "https://videos.example.com/张.mp4"}) {
    body["video_path"] = path;
    stores::NewTask task;
    const BodyError error = ParseNewTask(body.dump(), Inputs(), task);
    EXPECT_EQ(error.kind, Kind::kNone) << error.detail;
    EXPECT_EQ(task.video_path, path);
  }
}

TEST(NewTaskTest, ErrorsNameTheField) {
  const auto with = [](const char* name, Json value) {
    Json body = Good();
    body[name] = std::move(value);
    return body;
  };
  const auto without = [](const char* name) {
    Json body = Good();
    body.erase(name);
    return body;
  };
  for (const char* name : {"video_path", "target_language", "segments"}) ExpectWrong(without(name), name);
  for (const char* id : {"", "..", "a/b", "a b", "ä"}) ExpectWrong(with("task_id", id), "task_id");
  ExpectWrong(with("task_id", std::string(129, 'a')), "task_id");
  ExpectWrong(with("task_id", 7), "task_id");
  for (const char* path : {"", "/etc/passwd", "../x", "a//b", "https://example.com/v.mp4",
                           "http://videos.example.com/v.mp4", "https://media.example.com/../v.mp4",
                           "https://media.example.com", "file:///etc/passwd", "journal/talk-1/lease"}) {
    ExpectWrong(with("video_path", path), "video_path");
    if (*path != '\0') ExpectWrong(with("audio_path", path), "audio_path");
  }
  ExpectWrong(with("target_language", "no language!"), "target_language");
  ExpectWrong(with("segments", Json::object()), "segments");
  ExpectWrong(with("segments", Json::array()), "segments");
  ExpectWrong(with("segments", {{{"start_ms", 900}, {"end_ms", 900}, {"translation", "x"}}}), "end_ms");
  ExpectWrong(with("segments", {{{"end_ms", 900}, {"translation", "x"}}}), "start_ms");
  ExpectWrong(with("segments", {1}), "segment");
  ExpectWrong(Json::array(), "object");
}

TEST(NewTaskTest, WhatIsNoJsonIsAnotherError) {
  stores::NewTask task;
  EXPECT_EQ(ParseNewTask("", Inputs(), task).kind, Kind::kNotJson);
  EXPECT_EQ(ParseNewTask("{\"a\":", Inputs(), task).kind, Kind::kNotJson);
  EXPECT_EQ(ParseNewTask("{\"a\":\"\xff\"}", Inputs(), task).kind, Kind::kNotJson);
  EXPECT_EQ(ParseNewTask(std::string(200000, '['), Inputs(), task).kind, Kind::kNotJson);
  std::string id;
  EXPECT_EQ(ParseTaskId("nonsense", id).kind, Kind::kNotJson);
}

// Checked while it is read, as it once was, either body would take hours and gigabytes.
TEST(NewTaskTest, ABodyOfManyValuesIsRefusedAtOnce) {
  std::string body = R"({"task_id": "t", "segments": [)";
  for (size_t i = 0; i < 10'000'000; ++i) body += "{},";
  std::string id;
  BodyError error = ParseTaskId(body + "0]}", id);
  EXPECT_EQ(error.kind, Kind::kNotJson);
  EXPECT_THAT(error.detail, HasSubstr("too many values"));

  // As many as the longest transcript has are read; brackets in texts do not count.
  body = R"({"task_id": "t", "text": "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[{", "segments": [)";
  for (size_t i = 0; i < 1'000'000; ++i) body += "{},";
  error = ParseTaskId(body + "0]}", id);
  EXPECT_EQ(error.kind, Kind::kNone) << error.detail;
  EXPECT_EQ(id, "t");
}

TEST(NewTaskTest, StartWantsATaskId) {
  std::string id;
  EXPECT_EQ(ParseTaskId(R"({"task_id":"t-1"})", id).kind, Kind::kNone);
  EXPECT_EQ(id, "t-1");
  for (const char* body :
       {"{}", R"({"task_id":null})", R"({"task_id":""})", R"({"task_id":1})", R"({"task_id":"a/b"})", "[]"}) {
    const BodyError error = ParseTaskId(body, id);
    EXPECT_EQ(error.kind, Kind::kWrongShape) << body;
  }
}

}  // namespace
}  // namespace waveshift::service
