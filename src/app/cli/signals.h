// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_APP_CLI_SIGNALS_H_
#define WAVESHIFT_APP_CLI_SIGNALS_H_

#include <stop_token>
#include <thread>

namespace waveshift::app {

// Turns the first SIGINT or SIGTERM into a stop request; a second one ends the process at once with exit code
// 130. One object at a time. The handler only writes to a pipe, so programs that are started inherit nothing.
// SIGPIPE is ignored: a reader that went away shows as an error of the write.
class SignalWatcher {
 public:
  SignalWatcher();
  ~SignalWatcher();
  SignalWatcher(const SignalWatcher&) = delete;
  SignalWatcher& operator=(const SignalWatcher&) = delete;

  std::stop_token token() const { return stop_.get_token(); }

 private:
  void Watch();
  std::stop_source stop_;
  std::thread thread_;
};

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_CLI_SIGNALS_H_
