// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What verify makes of instances that keep the contract, and of servers that do not.
#include "app/verify/verify.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/verify/verify_test_tools.h"

namespace waveshift::app {
namespace {

using net::TestConnection;
using net::TestRequest;
using ::testing::HasSubstr;
using ::testing::Not;
using Outcome = VerifyCheck::Outcome;

constexpr char kToken[] = "s3cret-token";

// Answers one path in its own way.
FakeInstance::Override At(const std::string& path,
                          std::function<void(const TestRequest&, const TestConnection&)> answer) {
  return [path, answer](const TestRequest& request, const TestConnection& to) {
    if (request.Target() != "/base" + path) return false;
    answer(request, to);
    return true;
  };
}

TEST(Verify, AGoodInstancePasses) {
  const FakeInstance instance(kToken);
  const VerifyReport report = instance.Verify(kToken);
  EXPECT_TRUE(report.passed()) << VerifyReportText(report, true);
  EXPECT_EQ(report.Count(Outcome::kFailed), 0);
  EXPECT_EQ(report.Count(Outcome::kSkipped), 0);
  EXPECT_EQ(report.version, "9.8.7");
  EXPECT_FALSE(report.on_function_compute);
  EXPECT_EQ(report.health.count, 2);
  EXPECT_EQ(report.status.count, 2);
  for (const char* name : {"connection", "health", "ready", "root", "auth: no token", "auth: wrong token",
                           "auth: our token", "auth: open routes", "unknown path", "unknown task: status",
                           "unknown task: start", "bad JSON", "missing task_id", "request id", "error form",
                           "control routes", "forged event", "latency: health", "latency: status"}) {
    EXPECT_EQ(CheckNamed(report, name).outcome, Outcome::kOk) << name;
  }
}

TEST(Verify, AWrongTokenIsAFailure) {
  const FakeInstance instance(kToken);
  const VerifyReport report = instance.Verify("another");
  EXPECT_FALSE(report.passed());
  EXPECT_EQ(CheckNamed(report, "auth: our token").outcome, Outcome::kFailed);
  EXPECT_EQ(CheckNamed(report, "unknown path").outcome, Outcome::kSkipped);
  EXPECT_THAT(VerifyReportText(report, false) + VerifyReportJson(report), Not(HasSubstr("another")));
}

TEST(Verify, WithoutATokenOnlyTheOpenPartIsChecked) {
  const FakeInstance instance(kToken);
  const VerifyReport report = instance.Verify("");
  EXPECT_TRUE(report.passed()) << VerifyReportText(report, true);
  EXPECT_THAT(CheckNamed(report, "auth: our token").detail, HasSubstr("--token-file"));
  EXPECT_EQ(CheckNamed(report, "latency: status").outcome, Outcome::kSkipped);
  for (const TestRequest& request : instance.server().Requests())
    EXPECT_THAT(request.head, Not(HasSubstr("Bearer " + std::string(kToken))));
}

TEST(Verify, AnOpenServerIsAFailureWhenATokenWasGiven) {
  const FakeInstance instance("");
  EXPECT_EQ(CheckNamed(instance.Verify(kToken), "auth: no token").outcome, Outcome::kFailed);
  EXPECT_EQ(CheckNamed(instance.Verify(""), "auth: no token").outcome, Outcome::kOk);  // on this machine
}

TEST(Verify, AnOpenServerElsewhereIsAWarning) {
  const FakeInstance instance("");
  InstanceUrl url = instance.Url();
  url.is_loopback = false;
  const VerifyReport report = RunVerify({.instance = url, .samples = 1}, {}).value();
  EXPECT_EQ(CheckNamed(report, "auth: no token").outcome, Outcome::kWarning);
  EXPECT_EQ(CheckNamed(report, "connection").outcome, Outcome::kWarning);  // plain HTTP
  EXPECT_TRUE(report.passed());
}

TEST(Verify, NobodyThere) {
  InstanceUrl url;
  { url = FakeInstance("").Url(); }
  const VerifyReport report = RunVerify({.instance = url, .wait = std::chrono::seconds(1)}, {}).value();
  EXPECT_FALSE(report.reachable);
  EXPECT_FALSE(report.passed());
  EXPECT_EQ(report.checks.size(), 1u);
  EXPECT_THAT(VerifyReportJson(report), HasSubstr("\"first_answer_s\": null"));
}

TEST(Verify, WaitsForAColdStart) {
  std::atomic<int> asked{0};
  const FakeInstance instance(kToken, At("/api/health", [&](const TestRequest&, const TestConnection& to) {
                                if (asked++ == 0) return to.Reply(503, "starting");
                                FakeInstance::Json(to, R"({"status": "healthy"})");
                              }));
  EXPECT_TRUE(instance.Verify(kToken).passed());
  EXPECT_GE(asked, 2);
}

TEST(Verify, AFailedInitializerIsSeenBehindItsHttp200) {
  const FakeInstance instance(kToken, [](const TestRequest&, const TestConnection& to) {
    to.Reply(200, R"({"errorMessage": "Function initialization timed out after 60 seconds"})",
             "X-Fc-Error-Type: FunctionInitError\r\nX-Fc-Request-Id: 1-2-3\r\n");
    return true;
  });
  const VerifyReport report =
      RunVerify({.instance = instance.Url(), .token = kToken, .wait = std::chrono::seconds(1), .samples = 1},
                {})
          .value();
  EXPECT_TRUE(report.reachable);
  EXPECT_TRUE(report.on_function_compute);
  EXPECT_FALSE(report.passed());
  const VerifyCheck health = CheckNamed(report, "health");
  EXPECT_EQ(health.outcome, Outcome::kFailed);
  EXPECT_THAT(health.detail, HasSubstr("the initializer failed"));
  EXPECT_THAT(health.remedy, HasSubstr("FC Initialize"));
  EXPECT_EQ(CheckNamed(report, "everything else").outcome, Outcome::kSkipped);
  EXPECT_EQ(report.Count(Outcome::kOk), 1) << VerifyReportText(report, false);  // the connection
}

TEST(Verify, ErrorsInAnotherFormAreAFailure) {
  const FakeInstance instance(
      kToken, At("/api/verify-no-such-route", [](const TestRequest&, const TestConnection& to) {
        to.Reply(404, "<html>not here</html>", "Content-Type: text/html\r\n");
      }));
  const VerifyReport report = instance.Verify(kToken);
  EXPECT_THAT(CheckNamed(report, "error form").detail,
              HasSubstr("unknown path: the answer is no JSON object"));
}

TEST(Verify, ARequestIdThatIsLostIsAFailure) {
  const FakeInstance instance(kToken, [](const TestRequest& request, const TestConnection& to) {
    if (FakeInstance::HeaderOf(request, "X-Request-Id").empty()) return false;
    to.Reply(404, R"({"detail": "d", "code": "c", "request_id": "other"})", "X-Request-Id: other\r\n");
    return true;
  });
  EXPECT_EQ(CheckNamed(instance.Verify(kToken), "request id").outcome, Outcome::kFailed);
}

TEST(Verify, ThePlatformsRequestIdCounts) {
  const FakeInstance instance(kToken, [](const TestRequest& request, const TestConnection& to) {
    if (FakeInstance::HeaderOf(request, "X-Request-Id").empty()) return false;
    to.Reply(404, R"({"detail": "d", "code": "c", "request_id": "1-fc"})", "X-Fc-Request-Id: 1-fc\r\n");
    return true;
  });
  EXPECT_EQ(CheckNamed(instance.Verify(kToken), "request id").outcome, Outcome::kOk);
}

// deploy/s.yaml: the trigger of the function with the GPU checks the token before it starts anything.
TEST(Verify, ATriggerThatWantsTheToken) {
  const FakeInstance instance(kToken, [](const TestRequest& request, const TestConnection& to) {
    if (request.HasHeader("Authorization: Bearer " + std::string(kToken))) return false;
    to.Reply(403, R"({"Code": "AccessDenied", "Message": "the jwt is not valid"})",
             "X-Fc-Request-Id: 1-2\r\n");
    return true;
  });
  const VerifyReport report = instance.Verify(kToken);
  EXPECT_TRUE(report.passed()) << VerifyReportText(report, true);
  EXPECT_THAT(CheckNamed(report, "auth: no token").detail, HasSubstr("trigger"));
  EXPECT_THAT(CheckNamed(report, "auth: open routes").detail, HasSubstr("trigger"));
  const VerifyReport without = instance.Verify("");
  EXPECT_FALSE(without.passed());
  EXPECT_THAT(CheckNamed(without, "health").remedy, HasSubstr("--token-file"));
}

TEST(Verify, OpenControlRoutes) {
  const FakeInstance instance(kToken, At("/initialize", [](const TestRequest&, const TestConnection& to) {
                                FakeInstance::Json(to, "{}");
                              }));
  const VerifyCheck elsewhere = CheckNamed(instance.Verify(kToken), "control routes");
  EXPECT_EQ(elsewhere.outcome, Outcome::kWarning);
  EXPECT_THAT(elsewhere.detail, HasSubstr("/initialize (HTTP 200)"));
  InstanceUrl on_platform = instance.Url();
  on_platform.is_default_fc = true;
  const VerifyReport report = RunVerify({.instance = on_platform, .token = kToken, .samples = 1}, {}).value();
  EXPECT_EQ(CheckNamed(report, "control routes").outcome, Outcome::kFailed);
  for (const TestRequest& request : instance.server().Requests())
    EXPECT_NE(request.Target(), "/base/pre-stop");
}

TEST(Verify, AForgedEventMustGetNothing) {
  std::string answer = R"({"statusCode": 401, "body": "{}"})";
  const FakeInstance instance(kToken, [&](const TestRequest& request, const TestConnection& to) {
    if (!request.HasHeader("x-fc-control-path: /invoke")) return false;
    FakeInstance::Json(to, answer);
    return true;
  });
  EXPECT_EQ(CheckNamed(instance.Verify(kToken), "forged event").outcome, Outcome::kOk);
  for (const char* served : {R"({"statusCode": 200, "body": "{\"tasks\": []}"})", R"({"tasks": []})"}) {
    answer = served;
    EXPECT_EQ(CheckNamed(instance.Verify(kToken), "forged event").outcome, Outcome::kFailed) << served;
  }
}

TEST(Verify, RedirectsAreShownAndNotFollowed) {
  const FakeInstance instance(kToken, At("/api/ready", [](const TestRequest&, const TestConnection& to) {
                                to.Reply(301, "", "Location: https://other.example/api/ready?key=hidden\r\n");
                              }));
  const VerifyCheck ready = CheckNamed(instance.Verify(kToken), "ready");
  EXPECT_EQ(ready.outcome, Outcome::kFailed);
  EXPECT_THAT(ready.detail, HasSubstr("redirects to https://other.example/api/ready"));
  EXPECT_THAT(ready.detail, Not(HasSubstr("hidden")));
}

TEST(Verify, EndlessAnswersAreCutOff) {
  const FakeInstance instance(kToken, At("/", [](const TestRequest&, const TestConnection& to) {
                                to.Send("HTTP/1.1 200 OK\r\nContent-Length: 90000000000\r\n\r\n");
                                const std::string piece(1 << 16, 'x');
                                for (int i = 0; i < 64; ++i) to.Send(piece);
                                to.HangUp();
                              }));
  const VerifyReport report = instance.Verify(kToken);
  EXPECT_THAT(CheckNamed(report, "root").detail, HasSubstr("larger than 1048576 bytes"));
}

TEST(Verify, AServerThatHangsUpIsNotAskedForEver) {
  const FakeInstance instance(kToken, [](const TestRequest& request, const TestConnection& to) {
    if (request.Target() == "/base/api/health") return false;
    to.HangUp();
    return true;
  });
  const VerifyReport report = instance.Verify(kToken);
  EXPECT_FALSE(report.passed());
  EXPECT_THAT(VerifyReportText(report, false), HasSubstr("not asked: three questions running had no answer"));
  EXPECT_LE(instance.server().Requests().size(), 12u);
}

TEST(Verify, TextOfTheServerIsHarmlessOnATerminal) {
  const FakeInstance instance(kToken, At("/api/ready", [](const TestRequest&, const TestConnection& to) {
                                to.Reply(503, "{\"detail\": \"\x1b]0;owned\\u0007 no model\"}",
                                         "Retry-After: 5\r\n");
                              }));
  const VerifyReport report = instance.Verify(kToken);
  EXPECT_THAT(VerifyReportText(report, false), Not(HasSubstr("\x1b")));
  EXPECT_THAT(CheckNamed(report, "ready").remedy, HasSubstr("waveshift doctor"));
}

TEST(Verify, AStopEndsIt) {
  std::stop_source stop;
  const FakeInstance instance(kToken, At("/api/ready", [&](const TestRequest&, const TestConnection& to) {
                                stop.request_stop();
                                to.WaitForEnd();
                              }));
  const auto report = RunVerify({.instance = instance.Url(), .token = kToken}, stop.get_token());
  EXPECT_EQ(report.status().code(), StatusCode::kCancelled);
}

TEST(ParseInstanceUrl, KnowsWhatItIs) {
  const auto url = ParseInstanceUrl("https://abc.cn-hangzhou.fcapp.run/2016-08-15/proxy/s/f/");
  ASSERT_TRUE(url.ok());
  EXPECT_EQ(url->base, "https://abc.cn-hangzhou.fcapp.run/2016-08-15/proxy/s/f");
  EXPECT_EQ(url->origin, "https://abc.cn-hangzhou.fcapp.run");
  EXPECT_TRUE(url->is_tls && url->is_default_fc);
  EXPECT_FALSE(url->is_loopback);
  EXPECT_TRUE(ParseInstanceUrl("http://127.0.0.1:8000")->is_loopback);
  EXPECT_TRUE(ParseInstanceUrl("http://[::1]:8000")->is_loopback);
  EXPECT_FALSE(ParseInstanceUrl("http://127.example.com")->is_loopback);
  for (const char* bad :
       {"https://user:pw@host/", "https://host/?a=b", "https://host/#x", "host", "ftp://host", ""})
    EXPECT_EQ(ParseInstanceUrl(bad).status().code(), StatusCode::kInvalidArgument) << bad;
  EXPECT_THAT(Message(ParseInstanceUrl("https://user:pw@host/").status()), Not(HasSubstr("pw")));
}

}  // namespace
}  // namespace waveshift::app
