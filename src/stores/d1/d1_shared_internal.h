// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What a task store in D1 and its guarded views have in common. Not for other rooms.
#ifndef WAVESHIFT_STORES_D1_D1_SHARED_INTERNAL_H_
#define WAVESHIFT_STORES_D1_D1_SHARED_INTERNAL_H_

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <utility>

#include "base/status.h"
#include "stores/d1/d1_client_internal.h"
#include "stores/task_schema_internal.h"

namespace waveshift::stores::internal {

// One writer a task at a time, with all its attempts: what is written later arrives later.
class D1Writers {
 public:
  // False when the turn does not come in time, or `stop` is requested.
  bool Enter(const std::string& id, std::chrono::milliseconds patience, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, stop, patience, [&] { return !busy_.contains(id); })) return false;
    busy_.insert(id);
    return true;
  }
  void Leave(const std::string& id) {
    const std::lock_guard lock(mutex_);
    busy_.erase(id);
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::set<std::string> busy_;
};

// What a store and its guarded views share.
struct D1Shared {
  explicit D1Shared(D1Options o) : options(std::move(o)), client(options) {}

  const D1Options options;
  D1Client client;
  D1Writers writers;
  std::mutex schema_mutex;  // never held while D1 is asked
  std::condition_variable_any schema_changed;
  bool is_schema_asked = false;
  Status schema_failure;  // of who asked last
  std::optional<SchemaNames> schema;
};

}  // namespace waveshift::stores::internal

#endif  // WAVESHIFT_STORES_D1_D1_SHARED_INTERNAL_H_
