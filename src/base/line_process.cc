// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "base/line_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/child_internal.h"
#include "base/process.h"
#include "base/sigpipe_block.h"

namespace waveshift {
namespace {

using internal::Child;
using internal::Fd;
using internal::MakePipe;
using Clock = std::chrono::steady_clock;

class PipedProcess final : public LineProcess {
 public:
  explicit PipedProcess(std::string program) : program_(std::move(program)) {}

  Status Start(const std::string& path, const std::vector<std::string>& arguments);
  StatusOr<std::string> Ask(std::string_view input, std::string_view end,
                            std::chrono::milliseconds time_limit, size_t max_output_bytes,
                            const std::stop_token& stop) override;
  int process_id() const override { return child_ == nullptr ? 0 : child_->id(); }

 private:
  StatusOr<std::string> Serve(std::string_view input, std::string_view end, Clock::time_point deadline,
                              size_t max_output_bytes, const std::stop_token& stop);
  Status Wait(bool writing, Clock::time_point deadline, const std::stop_token& stop);
  Status Write(std::string_view& rest);
  Status Read(std::string& output);
  Status Ended() const { return Unavailable(program_ + " ended while it was needed"); }

  const std::string program_;
  Fd in_;
  Fd out_;
  Fd wake_;
  std::unique_ptr<Child> child_;  // last: it is ended before the pipes close
};

Status PipedProcess::Start(const std::string& path, const std::vector<std::string>& arguments) {
  wake_ = Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake_.open()) return ErrnoStatus(errno, "eventfd");
  Fd child_in;
  Fd child_out;
  WS_RETURN_IF_ERROR(MakePipe(child_in, in_));
  WS_RETURN_IF_ERROR(MakePipe(out_, child_out));
  Fd nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  if (!nowhere.open()) return ErrnoStatus(errno, "/dev/null");
  for (const Fd* own : {&in_, &out_}) {
    if (::fcntl(own->get(), F_SETFL, O_NONBLOCK) != 0) return ErrnoStatus(errno, "pipe");
  }
  auto child = std::make_unique<Child>();
  WS_RETURN_IF_ERROR(child->Start(path, program_, arguments, child_in.get(), child_out.get(), nowhere.get()));
  child_ = std::move(child);
  return OkStatus();
}

StatusOr<std::string> PipedProcess::Ask(std::string_view input, std::string_view end,
                                        std::chrono::milliseconds time_limit, size_t max_output_bytes,
                                        const std::stop_token& stop) {
  if (child_ == nullptr) return Ended();
  const SigpipeBlock no_sigpipe;
  const int wake = wake_.get();
  // A stop that came just behind the last answer would keep poll() from ever waiting.
  uint64_t earlier = 0;
  [[maybe_unused]] const ssize_t drained = ::read(wake, &earlier, sizeof earlier);
  const std::stop_callback on_stop(stop, [wake] {
    const uint64_t one = 1;
    [[maybe_unused]] const ssize_t n = ::write(wake, &one, sizeof one);
  });
  auto answer = Serve(input, end, Clock::now() + time_limit, max_output_bytes, stop);
  // After a failure nobody knows which question the next output would answer.
  if (!answer.ok()) child_.reset();
  return answer;
}

StatusOr<std::string> PipedProcess::Serve(std::string_view input, std::string_view end,
                                          Clock::time_point deadline, size_t max_output_bytes,
                                          const std::stop_token& stop) {
  std::string output;
  const auto is_whole = [&] {
    return output.ends_with(end) &&
           (output.size() == end.size() || output[output.size() - end.size() - 1] == '\n');
  };
  while (!input.empty() || !is_whole()) {
    WS_RETURN_IF_ERROR(Wait(!input.empty(), deadline, stop));
    WS_RETURN_IF_ERROR(Write(input));
    WS_RETURN_IF_ERROR(Read(output));
    if (output.size() > max_output_bytes) {
      return OutOfRange(program_ + " printed more than " + std::to_string(max_output_bytes) + " bytes");
    }
  }
  output.resize(output.size() - end.size());
  return output;
}

Status PipedProcess::Wait(bool writing, Clock::time_point deadline, const std::stop_token& stop) {
  if (stop.stop_requested()) return Cancelled(program_ + " was stopped");
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
  if (left <= 0) return DeadlineExceeded(program_ + " did not answer in time");
  std::array<struct pollfd, 3> polls = {
      {{wake_.get(), POLLIN, 0}, {writing ? in_.get() : -1, POLLOUT, 0}, {out_.get(), POLLIN, 0}}};
  const int timeout = static_cast<int>(std::min<int64_t>(left, 60000));
  if (::poll(polls.data(), polls.size(), timeout) < 0 && errno != EINTR) return ErrnoStatus(errno, "poll");
  return OkStatus();
}

Status PipedProcess::Write(std::string_view& rest) {
  while (!rest.empty()) {
    const ssize_t n = ::write(in_.get(), rest.data(), rest.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return OkStatus();
    if (n < 0) return Ended();
    rest.remove_prefix(static_cast<size_t>(n));
  }
  return OkStatus();
}

Status PipedProcess::Read(std::string& output) {
  std::array<char, 16384> buffer;
  const ssize_t n = ::read(out_.get(), buffer.data(), buffer.size());
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return OkStatus();
  if (n <= 0) return Ended();
  output.append(buffer.data(), static_cast<size_t>(n));
  return OkStatus();
}

}  // namespace

StatusOr<std::unique_ptr<LineProcess>> StartLineProcess(const std::string& program,
                                                        const std::vector<std::string>& arguments) {
  for (const std::string& argument : arguments) {
    if (argument.find('\0') != std::string::npos) {
      return InvalidArgument(program + ": an argument contains a zero byte");
    }
  }
  const auto path = FindProgram(program);
  if (!path.ok()) return FailedPrecondition(Message(path.status()));
  auto process = std::make_unique<PipedProcess>(program);
  WS_RETURN_IF_ERROR(process->Start(*path, arguments));
  return std::unique_ptr<LineProcess>(std::move(process));
}

}  // namespace waveshift
