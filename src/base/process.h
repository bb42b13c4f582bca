// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_BASE_PROCESS_H_
#define WAVESHIFT_BASE_PROCESS_H_

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "base/status.h"

namespace waveshift {

struct ProcessRequest {
  std::string program;                 // looked up on PATH when it has no slash
  std::vector<std::string> arguments;  // passed as they are, no shell
  std::string input;                   // written to its standard input, which is then closed
  std::chrono::milliseconds time_limit{30000};
  int64_t max_output_bytes = 64 << 20;  // of standard output; standard error is kept to its last 4 KiB
};

struct ProcessResult {
  int exit_code = 0;  // 128 + signal when a signal ended it
  std::string output;
  std::string error_output;
};

// Runs a program to its end. Input and both outputs are served at once, so neither side can block the other.
// The process (its whole group) is killed at the time limit (DeadlineExceeded), when it prints too much
// (OutOfRange) and when `stop` is requested (Cancelled). FailedPrecondition when the program is not
// installed. A non-zero exit code is not an error here. Any thread.
StatusOr<ProcessResult> RunProcess(const ProcessRequest& request, const std::stop_token& stop);

// The program's full path as RunProcess would find it, or NotFound.
StatusOr<std::string> FindProgram(const std::string& program);

}  // namespace waveshift

#endif  // WAVESHIFT_BASE_PROCESS_H_
