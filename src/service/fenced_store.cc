// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/fenced_store.h"

namespace waveshift::service {
namespace {

constexpr int kTries = 8;  // each one means that somebody else wrote in between

bool HasCondition(const stores::PutOptions& options) {
  return options.only_if_absent || !options.only_if_etag.empty();
}

}  // namespace

std::string FencedObjectStore::KnownEtag(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  const auto it = etags_.find(key);
  return it == etags_.end() ? "" : it->second;
}

void FencedObjectStore::Remember(const std::string& key, const std::string& etag) {
  const std::lock_guard lock(mutex_);
  etags_[key] = etag;
}

Status FencedObjectStore::See(const std::string& key) {
  const auto head = store_.Head(key);
  if (!head.ok() && head.status().code() != StatusCode::kNotFound) return head.status();
  Remember(key, head.ok() ? head->etag : "");
  return OkStatus();
}

StatusOr<stores::ObjectInfo> FencedObjectStore::Put(const std::string& key, std::string_view bytes,
                                                    const stores::PutOptions& options) {
  stores::PutOptions fenced = options;
  fenced.before_commit = [this] { return fence_.Check(); };
  if (HasCondition(options)) return store_.Put(key, bytes, fenced);
  for (int i = 0; i < kTries; ++i) {
    fenced.only_if_etag = KnownEtag(key);
    fenced.only_if_absent = fenced.only_if_etag.empty();
    auto stored = store_.Put(key, bytes, fenced);
    if (stored.ok()) Remember(key, stored->etag);
    if (stored.status().code() != StatusCode::kAlreadyExists) return stored;
    WS_RETURN_IF_ERROR(fence_.Renew());
    WS_RETURN_IF_ERROR(See(key));
  }
  return Unavailable("object \"" + key + "\" is changed by somebody else again and again");
}

StatusOr<stores::ObjectInfo> FencedObjectStore::PutFile(const std::string& key, const std::string& path,
                                                        const stores::PutOptions& options) {
  stores::PutOptions fenced = options;
  fenced.before_commit = [this, is_conditional = HasCondition(options)] {
    return is_conditional ? fence_.Check() : fence_.Renew();
  };
  return store_.PutFile(key, path, fenced);
}

Status FencedObjectStore::Delete(const std::string& key) {
  WS_RETURN_IF_ERROR(fence_.Check());
  {
    const std::lock_guard lock(mutex_);
    etags_.erase(key);
  }
  return store_.Delete(key);
}

}  // namespace waveshift::service
