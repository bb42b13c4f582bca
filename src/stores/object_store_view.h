// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// An object store that hands everything on to another one; what differs is overridden.
#ifndef WAVESHIFT_STORES_OBJECT_STORE_VIEW_H_
#define WAVESHIFT_STORES_OBJECT_STORE_VIEW_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "stores/object_store.h"

namespace waveshift::stores {

class ObjectStoreView : public ObjectStore {
 public:
  // `store` outlives it.
  explicit ObjectStoreView(ObjectStore& store) : store_(store) {}

  StatusOr<ObjectInfo> Put(const std::string& key, std::string_view bytes,
                           const PutOptions& options) override {
    return store_.Put(key, bytes, options);
  }
  StatusOr<ObjectInfo> PutFile(const std::string& key, const std::string& path,
                               const PutOptions& options) override {
    return store_.PutFile(key, path, options);
  }
  StatusOr<std::string> Get(const std::string& key, int64_t max_bytes) override {
    return store_.Get(key, max_bytes);
  }
  StatusOr<std::string> GetRange(const std::string& key, int64_t offset, int64_t length) override {
    return store_.GetRange(key, offset, length);
  }
  StatusOr<std::string> Materialize(const std::string& key, const std::string& scratch_directory) override {
    return store_.Materialize(key, scratch_directory);
  }
  StatusOr<ObjectInfo> Head(const std::string& key) override { return store_.Head(key); }
  StatusOr<std::vector<ObjectInfo>> List(const std::string& prefix) override { return store_.List(prefix); }
  Status Delete(const std::string& key) override { return store_.Delete(key); }
  StatusOr<std::unique_ptr<Lease>> AcquireLease(const std::string& key, const std::string& holder,
                                                std::chrono::seconds lifetime) override {
    return store_.AcquireLease(key, holder, lifetime);
  }
  std::unique_ptr<ObjectStore> WithStop(const std::stop_token& stop) override {
    return store_.WithStop(stop);
  }
  std::string Describe() const override { return store_.Describe(); }

 protected:
  ObjectStore& store_;  // NOLINT(misc-non-private-member-variables-in-classes)
};

}  // namespace waveshift::stores

#endif  // WAVESHIFT_STORES_OBJECT_STORE_VIEW_H_
