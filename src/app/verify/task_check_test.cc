// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The watching of one task. With its stream and report, on a real instance: tests/e2e/verify_test.py.
#include "app/verify/task_check.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/verify/verify_test_tools.h"

namespace waveshift::app {
namespace {

using net::TestConnection;
using net::TestRequest;
using ::testing::HasSubstr;
using Outcome = VerifyCheck::Outcome;

constexpr char kStatus[] = "/base/api/task/t1/status";
constexpr char kStart[] = "/base/api/start_tts";

std::string Body(const std::string& status, int percent, const std::string& error = "null") {
  return R"({"task_id": "t1", "status": ")" + status + R"(", "hls_playlist_url": null, "error_message": )" +
         error + R"(, "progress": {"percent": )" + std::to_string(percent) + "}}";
}

// An instance whose task's status goes through the given answers; the last one stays.
class TaskCheckTest : public ::testing::Test {
 protected:
  VerifyReport Check(bool on_function_compute = false,
                     std::chrono::seconds patience = std::chrono::seconds(20)) {
    const FakeInstance instance("tok", [this](const TestRequest& request, const TestConnection& to) {
      if (request.Target() == kStart) {
        start_(request, to);
        return true;
      }
      if (request.Target() != kStatus) return false;
      const size_t at = asked_++;
      FakeInstance::Json(to, states_[std::min(at, states_.size() - 1)]);
      return true;
    });
    Prober prober(instance.Url(), "tok", {});
    Prober watcher(instance.Url(), "tok", {});
    VerifyReport report;
    report.reachable = true;
    report.on_function_compute = on_function_compute;
    CheckTask(prober, watcher, {.task_id = "t1", .patience = patience, .poll = std::chrono::milliseconds(1)},
              report);
    return report;
  }

  std::vector<std::string> states_ = {Body("created", 0), Body("processing", 30), Body("completed", 100)};
  std::atomic<size_t> asked_{0};
  std::function<void(const TestRequest&, const TestConnection&)> start_ =
      [](const TestRequest&, const TestConnection& to) { FakeInstance::Json(to, "{}"); };
};

TEST_F(TaskCheckTest, ATaskThatFailsSaysWhy) {
  states_.back() = Body("error", 30, R"("engine: no model")");
  const VerifyReport report = Check();
  EXPECT_EQ(CheckNamed(report, "task: progress").outcome, Outcome::kOk) << VerifyReportText(report, false);
  EXPECT_EQ(CheckNamed(report, "task: end").outcome, Outcome::kFailed);
  EXPECT_THAT(CheckNamed(report, "task: end").detail, HasSubstr("engine: no model"));
}

TEST_F(TaskCheckTest, ACompletedTaskWantsItsReportAndStream) {
  const VerifyReport report = Check();
  EXPECT_EQ(CheckNamed(report, "task: end").outcome, Outcome::kOk);
  EXPECT_EQ(CheckNamed(report, "task: report").outcome, Outcome::kFailed);
  EXPECT_THAT(CheckNamed(report, "hls: playlists").detail, HasSubstr("names no stream"));
}

TEST_F(TaskCheckTest, TheStartMayTakeAsLongAsTheJob) {
  start_ = [](const TestRequest&, const TestConnection& to) { to.WaitForEnd(); };
  const VerifyReport report = Check();
  EXPECT_THAT(CheckNamed(report, "task: start").detail, HasSubstr("runs within the request"));
  EXPECT_EQ(CheckNamed(report, "task: end").outcome, Outcome::kOk);
}

TEST_F(TaskCheckTest, OnFunctionComputeTheStartIsAsynchronous) {
  std::string head;
  std::mutex mutex;
  start_ = [&](const TestRequest& request, const TestConnection& to) {
    const std::lock_guard lock(mutex);
    head = request.head;
    to.Reply(202, "");
  };
  // What an earlier run left stays until the platform delivers the request.
  states_ = {Body("error", 30), Body("error", 30), Body("error", 30), Body("processing", 0),
             Body("completed", 100)};
  const VerifyReport report = Check(true);
  EXPECT_THAT(head, HasSubstr("X-Fc-Invocation-Type: Async"));
  EXPECT_EQ(CheckNamed(report, "task: end").outcome, Outcome::kOk) << VerifyReportText(report, false);
}

TEST_F(TaskCheckTest, AStartThatIsRefused) {
  states_ = {Body("created", 0)};
  start_ = [](const TestRequest& request, const TestConnection& to) {
    FakeInstance::Error(request, to, 503, "not_ready");
  };
  const VerifyReport report = Check();
  EXPECT_EQ(CheckNamed(report, "task: start").outcome, Outcome::kFailed);
  EXPECT_THAT(CheckNamed(report, "task: start").detail, HasSubstr("HTTP 503"));
}

TEST_F(TaskCheckTest, AStartThatAProxyCutsOffIsAWarning) {
  states_ = {Body("processing", 10)};
  start_ = [](const TestRequest&, const TestConnection& to) {
    to.Reply(524, "<html>", "Content-Type: text/html\r\n");
  };
  const VerifyReport report = Check(false, std::chrono::seconds(1));
  EXPECT_EQ(CheckNamed(report, "task: start").outcome, Outcome::kWarning) << VerifyReportText(report, false);
  EXPECT_THAT(CheckNamed(report, "task: end").detail, HasSubstr("not ended within 1 s: \"processing\""));
}

TEST_F(TaskCheckTest, AnUnknownTask) {
  const FakeInstance instance("tok");
  Prober prober(instance.Url(), "tok", {});
  VerifyReport report;
  CheckTask(prober, prober, {.task_id = "verify-nobody"}, report);
  EXPECT_THAT(CheckNamed(report, "task: status").detail, HasSubstr("HTTP 404"));
}

}  // namespace
}  // namespace waveshift::app
