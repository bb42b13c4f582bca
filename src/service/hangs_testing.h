// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// For tests: calls that hang while the test says so, and how many there were, by name.
#ifndef WAVESHIFT_SERVICE_HANGS_TESTING_H_
#define WAVESHIFT_SERVICE_HANGS_TESTING_H_

#include <condition_variable>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>

#include "base/status.h"
#include "service/testing.h"

namespace waveshift::service::testing {

// What hangs, hangs until it is let go or stopped; where there is no stop, the test lets it go before anybody
// is destroyed. Any thread.
class Hangs {
 public:
  void Set(const std::string& what, bool hangs) {
    const std::lock_guard lock(mutex_);
    hangs_[what] = hangs;
    changed_.notify_all();
  }
  void Pass(const std::string& what) {
    std::unique_lock lock(mutex_);
    ++calls_[what];
    changed_.notify_all();
    changed_.wait(lock, [&] { return !hangs_[what]; });
  }
  Status Pass(const std::string& what, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    ++calls_[what];
    changed_.notify_all();
    return changed_.wait(lock, stop, [&] { return !hangs_[what]; }) ? OkStatus() : Cancelled("stopped");
  }
  bool WaitForTotal(const std::string& what, int calls) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return calls_[what] >= calls; });
  }
  // Until there were so many more calls than now.
  bool WaitForMore(const std::string& what, int more) {
    std::unique_lock lock(mutex_);
    const int wanted = calls_[what] + more;
    return changed_.wait_for(lock, kPatience, [&] { return calls_[what] >= wanted; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<std::string, bool> hangs_;
  std::map<std::string, int> calls_;
};

}  // namespace waveshift::service::testing

#endif  // WAVESHIFT_SERVICE_HANGS_TESTING_H_
