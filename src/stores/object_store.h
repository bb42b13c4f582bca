// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Where media lies: inputs, outputs and a job's journal, by key. One contract test suite
// (stores/object_store_contract.h) runs over every implementation.
#ifndef WAVESHIFT_STORES_OBJECT_STORE_H_
#define WAVESHIFT_STORES_OBJECT_STORE_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace waveshift::stores {

struct ObjectInfo {
  std::string key;
  int64_t size_bytes = 0;
  std::string etag;         // changes whenever the content does; opaque
  int64_t modified_ms = 0;  // Unix time
};

struct PutOptions {
  std::string content_type;   // "" = by the key's ending
  std::string cache_control;  // "" = none; kept by stores that serve the public
  // Write only when no object is there ("*") or the object there has this etag; else AlreadyExists and
  // nothing changes.
  bool only_if_absent = false;
  std::string only_if_etag;
  // Of PutFile, for who holds a lease: should this write arrive late, when the lease's next holder has begun
  // to write the object, it changes nothing. AlreadyExists, or Unavailable where the other has ended an
  // upload of ours. Stores whose leases end with their holder alone have no such writes and take no notice.
  bool yields_to_next_holder = false;
  // Asked before each step that makes the object visible, so that whoever may have lost the right to write (a
  // lease) can say so: its error ends the call, and nothing changes. Several calls are possible (attempts).
  std::function<Status()> before_commit;
};

// Held until released, destroyed, or the holder's process dies. A lost lease cannot be renewed.
class Lease {
 public:
  virtual ~Lease() = default;
  // Extends it; Aborted-like AlreadyExists when somebody else took it meanwhile.
  virtual Status Renew() = 0;
};

// All functions may be called from any thread. Keys are UTF-8, at most 1024 bytes, and follow
// IsSafeRelativePath; others are InvalidArgument.
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;
  // Readers see the old object or the whole new one. Returns what was stored.
  virtual StatusOr<ObjectInfo> Put(const std::string& key, std::string_view bytes,
                                   const PutOptions& options) = 0;
  // The same from a local file, streamed. It may be moved away, but not by a call that may be tried again.
  virtual StatusOr<ObjectInfo> PutFile(const std::string& key, const std::string& path,
                                       const PutOptions& options) = 0;
  // The whole object; OutOfRange when it is larger than max_bytes; NotFound.
  virtual StatusOr<std::string> Get(const std::string& key, int64_t max_bytes) = 0;
  // Bytes [offset, offset + length) as far as they exist.
  virtual StatusOr<std::string> GetRange(const std::string& key, int64_t offset, int64_t length) = 0;
  // Makes the object a local file for reading: its own path when the store is local, else a download into
  // `scratch_directory`.
  virtual StatusOr<std::string> Materialize(const std::string& key, const std::string& scratch_directory) = 0;
  virtual StatusOr<ObjectInfo> Head(const std::string& key) = 0;  // NotFound when it is not there
  // All objects whose key begins with `prefix`, in order of key. Memory O(number found).
  virtual StatusOr<std::vector<ObjectInfo>> List(const std::string& prefix) = 0;
  virtual Status Delete(const std::string& key) = 0;  // OK also when it is not there
  // The same; `may_delete` is asked before each attempt, and its error ends the call.
  virtual Status DeleteIf(const std::string& key, const std::function<Status()>& may_delete);
  // Takes the lease `key` for `holder`, for `lifetime` unless renewed. AlreadyExists names the present
  // holder.
  virtual StatusOr<std::unique_ptr<Lease>> AcquireLease(const std::string& key, const std::string& holder,
                                                        std::chrono::seconds lifetime) = 0;
  // The same store for work that can be stopped: what its calls wait for on a network ends with Cancelled
  // once `stop` is requested; later calls have a few seconds. The store outlives it.
  virtual std::unique_ptr<ObjectStore> WithStop(const std::stop_token& stop);
  // For doctor and messages: "files in /home/a/.local/share/waveshift/objects".
  virtual std::string Describe() const = 0;
};

// MIME type by the key's ending: m3u8, ts, m4s, mp4, aac, wav, vtt, srt, ass, json, html, ...;
// application/octet-stream else.
std::string ContentTypeOf(std::string_view key);

// Deletes everything below a prefix (which ends in '/').
Status DeletePrefix(ObjectStore& store, const std::string& prefix);

// Implementations. The folder is made when missing.
StatusOr<std::unique_ptr<ObjectStore>> OpenFileObjectStore(const std::string& directory);
std::unique_ptr<ObjectStore> MakeMemoryObjectStore();

}  // namespace waveshift::stores

#endif  // WAVESHIFT_STORES_OBJECT_STORE_H_
