// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stores/d1/d1_client_internal.h"

namespace waveshift::stores::internal {
namespace {

using testing::HasSubstr;

TEST(JudgeD1, RowsOfEveryType) {
  const D1Verdict verdict = JudgeD1(200,
                                    R"({"success":true,"errors":[],"messages":[],"extra":1,"result":[
          {"success":true,"results":[{"a":"x","b":7,"c":1.5,"d":null,"e":true,"f":1.0}],"meta":{}},
          {"success":true,"meta":{"changes":1}}]})",
                                    2);
  ASSERT_TRUE(verdict.status.ok()) << Message(verdict.status);
  ASSERT_EQ(verdict.results.size(), 2U);
  const D1Row& row = verdict.results[0].at(0);
  EXPECT_EQ(Cell(row, "a"), "x");
  EXPECT_EQ(Cell(row, "b"), "7");
  EXPECT_EQ(Cell(row, "c"), "1.5");
  EXPECT_FALSE(row.contains("d"));
  EXPECT_EQ(Cell(row, "e"), "1");
  EXPECT_EQ(Cell(row, "f"), "1.0");
  EXPECT_EQ(Cell(row, "none"), "");
  EXPECT_TRUE(verdict.results[1].empty());
}

TEST(JudgeD1, AnswersThatAreNone) {
  std::string deep(100000, '[');
  for (const std::string& body :
       {std::string(), std::string("<html>"), std::string("null"), std::string("[]"), deep,
        std::string("{\"success\":true}"), std::string(R"({"success":true,"result":null})"),
        std::string(R"({"success":true,"result":[]})"),
        std::string(R"({"success":true,"result":[{"results":{}}]})"),
        std::string(R"({"success":true,"result":[{"results":[1]}]})"),
        std::string(R"({"success":true,"result":[{"success":false,"results":[]}]})")}) {
    const D1Verdict verdict = JudgeD1(200, body, 1);
    EXPECT_EQ(verdict.status.code(), StatusCode::kUnavailable) << body.substr(0, 60);
    EXPECT_TRUE(verdict.retry) << body.substr(0, 60);
  }
}

TEST(JudgeD1, AFailureInA200IsJudgedByItsCode) {
  const D1Verdict verdict = JudgeD1(
      200, R"({"success":false,"errors":[{"code":7500,"message":"no such table: x"}],"result":[]})", 1);
  EXPECT_EQ(verdict.status.code(), StatusCode::kFailedPrecondition);
  EXPECT_FALSE(verdict.retry);
}

TEST(JudgeD1, OddErrors) {
  for (const char* body :
       {R"({"success":false})", R"({"success":false,"errors":[]})", R"({"success":false,"errors":{}})",
        R"({"success":false,"errors":[7]})", R"({"success":false,"errors":[{"code":"x","message":7}]})"}) {
    EXPECT_EQ(JudgeD1(400, body, 1).status.code(), StatusCode::kInternal) << body;
    EXPECT_FALSE(JudgeD1(400, body, 1).retry) << body;
    EXPECT_TRUE(JudgeD1(503, body, 1).retry) << body;
  }
  const std::string message =
      Message(JudgeD1(400,
                      R"({"success":false,"errors":[{"code":7500,"message":"two\nlines)" +
                          std::string(5000, 'x') + R"("}]})",
                      1)
                  .status);
  EXPECT_THAT(message, HasSubstr("two lines"));
  const D1Verdict large = JudgeD1(400, R"({"success":false,"errors":[{"code":1e300,"message":"no"}]})", 1);
  EXPECT_EQ(Message(large.status), "D1: HTTP 400: no");
  EXPECT_LT(message.size(), 400U);
}

TEST(JudgeD1, Limits) {
  EXPECT_TRUE(JudgeD1(429, "", 1).is_account_limit);
  EXPECT_TRUE(
      JudgeD1(429, R"({"success":false,"errors":[{"code":971,"message":"wait"}]})", 1).is_account_limit);
  EXPECT_FALSE(
      JudgeD1(429, R"({"success":false,"errors":[{"code":7429,"message":"busy"}]})", 1).is_account_limit);
  EXPECT_EQ(
      JudgeD1(400, R"({"success":false,"errors":[{"code":7500,"message":"UNIQUE constraint failed: t.id"}]})",
              1)
          .status.code(),
      StatusCode::kAlreadyExists);
  EXPECT_EQ(
      JudgeD1(400,
              R"({"success":false,"errors":[{"code":7500,"message":"statement too long: SQLITE_TOOBIG"}]})",
              1)
          .status.code(),
      StatusCode::kOutOfRange);
}

}  // namespace
}  // namespace waveshift::stores::internal
