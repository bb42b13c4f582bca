// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What process.cc and line_process.cc share: descriptors, pipes and the child itself. Room-internal.
#ifndef WAVESHIFT_BASE_CHILD_INTERNAL_H_
#define WAVESHIFT_BASE_CHILD_INTERNAL_H_

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"

namespace waveshift::internal {

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

// Both ends close on exec and lie above the standard descriptors, which a process may have closed: the
// child's dup2 calls would tread on each other otherwise.
Status MakePipe(Fd& read_end, Fd& write_end);

// Owns a child process: when it goes, the whole group is killed and the child is waited for.
class Child {
 public:
  Child() = default;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ > 0) End();
  }

  // Starts the program at `path` under the name `program` with the three given descriptors as its standard
  // ones, in a group of its own. ResourceExhausted when the machine has no room, else FailedPrecondition.
  Status Start(const std::string& path, const std::string& program, const std::vector<std::string>& arguments,
               int in, int out, int err);

  pid_t id() const { return pid_; }

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

}  // namespace waveshift::internal

#endif  // WAVESHIFT_BASE_CHILD_INTERNAL_H_
