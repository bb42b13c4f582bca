// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/signals.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>

namespace waveshift::app {
namespace {

constexpr char kSignal = 's';
constexpr char kEnd = 'e';
constexpr int kInterruptedExitCode = 130;

// Written by the handler, so it must outlive every object.
int pipe_ends[2] = {-1, -1};

void OnSignal(int) {
  const int error = errno;
  // A full pipe already holds more signals than are needed.
  const ssize_t ignored = ::write(pipe_ends[1], &kSignal, 1);
  static_cast<void>(ignored);
  errno = error;
}

void Handle(int signal_number, void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  ::sigaction(signal_number, &action, nullptr);
}

}  // namespace

SignalWatcher::SignalWatcher() {
  if (pipe_ends[0] < 0 && ::pipe2(pipe_ends, O_CLOEXEC) != 0) return;  // signals keep their defaults then
  ::fcntl(pipe_ends[1], F_SETFL, O_NONBLOCK);
  thread_ = std::thread([this] { Watch(); });
  Handle(SIGINT, OnSignal);
  Handle(SIGTERM, OnSignal);
  Handle(SIGPIPE, SIG_IGN);
}

SignalWatcher::~SignalWatcher() {
  if (!thread_.joinable()) return;
  Handle(SIGINT, SIG_DFL);
  Handle(SIGTERM, SIG_DFL);
  while (::write(pipe_ends[1], &kEnd, 1) != 1 && (errno == EINTR || errno == EAGAIN)) {
  }
  thread_.join();
}

void SignalWatcher::Watch() {
  char byte = 0;
  while (true) {
    const ssize_t got = ::read(pipe_ends[0], &byte, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got != 1 || byte == kEnd) return;
    if (stop_.stop_requested()) ::_exit(kInterruptedExitCode);
    stop_.request_stop();
  }
}

}  // namespace waveshift::app
