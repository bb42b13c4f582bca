// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// A program that stays: it reads lines on its standard input and answers on its standard output, many times.
// For programs whose start costs more than their work.
#ifndef WAVESHIFT_BASE_LINE_PROCESS_H_
#define WAVESHIFT_BASE_LINE_PROCESS_H_

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace waveshift {

// One thread at a time. The program is ended (its whole group) when the object goes. It must write out its
// answer to a line without being asked again, also into a pipe.
class LineProcess {
 public:
  virtual ~LineProcess() = default;

  // Writes `input` (whole lines) and reads until the output ends with `end` (a whole line, with its line
  // feed), which is not part of the answer. After any error but OK the program has been ended, and further
  // calls fail:
  //   Unavailable       it ended by itself or somebody killed it; a new one may answer
  //   DeadlineExceeded  no answer within `time_limit`
  //   OutOfRange        more than `max_output_bytes`
  //   Cancelled         `stop` was requested
  virtual StatusOr<std::string> Ask(std::string_view input, std::string_view end,
                                    std::chrono::milliseconds time_limit, size_t max_output_bytes,
                                    const std::stop_token& stop) = 0;

  // The program's process number, 0 when it has been ended.
  virtual int process_id() const = 0;
};

// Starts `program` (looked up on PATH when it has no slash) with `arguments`, no shell. What it writes to
// standard error is dropped. FailedPrecondition when it is not installed.
StatusOr<std::unique_ptr<LineProcess>> StartLineProcess(const std::string& program,
                                                        const std::vector<std::string>& arguments);

}  // namespace waveshift

#endif  // WAVESHIFT_BASE_LINE_PROCESS_H_
