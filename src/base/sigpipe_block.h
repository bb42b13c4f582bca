// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Writing to a pipe or socket whose other end is gone raises SIGPIPE for the writing thread, and ends a
// process that has not said otherwise. Where a library writes without MSG_NOSIGNAL (libcurl with OpenSSL, a
// child's standard input) one of these stands around it.
#ifndef WAVESHIFT_BASE_SIGPIPE_BLOCK_H_
#define WAVESHIFT_BASE_SIGPIPE_BLOCK_H_

#include <signal.h>

#include <cerrno>
#include <ctime>

namespace waveshift {

// While it lives SIGPIPE is blocked for the thread that made it (which must be the one that ends it), and one
// that was raised meanwhile is taken back: the rest of the process keeps its own handling. They may be
// nested.
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

}  // namespace waveshift

#endif  // WAVESHIFT_BASE_SIGPIPE_BLOCK_H_
