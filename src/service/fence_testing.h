// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// For tests: a lease that answers as the test says, and time that passes when somebody waits.
#ifndef WAVESHIFT_SERVICE_FENCE_TESTING_H_
#define WAVESHIFT_SERVICE_FENCE_TESTING_H_

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "service/lease_fence.h"

namespace waveshift::service::testing {

class FakeLease : public stores::Lease {
 public:
  struct Control {
    Status answer;
    int silent = 0;  // so many questions find no answer first
    int renewals = 0;
    bool released = false;
    std::function<void()> on_renew;
  };
  explicit FakeLease(std::shared_ptr<Control> control) : control_(std::move(control)) {}
  ~FakeLease() override { control_->released = true; }
  FakeLease(const FakeLease&) = delete;
  FakeLease& operator=(const FakeLease&) = delete;
  Status Renew() override {
    ++control_->renewals;
    if (control_->on_renew) control_->on_renew();
    if (control_->silent > 0) {
      --control_->silent;
      return Unavailable("no answer");
    }
    return control_->answer;
  }

 private:
  const std::shared_ptr<Control> control_;
};

// A lease of a minute that was just taken.
class FenceTest : public ::testing::Test {
 protected:
  static constexpr std::chrono::seconds kTakenAt{1000};

  std::shared_ptr<FakeLease::Control> control_ = std::make_shared<FakeLease::Control>();
  std::chrono::nanoseconds now_{kTakenAt};
  std::vector<std::chrono::milliseconds> pauses_;
  std::function<void()> on_pause_;
  std::stop_source stop_;
  LeaseFence fence_{std::make_unique<FakeLease>(control_), std::chrono::seconds(60), now_,
                    LeaseClock{.now = [this] { return now_; },
                               .sleep =
                                   [this](std::chrono::milliseconds pause, const std::stop_token&) {
                                     now_ += pause;
                                     pauses_.push_back(pause);
                                     if (on_pause_) on_pause_();
                                   }}};
};

}  // namespace waveshift::service::testing

#endif  // WAVESHIFT_SERVICE_FENCE_TESTING_H_
