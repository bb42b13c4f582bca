// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "base/process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "base/child_internal.h"
#include "base/sigpipe_block.h"

namespace waveshift {
namespace {

using internal::Child;
using internal::Fd;
using internal::MakePipe;
using Clock = std::chrono::steady_clock;

constexpr size_t kErrorTailBytes = 4096;
constexpr std::chrono::hours kLongestTime{24 * 365};
// How often it is looked whether the program has ended although somebody it started still holds its output
// open.
constexpr int kTickMs = 50;

bool IsProgramFile(const std::string& path) {
  struct stat st = {};
  return ::stat(path.c_str(), &st) == 0 && S_ISREG(st.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

class Runner {
 public:
  Runner(const ProcessRequest& request, const std::stop_token& stop)
      : request_(request),
        stop_(stop),
        deadline_(Clock::now() + std::min<Clock::duration>(request.time_limit, kLongestTime)) {}

  StatusOr<ProcessResult> ToEnd(const std::string& path);

 private:
  Status Open(const std::string& path);
  Status Serve();
  Status CheckLimits() const;
  void WriteInput();
  Status ReadOutput();
  void ReadErrorOutput();

  const ProcessRequest& request_;
  const std::stop_token& stop_;
  const Clock::time_point deadline_;
  Fd in_;
  Fd out_;
  Fd err_;
  Fd wake_;
  size_t written_ = 0;
  ProcessResult result_;
  Child child_;  // last: it is ended before the pipes close
};

Status Runner::Open(const std::string& path) {
  wake_ = Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake_.open()) return ErrnoStatus(errno, "eventfd");
  Fd child_in;
  Fd child_out;
  Fd child_err;
  WS_RETURN_IF_ERROR(MakePipe(child_in, in_));
  WS_RETURN_IF_ERROR(MakePipe(out_, child_out));
  WS_RETURN_IF_ERROR(MakePipe(err_, child_err));
  for (const Fd* own : {&in_, &out_, &err_}) {
    if (::fcntl(own->get(), F_SETFL, O_NONBLOCK) != 0) return ErrnoStatus(errno, "pipe");
  }
  WS_RETURN_IF_ERROR(child_.Start(path, request_.program, request_.arguments, child_in.get(), child_out.get(),
                                  child_err.get()));
  if (request_.input.empty()) in_.Close();
  return OkStatus();
}

Status Runner::CheckLimits() const {
  if (stop_.stop_requested()) return Cancelled(request_.program + " was stopped");
  if (Clock::now() >= deadline_) {
    return DeadlineExceeded(request_.program + " did not end within " +
                            std::to_string(request_.time_limit.count()) + " ms");
  }
  return OkStatus();
}

// Serves the pipes until the program has ended and what it printed has been read.
Status Runner::Serve() {
  bool ended = false;
  while (!ended) {
    WS_RETURN_IF_ERROR(CheckLimits());
    std::array<struct pollfd, 4> polls = {{{wake_.get(), POLLIN, 0},
                                           {in_.get(), POLLOUT, 0},  // poll() passes over descriptors of -1
                                           {out_.get(), POLLIN, 0},
                                           {err_.get(), POLLIN, 0}}};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now()).count();
    const int longest = out_.open() || err_.open() ? kTickMs : 1;
    const int timeout = static_cast<int>(std::clamp<int64_t>(left, 0, longest));
    if (::poll(polls.data(), polls.size(), timeout) < 0 && errno != EINTR) return ErrnoStatus(errno, "poll");
    // Asked before the last reading, so nothing that it printed before its end is missed.
    ended = child_.HasEnded();
    if (in_.open()) WriteInput();
    if (out_.open()) WS_RETURN_IF_ERROR(ReadOutput());
    if (err_.open()) ReadErrorOutput();
  }
  return OkStatus();
}

void Runner::WriteInput() {
  while (written_ < request_.input.size()) {
    const ssize_t n = ::write(in_.get(), request_.input.data() + written_, request_.input.size() - written_);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return;
    if (n < 0) break;  // EPIPE: it does not want the rest
    written_ += static_cast<size_t>(n);
  }
  in_.Close();
}

Status Runner::ReadOutput() {
  std::array<char, 65536> buffer;
  for (;;) {
    const ssize_t n = ::read(out_.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return OkStatus();
    if (n <= 0) {
      out_.Close();
      return OkStatus();
    }
    if (static_cast<int64_t>(result_.output.size()) + n > request_.max_output_bytes) {
      return OutOfRange(request_.program + " printed more than " + std::to_string(request_.max_output_bytes) +
                        " bytes");
    }
    result_.output.append(buffer.data(), static_cast<size_t>(n));
    WS_RETURN_IF_ERROR(CheckLimits());
  }
}

void Runner::ReadErrorOutput() {
  std::array<char, 4096> buffer;
  // A program that never stops printing must not keep us from looking at the clock.
  for (int rounds = 0; rounds < 64; ++rounds) {
    const ssize_t n = ::read(err_.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) {
      err_.Close();
      return;
    }
    std::string& tail = result_.error_output;
    tail.append(buffer.data(), static_cast<size_t>(n));
    if (tail.size() > kErrorTailBytes) tail.erase(0, tail.size() - kErrorTailBytes);
  }
}

StatusOr<ProcessResult> Runner::ToEnd(const std::string& path) {
  WS_RETURN_IF_ERROR(CheckLimits());
  WS_RETURN_IF_ERROR(Open(path));
  const SigpipeBlock no_sigpipe;
  const int wake = wake_.get();
  const std::stop_callback on_stop(stop_, [wake] {
    const uint64_t one = 1;
    [[maybe_unused]] const ssize_t n = ::write(wake, &one, sizeof one);
  });
  WS_RETURN_IF_ERROR(Serve());
  result_.exit_code = child_.End();
  if (result_.exit_code < 0) return Internal(request_.program + ": its exit code was lost");
  return std::move(result_);
}

}  // namespace

StatusOr<std::string> FindProgram(const std::string& program) {
  if (program.empty()) return NotFound("the program's name is empty");
  if (program.find('/') != std::string::npos) {
    if (IsProgramFile(program)) return program;
    return NotFound(program + " is not there or cannot be run");
  }
  const char* variable = std::getenv("PATH");
  const std::string_view path = variable != nullptr ? variable : "/usr/local/bin:/usr/bin:/bin";
  size_t begin = 0;
  while (begin <= path.size()) {
    const size_t end = std::min(path.find(':', begin), path.size());
    std::string candidate(path.substr(begin, end - begin));
    begin = end + 1;
    if (candidate.empty()) continue;  // by custom the working directory, which anybody may have filled
    candidate.append("/").append(program);
    if (IsProgramFile(candidate)) return candidate;
  }
  return NotFound(program + " is not installed (looked on PATH)");
}

StatusOr<ProcessResult> RunProcess(const ProcessRequest& request, const std::stop_token& stop) {
  for (const std::string& argument : request.arguments) {
    if (argument.find('\0') != std::string::npos) {
      return InvalidArgument(request.program + ": an argument contains a zero byte");
    }
  }
  const auto path = FindProgram(request.program);
  if (!path.ok()) return FailedPrecondition(Message(path.status()));
  return Runner(request, stop).ToEnd(*path);
}

}  // namespace waveshift
