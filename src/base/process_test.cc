// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "base/process.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "base/files.h"

namespace waveshift {
namespace {
using std::chrono::milliseconds;

ProcessRequest Shell(const std::string& script, const std::string& input = "") {
  ProcessRequest request;
  request.program = "sh";
  request.arguments = {"-c", script};
  request.input = input;
  return request;
}

StatusOr<ProcessResult> RunToEnd(const ProcessRequest& request) {
  return RunProcess(request, std::stop_token());
}

bool IsGone(pid_t pid) {
  for (int i = 0; i < 500; ++i) {  // a killed orphan is reaped by init, a little later
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string line;
    if (!std::getline(stat, line)) return true;
    const size_t name_end = line.rfind(')');
    if (name_end != std::string::npos && line.compare(name_end, 4, ") Z ") == 0) return true;
    std::this_thread::sleep_for(milliseconds(10));
  }
  return false;
}

TEST(Process, GivesOutputErrorOutputAndExitCode) {
  const auto result = RunToEnd(Shell("echo out; echo err >&2; exit 7"));
  ASSERT_TRUE(result.ok()) << Message(result.status());
  EXPECT_EQ(result->output, "out\n");
  EXPECT_EQ(result->error_output, "err\n");
  EXPECT_EQ(result->exit_code, 7);
}

TEST(Process, ArgumentsMeetNoShell) {
  ProcessRequest request;
  request.program = "printf";
  request.arguments = {"%s|", "$(id)", "a b", "", "'\"", "*"};
  EXPECT_EQ(RunToEnd(request).value().output, "$(id)|a b||'\"|*|");
}

TEST(Process, MuchInputAndMuchOutputDoNotBlockEachOther) {
  ProcessRequest request;
  request.program = "cat";
  for (int i = 0; i < 400000; ++i) request.input += std::to_string(i) + "\n";
  const auto result = RunToEnd(request);
  ASSERT_TRUE(result.ok()) << Message(result.status());
  EXPECT_TRUE(result->output == request.input);
}

TEST(Process, InputIsAtItsEndWhenThereIsNone) {
  EXPECT_EQ(RunToEnd(Shell("cat; echo done")).value().output, "done\n");
}

TEST(Process, AProgramThatIgnoresItsInputDoesNotKillUs) {
  const auto result = RunToEnd(Shell("exec <&-; sleep 0.05; echo fine", std::string(4 << 20, 'x')));
  ASSERT_TRUE(result.ok()) << Message(result.status());
  EXPECT_EQ(result->output, "fine\n");
  sigset_t pending;
  sigpending(&pending);
  EXPECT_EQ(sigismember(&pending, SIGPIPE), 0);
}

TEST(Process, ASignalIsReportedAs128Plus) {
  EXPECT_EQ(RunToEnd(Shell("kill -TERM $$")).value().exit_code, 128 + SIGTERM);
}

TEST(Process, TooMuchOutputEndsIt) {
  ProcessRequest request = Shell("yes");
  request.max_output_bytes = 100000;
  EXPECT_EQ(RunToEnd(request).status().code(), StatusCode::kOutOfRange);
}

TEST(Process, OutputOfExactlyTheLimitIsFine) {
  ProcessRequest request = Shell("printf 12345");
  request.max_output_bytes = 5;
  EXPECT_EQ(RunToEnd(request).value().output, "12345");
  request.max_output_bytes = 4;
  EXPECT_EQ(RunToEnd(request).status().code(), StatusCode::kOutOfRange);
}

TEST(Process, ErrorOutputKeepsItsEnd) {
  const auto result = RunToEnd(Shell("i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done >&2"));
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->error_output.size(), 4096u);
  EXPECT_EQ(result->error_output.substr(4096 - 10), "line 2999\n");
}

TEST(Process, TheTimeLimitKillsTheWholeGroup) {
  const auto scratch = ScratchDirectory::Make();
  ASSERT_TRUE(scratch.ok());
  const std::string pid_file = scratch->path() + "/pid";
  ProcessRequest request = Shell("trap '' TERM INT; sleep 600 & echo $! >" + pid_file + "; wait");
  request.time_limit = milliseconds(400);
  const auto result = RunToEnd(request);
  EXPECT_EQ(result.status().code(), StatusCode::kDeadlineExceeded);
  EXPECT_NE(Message(result.status()).find("sh"), std::string::npos);
  const auto pid = ReadFile(pid_file, 100);
  ASSERT_TRUE(pid.ok());
  EXPECT_TRUE(IsGone(std::stoi(*pid)));
}

TEST(Process, StopKillsAndSaysCancelled) {
  std::stop_source stop;
  StatusOr<ProcessResult> result = Internal("not run");
  {
    std::jthread runner([&] { result = RunProcess(Shell("sleep 600"), stop.get_token()); });
    stop.request_stop();
  }
  EXPECT_EQ(result.status().code(), StatusCode::kCancelled);
  // And when it was requested before the start.
  EXPECT_EQ(RunProcess(Shell("sleep 600"), stop.get_token()).status().code(), StatusCode::kCancelled);
}

TEST(Process, AChildLeftBehindIsNotWaitedFor) {
  const auto result = RunToEnd(Shell("sleep 600 & echo $!"));
  ASSERT_TRUE(result.ok()) << Message(result.status());
  EXPECT_TRUE(IsGone(std::stoi(result->output)));
}

TEST(Process, AProgramThatIsNotThereIsNamed) {
  ProcessRequest request;
  request.program = "no-such-program-here";
  const auto result = RunToEnd(request);
  EXPECT_EQ(result.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_NE(Message(result.status()).find("no-such-program-here is not installed"), std::string::npos);
  request.program = "/no/such/program";
  EXPECT_EQ(RunToEnd(request).status().code(), StatusCode::kFailedPrecondition);
}

TEST(Process, AFileThatIsNoProgramIsAnError) {
  const auto scratch = ScratchDirectory::Make();
  ASSERT_TRUE(scratch.ok());
  ProcessRequest request;
  request.program = scratch->path() + "/junk";
  ASSERT_TRUE(WriteFileAtomic(request.program, std::string("\x7f\x45ZZ", 4)).ok());
  std::filesystem::permissions(request.program, std::filesystem::perms::owner_all);
  EXPECT_EQ(RunToEnd(request).status().code(), StatusCode::kFailedPrecondition);
}

TEST(Process, ZeroBytesInArgumentsAreRefused) {
  ProcessRequest request = Shell("echo hi");
  request.arguments.emplace_back("a\0b", 3);
  EXPECT_EQ(RunToEnd(request).status().code(), StatusCode::kInvalidArgument);
}

TEST(Process, TheChildHasDefaultSignalsAndNoForeignFiles) {
  // A blocked signal and an ignored one in this thread must not reach the child; neither may a descriptor of
  // ours.
  sigset_t block;
  sigset_t before;
  sigemptyset(&block);
  sigaddset(&block, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &block, &before);
  struct sigaction ignore = {};
  struct sigaction old = {};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGUSR1, &ignore, &old);
  const int ours = dup(STDERR_FILENO);  // without close-on-exec
  const auto result = RunToEnd(Shell("grep -E '^Sig(Blk|Ign)' /proc/self/status; ls /proc/self/fd | wc -l"));
  close(ours);
  sigaction(SIGUSR1, &old, nullptr);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ASSERT_TRUE(result.ok());
  EXPECT_NE(result->output.find("SigBlk:\t0000000000000000"), std::string::npos) << result->output;
  // Of the ordinary signals; the C library keeps two of its own.
  const size_t ignored = result->output.find("SigIgn:\t");
  ASSERT_NE(ignored, std::string::npos) << result->output;
  EXPECT_EQ(std::stoull(result->output.substr(ignored + 8, 16), nullptr, 16) & 0x7FFFFFFF, 0u)
      << result->output;
  EXPECT_NE(result->output.find("\n4\n"), std::string::npos) << result->output;  // 0, 1, 2 and ls' own folder
}

TEST(Process, ManyAtOnceLeaveNoZombieAndNoDescriptor) {
  const auto open_files = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                         std::filesystem::directory_iterator());
  };
  const auto before = open_files();
  {
    std::vector<std::jthread> threads;
    threads.reserve(4);
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([t] {
        for (int i = 0; i < 10; ++i) {
          const std::string text = std::to_string(t * 100 + i);
          const auto result = RunToEnd(Shell("cat", text));
          ASSERT_TRUE(result.ok()) << Message(result.status());
          EXPECT_EQ(result->output, text);
        }
      });
    }
  }
  EXPECT_EQ(open_files(), before);
  siginfo_t info = {};
  errno = 0;
  EXPECT_EQ(waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(FindProgram, LooksOnThePath) {
  const auto sh = FindProgram("sh");
  ASSERT_TRUE(sh.ok());
  EXPECT_EQ(sh->front(), '/');
  EXPECT_EQ(FindProgram("/bin/sh").value(), "/bin/sh");
  EXPECT_EQ(FindProgram("no-such-program-here").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(FindProgram("").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(FindProgram("/tmp").status().code(), StatusCode::kNotFound);
}

}  // namespace
}  // namespace waveshift
