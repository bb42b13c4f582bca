// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/fenced_store.h"

namespace waveshift::service {
namespace {

constexpr int kTries = 8;  // each one means that somebody else wrote in between

bool HasCondition(const stores::PutOptions& options) {
  return options.only_if_absent || !options.only_if_etag.empty();
}

Status ChangedByOthers(const std::string& key) {
  return Unavailable("object \"" + key + "\" is changed by somebody else again and again");
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
  const auto head = Head(key);
  if (!head.ok() && head.status().code() != StatusCode::kNotFound) return head.status();
  Remember(key, head.ok() ? head->etag : "");
  return OkStatus();
}

StatusOr<stores::ObjectInfo> FencedObjectStore::Put(const std::string& key, std::string_view bytes,
                                                    const stores::PutOptions& options) {
  stores::PutOptions fenced = options;
  fenced.before_commit = [this] { return fence_.Check(stop_); };
  const auto put = [&] { return UntilAnswered([&] { return store_.Put(key, bytes, fenced); }); };
  if (HasCondition(options)) return put();
  for (int i = 0; i < kTries; ++i) {
    fenced.only_if_etag = KnownEtag(key);
    fenced.only_if_absent = fenced.only_if_etag.empty();
    auto stored = put();
    if (stored.ok()) Remember(key, stored->etag);
    if (stored.status().code() != StatusCode::kAlreadyExists) return stored;
    WS_RETURN_IF_ERROR(fence_.Renew(stop_));
    WS_RETURN_IF_ERROR(See(key));
  }
  return ChangedByOthers(key);
}

StatusOr<stores::ObjectInfo> FencedObjectStore::PutFile(const std::string& key, const std::string& path,
                                                        const stores::PutOptions& options) {
  stores::PutOptions fenced = options;
  fenced.before_commit = [this, is_conditional = HasCondition(options)] {
    return is_conditional ? fence_.Check(stop_) : fence_.Renew(stop_);
  };
  fenced.yields_to_next_holder = !HasCondition(options);
  const auto put = [&] { return UntilAnswered([&] { return store_.PutFile(key, path, fenced); }); };
  if (HasCondition(options)) return put();
  for (int i = 0; i < kTries; ++i) {
    auto stored = put();
    if (stored.status().code() != StatusCode::kAlreadyExists) return stored;
    WS_RETURN_IF_ERROR(fence_.Renew(stop_));
  }
  return ChangedByOthers(key);
}

Status FencedObjectStore::Delete(const std::string& key) {
  {
    const std::lock_guard lock(mutex_);
    etags_.erase(key);
  }
  return UntilAnswered([&] { return store_.DeleteIf(key, [this] { return fence_.Check(stop_); }); });
}

StatusOr<std::string> FencedObjectStore::Get(const std::string& key, int64_t max_bytes) {
  return UntilAnswered([&] { return store_.Get(key, max_bytes); });
}

StatusOr<std::string> FencedObjectStore::GetRange(const std::string& key, int64_t offset, int64_t length) {
  return UntilAnswered([&] { return store_.GetRange(key, offset, length); });
}

StatusOr<std::string> FencedObjectStore::Materialize(const std::string& key,
                                                     const std::string& scratch_directory) {
  return UntilAnswered([&] { return store_.Materialize(key, scratch_directory); });
}

StatusOr<stores::ObjectInfo> FencedObjectStore::Head(const std::string& key) {
  return UntilAnswered([&] { return store_.Head(key); });
}

StatusOr<std::vector<stores::ObjectInfo>> FencedObjectStore::List(const std::string& prefix) {
  return UntilAnswered([&] { return store_.List(prefix); });
}

}  // namespace waveshift::service
