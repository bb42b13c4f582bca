// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Keeps a runner that has lost its task from writing. A process may be frozen at any point, and thaw when
// somebody else has long gone on with the task: what it knows of its lease is then old. The fence knows until
// when the lease is ours for certain; after that moment it asks the store before anything is written.
#ifndef WAVESHIFT_SERVICE_LEASE_FENCE_H_
#define WAVESHIFT_SERVICE_LEASE_FENCE_H_

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>

#include "base/status.h"
#include "stores/object_store.h"

namespace waveshift::service {

// A clock that goes on while the process, or the whole machine, is frozen (CLOCK_BOOTTIME).
std::chrono::nanoseconds SinceBoot();

// Owns a lease. Any thread may call; calls that ask the store come one after the other.
class LeaseFence {
 public:
  using Clock = std::function<std::chrono::nanoseconds()>;
  // `lease` was taken for `lifetime`, not earlier than `taken_at`.
  LeaseFence(std::unique_ptr<stores::Lease> lease, std::chrono::seconds lifetime,
             std::chrono::nanoseconds taken_at, Clock clock = &SinceBoot);

  // OK while the lease is ours for certain; asks the store when that is not known any more. Cancelled when it
  // is lost, for ever; Unavailable and the like when the store gives no answer.
  Status Check();
  // Asks the store in any case.
  Status Renew();
  // Renew() when a third of the lifetime has passed since the last one, else Check().
  Status Tend();
  // Lets the lease go; from then on it counts as lost.
  void Release();
  // Somebody else has it, or it ran out while the store gave no answer: whatever is done now may be done
  // twice.
  bool is_lost() const;
  // Cancelled when somebody else has it, the store's error when it ran out.
  Status WhyLost() const;

 private:
  Status RenewLocked();

  const std::chrono::nanoseconds lifetime_;
  const Clock clock_;
  mutable std::mutex mutex_;
  std::unique_ptr<stores::Lease> lease_;    // null once lost or let go
  std::chrono::nanoseconds renewed_at_{0};  // before the request that succeeded last
  Status why_lost_;
};

}  // namespace waveshift::service

#endif  // WAVESHIFT_SERVICE_LEASE_FENCE_H_
