// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Objects in memory, for tests. Leases end with their lifetime, as they do in stores that cannot see their
// holders die.
#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>
#include <utility>

#include "base/files.h"
#include "stores/keys_internal.h"
#include "stores/object_store.h"

namespace waveshift::stores {
namespace {

using SteadyClock = std::chrono::steady_clock;

int64_t NowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// Lives as long as the store or one of its leases.
class LeaseTable {
 public:
  struct Held {
    std::string holder;
    uint64_t number = 0;
    SteadyClock::time_point end;
  };

  StatusOr<uint64_t> Take(const std::string& key, const std::string& holder, std::chrono::seconds lifetime) {
    const std::lock_guard lock(mutex_);
    const auto it = held_.find(key);
    if (it != held_.end() && SteadyClock::now() < it->second.end)
      return internal::LeaseIsHeld(key, it->second.holder);
    held_[key] = {holder, ++last_number_, SteadyClock::now() + lifetime};
    return last_number_;
  }
  Status Renew(const std::string& key, uint64_t number, std::chrono::seconds lifetime) {
    const std::lock_guard lock(mutex_);
    const auto it = held_.find(key);
    if (it == held_.end()) return AlreadyExists("lease " + internal::QuoteKey(key) + " was lost");
    if (it->second.number != number) return internal::LeaseIsHeld(key, it->second.holder);
    it->second.end = SteadyClock::now() + lifetime;
    return OkStatus();
  }
  void Release(const std::string& key, uint64_t number) {
    const std::lock_guard lock(mutex_);
    const auto it = held_.find(key);
    if (it != held_.end() && it->second.number == number) held_.erase(it);
  }

 private:
  std::mutex mutex_;
  std::map<std::string, Held> held_;
  uint64_t last_number_ = 0;
};

class MemoryLease : public Lease {
 public:
  MemoryLease(std::shared_ptr<LeaseTable> table, std::string key, uint64_t number,
              std::chrono::seconds lifetime)
      : table_(std::move(table)), key_(std::move(key)), number_(number), lifetime_(lifetime) {}
  ~MemoryLease() override { table_->Release(key_, number_); }
  MemoryLease(const MemoryLease&) = delete;
  MemoryLease& operator=(const MemoryLease&) = delete;
  Status Renew() override { return table_->Renew(key_, number_, lifetime_); }

 private:
  const std::shared_ptr<LeaseTable> table_;
  const std::string key_;
  const uint64_t number_;
  const std::chrono::seconds lifetime_;
};

class MemoryObjectStore : public ObjectStore {
 public:
  StatusOr<ObjectInfo> Put(const std::string& key, std::string_view bytes,
                           const PutOptions& options) override {
    WS_RETURN_IF_ERROR(internal::CheckKey(key));
    WS_RETURN_IF_ERROR(internal::CheckPutOptions(options));
    if (options.before_commit) WS_RETURN_IF_ERROR(options.before_commit());
    const std::lock_guard lock(mutex_);
    WS_RETURN_IF_ERROR(CheckPlace(key));
    const auto it = objects_.find(key);
    WS_RETURN_IF_ERROR(
        internal::CheckCondition(key, options, it == objects_.end() ? nullptr : &it->second.info));
    Object& object = objects_[key];
    object.bytes = bytes;
    object.info = {key, static_cast<int64_t>(bytes.size()), "m" + std::to_string(++last_etag_), NowMs()};
    return object.info;
  }

  StatusOr<ObjectInfo> PutFile(const std::string& key, const std::string& path,
                               const PutOptions& options) override {
    WS_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path, INT64_MAX));
    return Put(key, bytes, options);
  }

  StatusOr<std::string> Get(const std::string& key, int64_t max_bytes) override {
    WS_RETURN_IF_ERROR(internal::CheckKey(key));
    const std::lock_guard lock(mutex_);
    const auto it = objects_.find(key);
    if (it == objects_.end()) return internal::NoSuchObject(key);
    if (it->second.info.size_bytes > max_bytes)
      return internal::TooLarge(key, it->second.info.size_bytes, max_bytes);
    return it->second.bytes;
  }

  StatusOr<std::string> GetRange(const std::string& key, int64_t offset, int64_t length) override {
    WS_RETURN_IF_ERROR(internal::CheckKey(key));
    WS_RETURN_IF_ERROR(internal::CheckRange(key, offset, length));
    const std::lock_guard lock(mutex_);
    const auto it = objects_.find(key);
    if (it == objects_.end()) return internal::NoSuchObject(key);
    if (offset >= it->second.info.size_bytes) return std::string();
    return it->second.bytes.substr(static_cast<size_t>(offset), static_cast<size_t>(length));
  }

  StatusOr<std::string> Materialize(const std::string& key, const std::string& scratch_directory) override {
    WS_ASSIGN_OR_RETURN(const std::string bytes, Get(key, INT64_MAX));
    const std::string path = scratch_directory + "/" + key;
    WS_RETURN_IF_ERROR(WriteFileAtomic(path, bytes));
    return path;
  }

  StatusOr<ObjectInfo> Head(const std::string& key) override {
    WS_RETURN_IF_ERROR(internal::CheckKey(key));
    const std::lock_guard lock(mutex_);
    const auto it = objects_.find(key);
    if (it == objects_.end()) return internal::NoSuchObject(key);
    return it->second.info;
  }

  StatusOr<std::vector<ObjectInfo>> List(const std::string& prefix) override {
    WS_RETURN_IF_ERROR(internal::CheckPrefix(prefix));
    const std::lock_guard lock(mutex_);
    std::vector<ObjectInfo> found;
    for (auto it = objects_.lower_bound(prefix); it != objects_.end() && it->first.starts_with(prefix);
         ++it) {
      found.push_back(it->second.info);
    }
    return found;
  }

  Status Delete(const std::string& key) override {
    WS_RETURN_IF_ERROR(internal::CheckKey(key));
    const std::lock_guard lock(mutex_);
    objects_.erase(key);
    return OkStatus();
  }

  StatusOr<std::unique_ptr<Lease>> AcquireLease(const std::string& key, const std::string& holder,
                                                std::chrono::seconds lifetime) override {
    WS_RETURN_IF_ERROR(internal::CheckKey(key));
    WS_RETURN_IF_ERROR(internal::CheckHolder(holder));
    WS_ASSIGN_OR_RETURN(const uint64_t number, leases_->Take(key, holder, lifetime));
    return std::make_unique<MemoryLease>(leases_, key, number, lifetime);
  }

  std::string Describe() const override { return "objects in memory"; }

 private:
  struct Object {
    std::string bytes;
    ObjectInfo info;
  };

  // An object cannot be a folder at once, as on disks; so that tests find what files would refuse. Pre:
  // mutex_.
  Status CheckPlace(const std::string& key) const {
    for (size_t slash = key.find('/'); slash != std::string::npos; slash = key.find('/', slash + 1)) {
      if (objects_.contains(key.substr(0, slash))) {
        return InvalidArgument("key " + internal::QuoteKey(key) + ": " +
                               internal::QuoteKey(key.substr(0, slash)) +
                               " is an object, so nothing can lie below it");
      }
    }
    const auto below = objects_.lower_bound(key + "/");
    if (below == objects_.end() || !below->first.starts_with(key + "/")) return OkStatus();
    return InvalidArgument("key " + internal::QuoteKey(key) + ": other objects lie below it");
  }

  std::mutex mutex_;
  std::map<std::string, Object> objects_;
  uint64_t last_etag_ = 0;
  const std::shared_ptr<LeaseTable> leases_ = std::make_shared<LeaseTable>();
};

}  // namespace

std::unique_ptr<ObjectStore> MakeMemoryObjectStore() { return std::make_unique<MemoryObjectStore>(); }

}  // namespace waveshift::stores
