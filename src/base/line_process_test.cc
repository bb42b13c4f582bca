// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "base/line_process.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <thread>

namespace waveshift {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::unique_ptr<LineProcess> Shell(const std::string& script) {
  auto process = StartLineProcess("sh", {"-c", script});
  EXPECT_TRUE(process.ok()) << Message(process.status());
  return process.ok() ? *std::move(process) : nullptr;
}

StatusOr<std::string> Ask(LineProcess& process, std::string_view input, seconds limit = seconds(20)) {
  return process.Ask(input, "END\n", limit, 1 << 20, std::stop_token());
}

TEST(LineProcess, AnswersManyQuestionsInOneProcess) {
  const auto process = Shell("while read -r line; do echo \"<$line>\"; [ \"$line\" = b ] && echo END; done");
  EXPECT_EQ(Ask(*process, "a\nb\n").value(), "<a>\n<b>\n");
  const int id = process->process_id();
  EXPECT_EQ(Ask(*process, "b\n").value(), "<b>\n");
  EXPECT_EQ(process->process_id(), id);
}

TEST(LineProcess, TheEndIsAWholeLine) {
  const auto process = Shell("read -r line; echo notEND; echo END");
  EXPECT_EQ(Ask(*process, "a\n").value(), "notEND\n");
}

TEST(LineProcess, LargeQuestionsAndAnswersDoNotBlockEachOther) {
  const auto process = Shell("exec cat");
  std::string input;
  for (int i = 0; i < 20000; ++i) input += "twenty bytes of text\n";
  const std::string answer = Ask(*process, input + "END\n").value();
  EXPECT_EQ(answer, input);
}

TEST(LineProcess, AKilledProgramIsUnavailable) {
  const auto process = Shell("exec cat");
  ASSERT_TRUE(Ask(*process, "END\n").ok());
  ::kill(process->process_id(), SIGKILL);
  EXPECT_EQ(Ask(*process, "END\n").status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(process->process_id(), 0);
  EXPECT_EQ(Ask(*process, "END\n").status().code(), StatusCode::kUnavailable);
}

TEST(LineProcess, AHungProgramIsEndedAtTheLimit) {
  const auto process = Shell("exec sleep 600");
  const int id = process->process_id();
  const auto answer = process->Ask("a\n", "END\n", milliseconds(50), 100, std::stop_token());
  EXPECT_EQ(answer.status().code(), StatusCode::kDeadlineExceeded);
  EXPECT_NE(::kill(id, 0), 0);  // waited for, so its number is free
}

TEST(LineProcess, ATalkativeProgramIsEnded) {
  const auto process = Shell("yes");
  const auto answer = process->Ask("", "END\n", seconds(20), 100000, std::stop_token());
  EXPECT_EQ(answer.status().code(), StatusCode::kOutOfRange);
}

TEST(LineProcess, StopsAtOnceWhenAsked) {
  const auto process = Shell("exec sleep 600");
  std::stop_source stop;
  std::jthread stopper([&] { stop.request_stop(); });
  const auto answer = process->Ask("a\n", "END\n", seconds(500), 100, stop.get_token());
  EXPECT_EQ(answer.status().code(), StatusCode::kCancelled);
}

TEST(LineProcess, AMissingProgramIsNamed) {
  const auto process = StartLineProcess("no-such-program-here", {});
  EXPECT_EQ(process.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(Message(process.status()), "no-such-program-here is not installed (looked on PATH)");
}

}  // namespace
}  // namespace waveshift
