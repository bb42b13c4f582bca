// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The object store as a running job sees it: nothing is written or deleted once the job's lease is lost, also
// by requests that were under way when the process was frozen. A store that gives no answer is waited for, as
// long as the lease lasts.
#ifndef WAVESHIFT_SERVICE_FENCED_STORE_H_
#define WAVESHIFT_SERVICE_FENCED_STORE_H_

#include <cstdint>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/lease_fence.h"
#include "stores/object_store_view.h"

namespace waveshift::service {

// A small object is replaced only if it still is what this runner saw last, so that a late write of a runner
// that lost its lease cannot undo a newer one. Whoever finds another object there asks for its lease first,
// and replaces it when the lease is still its own. Files yield to the lease's next holder (PutOptions), and
// their lease is asked for before they become visible. What the store did not answer is asked again once it
// has answered for the lease (AskUntilAnswered); so a write with a condition may find what it wrote itself.
// Errors: also those of LeaseFence::Check. Any number of threads. Memory: O(number of small objects written).
class FencedObjectStore : public stores::ObjectStoreView {
 public:
  // Both outlive it. `stop` ends waiting.
  FencedObjectStore(stores::ObjectStore& store, LeaseFence& fence, std::stop_token stop)
      : ObjectStoreView(store), fence_(fence), stop_(std::move(stop)) {}

  StatusOr<stores::ObjectInfo> Put(const std::string& key, std::string_view bytes,
                                   const stores::PutOptions& options) override;
  StatusOr<stores::ObjectInfo> PutFile(const std::string& key, const std::string& path,
                                       const stores::PutOptions& options) override;
  Status Delete(const std::string& key) override;
  StatusOr<std::string> Get(const std::string& key, int64_t max_bytes) override;
  StatusOr<std::string> GetRange(const std::string& key, int64_t offset, int64_t length) override;
  StatusOr<std::string> Materialize(const std::string& key, const std::string& scratch_directory) override;
  StatusOr<stores::ObjectInfo> Head(const std::string& key) override;
  StatusOr<std::vector<stores::ObjectInfo>> List(const std::string& prefix) override;

 private:
  template <typename Question>
  auto UntilAnswered(const Question& ask) {
    return AskUntilAnswered(fence_, stop_, ask);
  }
  std::string KnownEtag(const std::string& key) const;
  void Remember(const std::string& key, const std::string& etag);
  Status See(const std::string& key);

  LeaseFence& fence_;
  const std::stop_token stop_;
  mutable std::mutex mutex_;
  std::map<std::string, std::string> etags_;  // of small objects as they were seen last; "" = not there
};

}  // namespace waveshift::service

#endif  // WAVESHIFT_SERVICE_FENCED_STORE_H_
