// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/lease_fence.h"

#include <algorithm>
#include <ctime>
#include <utility>

#include "net/retry.h"

namespace waveshift::service {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

// Between two questions that the store does not answer; each waits twice as long as the one before.
constexpr milliseconds kFirstPause{250};
constexpr milliseconds kLongestPause{2000};

// Ends whatever the job is doing.
Status TakenOver() { return Cancelled("another process took the task over"); }

// A question that was broken off (at the end of the process) has told no more than one without an answer.
bool MayYetBeAnswered(const Status& asked) {
  return IsRetryable(asked) || asked.code() == StatusCode::kCancelled;
}

}  // namespace

nanoseconds SinceBoot() {
  timespec now = {};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return std::chrono::seconds(now.tv_sec) + nanoseconds(now.tv_nsec);
}

LeaseFence::LeaseFence(std::unique_ptr<stores::Lease> lease, std::chrono::seconds lifetime,
                       nanoseconds taken_at, LeaseClock clock)
    : lifetime_(lifetime), clock_(std::move(clock)), lease_(std::move(lease)), renewed_at_(taken_at) {}

Status LeaseFence::Check(const std::stop_token& stop) {
  // Two thirds: the rest is for requests that are on their way.
  const nanoseconds since = clock_.now() - lifetime_ * 2 / 3;
  {
    const std::lock_guard lock(mutex_);
    if (!lease_) return why_lost_;
    if (renewed_at_ > since) return OkStatus();
  }
  return Settle(since, stop);
}

Status LeaseFence::Renew(const std::stop_token& stop) { return Settle(clock_.now(), stop); }

Status LeaseFence::Tend() {
  const Status asked = Ask(clock_.now() - lifetime_ / 3);
  const std::lock_guard lock(mutex_);
  return asked.ok() || lease_ || is_let_go_ ? OkStatus() : why_lost_;
}

Status LeaseFence::Settle(nanoseconds since, const std::stop_token& stop) {
  for (milliseconds pause = kFirstPause;; pause = std::min(pause * 2, kLongestPause)) {
    const Status asked = Ask(since);
    if (asked.ok()) return asked;
    if (is_lost()) return WhyLost();
    if (stop.stop_requested())
      return Cancelled("stopped before the store said whether the task is still ours: " + Message(asked));
    // The last question comes when the lease has just run out.
    const auto left = std::chrono::ceil<milliseconds>(Left());
    net::Wait({.sleep = clock_.sleep}, std::clamp(left, milliseconds(1), pause), stop);
  }
}

nanoseconds LeaseFence::Left() const {
  const std::lock_guard lock(mutex_);
  return renewed_at_ + lifetime_ - clock_.now();
}

Status LeaseFence::Ask(nanoseconds since) {
  const std::lock_guard turn(asking_);
  {
    const std::lock_guard lock(mutex_);
    if (!lease_) return why_lost_;
    if (renewed_at_ > since) return OkStatus();
  }
  const nanoseconds asked_at = clock_.now();
  const Status renewed = lease_->Renew();
  std::unique_ptr<stores::Lease> lost;  // let go behind the lock: that may ask the store
  const std::lock_guard lock(mutex_);
  if (renewed.ok()) renewed_at_ = asked_at;
  if (renewed.ok()) return renewed;
  if (renewed.code() == StatusCode::kAlreadyExists) {
    why_lost_ = TakenOver();
  } else if (!MayYetBeAnswered(renewed) || clock_.now() - renewed_at_ >= lifetime_) {
    // A store that cannot be reached may come back; once the lease has run out it must be taken as lost.
    why_lost_ = Annotate(renewed, "the task's lease could not be renewed");
  } else {
    return renewed;
  }
  lost = std::move(lease_);
  return why_lost_;
}

void LeaseFence::Release() {
  const std::lock_guard turn(asking_);
  std::unique_ptr<stores::Lease> released;
  const std::lock_guard lock(mutex_);
  if (lease_) why_lost_ = Cancelled("the task was let go");
  is_let_go_ = is_let_go_ || lease_ != nullptr;
  released = std::move(lease_);
}

bool LeaseFence::is_lost() const {
  const std::lock_guard lock(mutex_);
  return lease_ == nullptr;
}

Status LeaseFence::WhyLost() const {
  const std::lock_guard lock(mutex_);
  return why_lost_;
}

}  // namespace waveshift::service
