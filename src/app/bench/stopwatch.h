// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_APP_BENCH_STOPWATCH_H_
#define WAVESHIFT_APP_BENCH_STOPWATCH_H_

#include <time.h>

#include <chrono>

namespace waveshift::app {

// What passed since it was made.
class Stopwatch {
 public:
  // By a clock on the wall.
  double Seconds() const { return std::chrono::duration<double>(Clock::now() - begin_).count(); }
  // That processors worked for this process, all threads together.
  double ProcessorSeconds() const { return Processor() - processor_; }

 private:
  using Clock = std::chrono::steady_clock;
  static double Processor() {
    timespec time = {};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  }
  Clock::time_point begin_ = Clock::now();
  double processor_ = Processor();
};

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_BENCH_STOPWATCH_H_
