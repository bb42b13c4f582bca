// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/verify/task_watch.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace waveshift::app {
namespace {

using ::testing::HasSubstr;

std::string Body(const std::string& status, double percent, const std::string& more = "") {
  return R"({"task_id": "t1", "status": ")" + status +
         R"(", "hls_playlist_url": null, "error_message": null, "progress": {"percent": )" +
         std::to_string(percent) + "}" + more + "}";
}

TEST(TaskWatch, FollowsATaskToItsEnd) {
  TaskWatch watch("t1");
  watch.See(Body("created", 0));
  watch.See(Body("processing", 10));
  EXPECT_FALSE(watch.has_ended());
  watch.See(Body("processing", 10));
  watch.See(
      R"({"task_id": "t1", "status": "completed", "hls_playlist_url": "/media/x", "error_message": null, "progress": {"percent": 100}})");
  EXPECT_TRUE(watch.has_ended() && watch.is_completed());
  EXPECT_EQ(watch.playlist_url(), "/media/x");
  EXPECT_EQ(watch.problem(), "");
  EXPECT_EQ(watch.seen(), 4);
}

TEST(TaskWatch, SeesWhatBreaksTheContract) {
  const auto problem = [](std::initializer_list<std::string> bodies) {
    TaskWatch watch("t1");
    for (const std::string& body : bodies) watch.See(body);
    return watch.problem();
  };
  EXPECT_THAT(problem({Body("processing", 40), Body("processing", 39)}),
              HasSubstr("went back from 40.0 % to 39.0 %"));
  EXPECT_THAT(problem({Body("completed", 99)}), HasSubstr("completed at 99.0 %"));
  EXPECT_THAT(problem({Body("processing", 140)}), HasSubstr("not within"));
  EXPECT_THAT(problem({"<html>"}), HasSubstr("no JSON object"));
  EXPECT_THAT(problem({"[]"}), HasSubstr("no JSON object"));
  EXPECT_THAT(problem({R"({"task_id": "t2", "status": "x"})"}), HasSubstr("another task"));
  EXPECT_THAT(problem({R"({"task_id": "t1", "status": "x"})"}), HasSubstr("hls_playlist_url"));
  EXPECT_THAT(
      problem(
          {R"({"task_id": "t1", "status": "x", "hls_playlist_url": null, "error_message": null, "progress": 5})"}),
      HasSubstr("progress.percent"));
}

TEST(TaskWatch, AnOldFailureIsNoEnd) {
  TaskWatch watch("t1");
  watch.See(Body("error", 35, R"(, "started_at_ms": 100)"));
  EXPECT_FALSE(watch.has_ended());
  watch.See(Body("processing", 0, R"(, "started_at_ms": 200)"));  // a new run begins at 0
  watch.See(Body("error", 20, R"(, "started_at_ms": 200)"));
  EXPECT_TRUE(watch.has_ended());
  EXPECT_FALSE(watch.is_completed());
  EXPECT_EQ(watch.problem(), "");
}

TEST(TaskWatch, ANewRunThatNobodySawAtWorkIsAnEnd) {
  TaskWatch by_time("t1");
  by_time.See(Body("error", 35, R"(, "started_at_ms": 100)"));
  by_time.See(Body("error", 35, R"(, "started_at_ms": 200)"));
  EXPECT_TRUE(by_time.has_ended());
  TaskWatch by_answer("t1");
  by_answer.See(Body("created", 0));
  by_answer.StartAnswered();
  by_answer.See(Body("error", 0));
  EXPECT_TRUE(by_answer.has_ended());
}

}  // namespace
}  // namespace waveshift::app
