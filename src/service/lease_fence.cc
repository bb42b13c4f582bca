// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/lease_fence.h"

#include <ctime>
#include <utility>

namespace waveshift::service {
namespace {

// Ends whatever the job is doing.
Status TakenOver() { return Cancelled("another process took the task over"); }

}  // namespace

std::chrono::nanoseconds SinceBoot() {
  timespec now = {};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

LeaseFence::LeaseFence(std::unique_ptr<stores::Lease> lease, std::chrono::seconds lifetime,
                       std::chrono::nanoseconds taken_at, Clock clock)
    : lifetime_(lifetime), clock_(std::move(clock)), lease_(std::move(lease)), renewed_at_(taken_at) {}

Status LeaseFence::Check() {
  const std::lock_guard lock(mutex_);
  if (!lease_) return why_lost_;
  // Two thirds: the rest is for requests that are on their way.
  return clock_() - renewed_at_ < lifetime_ * 2 / 3 ? OkStatus() : RenewLocked();
}

Status LeaseFence::Renew() {
  const std::lock_guard lock(mutex_);
  return RenewLocked();
}

Status LeaseFence::Tend() {
  const std::lock_guard lock(mutex_);
  if (lease_ && clock_() - renewed_at_ < lifetime_ / 3) return OkStatus();
  return RenewLocked();
}

Status LeaseFence::RenewLocked() {
  if (!lease_) return why_lost_;
  const std::chrono::nanoseconds asked_at = clock_();
  const Status renewed = lease_->Renew();
  if (renewed.ok()) renewed_at_ = asked_at;
  if (renewed.ok()) return renewed;
  if (renewed.code() == StatusCode::kAlreadyExists) {
    why_lost_ = TakenOver();
  } else if (!IsRetryable(renewed) || clock_() - renewed_at_ >= lifetime_) {
    // A store that cannot be reached may come back; once the lease has run out it must be taken as lost.
    why_lost_ = Annotate(renewed, "the task's lease could not be renewed");
  } else {
    return renewed;
  }
  lease_.reset();
  return why_lost_;
}

void LeaseFence::Release() {
  const std::lock_guard lock(mutex_);
  if (lease_) why_lost_ = Cancelled("the task was let go");
  lease_.reset();
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
