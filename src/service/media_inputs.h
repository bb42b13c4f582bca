// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The one gate for media that requests, tasks and transcripts name: an object's key; an address below the
// public base, which is read as the object that lies there; or an https address of a host on the list.
#ifndef WAVESHIFT_SERVICE_MEDIA_INPUTS_H_
#define WAVESHIFT_SERVICE_MEDIA_INPUTS_H_

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "base/status.h"
#include "net/public_fetch.h"
#include "pipeline/job.h"
#include "stores/object_store.h"

namespace waveshift::service {

// Whether somebody outside may read or write the object: not a job's own notes (its lease among them), and
// not what a store keeps for itself.
bool IsPublicKey(const std::string& key);

// Whether jobs and spoken sentences keep their results there (pipeline::LayoutForTask, worker.h): who plays
// them, and a run that goes on from them, relies on what the engine has written. Everybody may read them.
bool IsResultKey(const std::string& key);

// Any thread. Messages begin with the field's name; InvalidArgument is what can never be read.
class MediaInputs {
 public:
  // `objects` outlives it. Without `fetcher` nothing is read from other hosts; of files from them at most
  // `max_file_bytes` are taken.
  MediaInputs(stores::ObjectStore* objects, std::string public_base_url,
              std::shared_ptr<net::PublicFetcher> fetcher, int64_t max_file_bytes);

  // Whether it is an address of another host, not an object.
  bool IsElsewhere(const std::string& place) const;
  // Whether it may be read, without asking anybody.
  Status Check(const std::string& field, const std::string& place) const;
  // The key of the object that is meant: NotFound when there is none; "" for other hosts.
  StatusOr<std::string> FindObject(const std::string& field, const std::string& place) const;
  // The whole; OutOfRange when it is larger.
  StatusOr<std::string> Read(const std::string& field, const std::string& place, int64_t max_bytes,
                             const std::stop_token& stop) const;
  // A local file of it, below `scratch` or the store's own, with an identity that is the same on every
  // machine.
  StatusOr<pipeline::MediaFile> Materialize(const std::string& field, const std::string& place,
                                            const std::string& scratch, const std::stop_token& stop) const;

 private:
  bool IsBelowBase(const std::string& place) const;
  std::vector<std::string> KeysOf(const std::string& place) const;

  stores::ObjectStore* const objects_;
  const std::string public_base_url_;  // without a slash behind it
  const std::shared_ptr<net::PublicFetcher> fetcher_;
  const int64_t max_file_bytes_;
};

}  // namespace waveshift::service

#endif  // WAVESHIFT_SERVICE_MEDIA_INPUTS_H_
