// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Keeps a runner that has lost its task from writing. A process may be frozen at any point, and thaw when
// somebody else has long gone on with the task: what it knows of its lease is then old. The fence knows until
// when the lease is ours for certain; after that moment it asks the store before anything is written, and
// asks again while the store gives no answer, until one comes or the lease has run out.
#ifndef WAVESHIFT_SERVICE_LEASE_FENCE_H_
#define WAVESHIFT_SERVICE_LEASE_FENCE_H_

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>

#include "base/status.h"
#include "stores/object_store.h"

namespace waveshift::service {

// A clock that goes on while the process, or the whole machine, is frozen (CLOCK_BOOTTIME).
std::chrono::nanoseconds SinceBoot();

// What time is for leases; tests bring their own.
struct LeaseClock {
  std::function<std::chrono::nanoseconds()> now = &SinceBoot;
  // Waits, or less when `stop` is requested. Empty: really.
  std::function<void(std::chrono::milliseconds, const std::stop_token&)> sleep;
};

// Owns a lease. Any thread may call. Calls that ask the store come one after the other; the others never wait
// for one that does.
class LeaseFence {
 public:
  // `lease` was taken for `lifetime`, not earlier than `taken_at`.
  LeaseFence(std::unique_ptr<stores::Lease> lease, std::chrono::seconds lifetime,
             std::chrono::nanoseconds taken_at, LeaseClock clock = {});

  // OK while the lease is ours for certain; asks the store when that is not known any more, for as long as it
  // takes: until the store answers, or the lease has run out (at most its lifetime and one request). Else why
  // it was lost. When `stop` is requested the store is asked once more at most; Cancelled, with is_lost()
  // still false, when it did not answer.
  Status Check(const std::stop_token& stop);
  // Asks the store in any case.
  Status Renew(const std::stop_token& stop);
  // Asks the store, once, when a third of the lifetime has passed since it answered last. OK unless the lease
  // is lost: a store that gave no answer is asked again by the next call. OK also when it was let go.
  Status Tend();
  // Lets the lease go; from then on it counts as lost.
  void Release();
  // Somebody else has it, or it ran out while the store gave no answer: whatever is done now may be done
  // twice.
  bool is_lost() const;
  // Cancelled when somebody else has it, the store's error when it ran out.
  Status WhyLost() const;

 private:
  // OK when a renewal that began later than `since` succeeded; asks the store unless there is one.
  Status Ask(std::chrono::nanoseconds since);
  Status Settle(std::chrono::nanoseconds since, const std::stop_token& stop);
  std::chrono::nanoseconds Left() const;

  const std::chrono::nanoseconds lifetime_;
  const LeaseClock clock_;
  std::mutex asking_;         // held while the store is asked; taken before mutex_
  mutable std::mutex mutex_;  // never held while the store is asked
  // Null once lost or let go: changed with both mutexes, used with asking_, looked at with one.
  std::unique_ptr<stores::Lease> lease_;
  std::chrono::nanoseconds renewed_at_{0};  // before the request that succeeded last
  Status why_lost_;
  bool is_let_go_ = false;
};

inline const Status& StatusOf(const Status& status) { return status; }
template <typename T>
const Status& StatusOf(const StatusOr<T>& result) {
  return result.status();
}

// What `ask` gives, a Status or a StatusOr. When the store did not answer it is asked again, a few times: as
// soon as it has answered for the lease, if that is still ours; else the result is why not. So a store that
// is away for a while costs time only.
template <typename Question>
auto AskUntilAnswered(LeaseFence& fence, const std::stop_token& stop, const Question& ask)
    -> decltype(ask()) {
  constexpr int kTries = 3;  // more do not help where the store answers for the lease and for nothing else
  for (int i = 1;; ++i) {
    auto result = ask();
    if (!IsRetryable(StatusOf(result)) || i == kTries) return result;
    WS_RETURN_IF_ERROR(fence.Renew(stop));
  }
}

}  // namespace waveshift::service

#endif  // WAVESHIFT_SERVICE_LEASE_FENCE_H_
