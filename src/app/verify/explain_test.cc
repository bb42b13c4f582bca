// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/verify/prober.h"

namespace waveshift::app {
namespace {

using ::testing::HasSubstr;

Answer PlatformAnswer(int status, const std::string& type, const std::string& body) {
  Answer answer;
  answer.status = status;
  answer.headers = {{"X-Fc-Error-Type", type}, {"X-Fc-Request-Id", "1-2"}};
  answer.body = body;
  return answer;
}

TEST(Explain, ThePlatformsErrorsInPlainWords) {
  const std::pair<const char*, const char*> cases[] = {
      {"FunctionNotStarted", "did not open its port within 120 s"},
      {"ResourceExhausted", "no such GPU free"},
      {"ResourceThrottled", "limit of instances or cards"},
      {"Process exited unexpectedly before completing request", "in the middle of a request"},
      {"Function instance exited unexpectedly(code 137, message:killed)", "ran out of memory"},
      {"Function instance exited unexpectedly(code 1)", "the process ended"},
      {"InvocationTimeout", "longer than its time limit"}};
  for (const auto& [words, meaning] : cases) {
    EXPECT_THAT(Explain(PlatformAnswer(500, words, "")).what, HasSubstr(meaning)) << words;
    EXPECT_FALSE(Explain(PlatformAnswer(500, words, "")).remedy.empty()) << words;
    // The same in the body of an answer without that header.
    Answer answer = PlatformAnswer(500, "", R"({"Code": "x", "Message": ")" + std::string(words) + "\"}");
    answer.headers = {{"X-Fc-Request-Id", "1-2"}};
    EXPECT_THAT(Explain(answer).what, HasSubstr(meaning)) << words;
  }
  EXPECT_TRUE(IsPlatformError(PlatformAnswer(200, "FunctionInitError", "")));
}

TEST(Explain, TheEnginesErrorsThroughTheTrigger) {
  Answer answer;
  answer.status = 404;
  answer.headers = {{"x-fc-request-id", "1-2"}};
  answer.body = R"({"detail": "task x: is not known", "code": "not_found", "request_id": "1-2"})";
  EXPECT_EQ(Explain(answer).what, "HTTP 404: task x: is not known");
  EXPECT_FALSE(IsPlatformError(answer));
}

TEST(Explain, HtmlIsSomebodyElse) {
  Answer answer;
  answer.status = 502;
  answer.body = "<html><h1>Bad Gateway</h1></html>";
  EXPECT_THAT(Explain(answer).what, HasSubstr("HTML"));
  EXPECT_THAT(Explain(answer).remedy, HasSubstr("proxy"));
}

TEST(Explain, NoAnswer) {
  Answer answer;
  answer.transport = DeadlineExceeded("http://host/: took longer than it may");
  EXPECT_THAT(Explain(answer).what, HasSubstr("longer than it may"));
}

}  // namespace
}  // namespace waveshift::app
