// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "base/process.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <string_view>
#include <utility>

namespace waveshift {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kErrorTailBytes = 4096;
constexpr std::chrono::hours kLongestTime{24 * 365};
// How often it is looked whether the program has ended although somebody it started still holds its output
// open.
constexpr int kTickMs = 50;

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() { Close(); }
  void Close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  int get() const { return fd_; }
  bool open() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// Writing to a program that has ended raises SIGPIPE for the writing thread. It is blocked for the thread
// while this lives, and one that we caused is taken back, so the rest of the process keeps its own handling.
class SigpipeBlock {
 public:
  SigpipeBlock() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~SigpipeBlock() {
    if (!was_pending_) {
      const struct timespec now = {};
      while (sigtimedwait(&pipe_, nullptr, &now) == -1 && errno == EINTR) {
      }
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  SigpipeBlock(const SigpipeBlock&) = delete;
  SigpipeBlock& operator=(const SigpipeBlock&) = delete;

 private:
  sigset_t pipe_;
  sigset_t before_;
  bool was_pending_ = false;
};

// Both ends close on exec and lie above the standard descriptors, which a process may have closed: the
// child's dup2 calls would tread on each other otherwise.
Status MakePipe(Fd& read_end, Fd& write_end) {
  std::array<int, 2> ends = {-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return ErrnoStatus(errno, "pipe");
  const std::array<Fd*, 2> targets = {&read_end, &write_end};
  for (size_t i = 0; i < ends.size(); ++i) {
    *targets[i] = Fd(ends[i]);
  }
  for (Fd* end : targets) {
    if (end->get() > STDERR_FILENO) continue;
    Fd higher(::fcntl(end->get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    if (!higher.open()) return ErrnoStatus(errno, "pipe");
    *end = std::move(higher);
  }
  return OkStatus();
}

bool IsProgramFile(const std::string& path) {
  struct stat st = {};
  return ::stat(path.c_str(), &st) == 0 && S_ISREG(st.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

// Owns the child process: however RunProcess ends, the whole group is killed and the child is waited for.
class Child {
 public:
  Child() = default;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ > 0) End();
  }

  Status Start(const std::string& path, const ProcessRequest& request, int in, int out, int err);

  // True when it has ended. It stays a zombie, so its group number cannot be given away before End().
  bool HasEnded() const {
    siginfo_t info = {};
    return ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
           info.si_pid == pid_;
  }

  // Kills what is left of the group and waits. The exit code, or -1 when somebody else took it.
  int End() {
    const pid_t pid = std::exchange(pid_, -1);
    ::kill(-pid, SIGKILL);
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0) {
      if (errno != EINTR) return -1;
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }

 private:
  pid_t pid_ = -1;
};

Status Child::Start(const std::string& path, const ProcessRequest& request, int in, int out, int err) {
  std::vector<char*> argv = {const_cast<char*>(request.program.c_str())};
  for (const std::string& argument : request.arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);

  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, err, STDERR_FILENO);
  // Also what other libraries opened without close-on-exec stays here: a socket that a child holds is a
  // connection that never ends.
  posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  pid_t pid = -1;
  const int error = ::posix_spawn(&pid, path.c_str(), &files, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  if (error == EAGAIN || error == ENOMEM)
    return MakeStatus(StatusCode::kResourceExhausted, Message(ErrnoStatus(error, request.program)));
  if (error != 0) return FailedPrecondition(Message(ErrnoStatus(error, path + " cannot be run")));
  pid_ = pid;
  return OkStatus();
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
  WS_RETURN_IF_ERROR(child_.Start(path, request_, child_in.get(), child_out.get(), child_err.get()));
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
