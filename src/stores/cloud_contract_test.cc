// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The contracts over the stores in the cloud, on real servers: Cloudflare's own engines, and for S3 a second
// server that shares nothing with the first.
#include "stores/object_store_contract.h"
#include "stores/r2/s3_client_internal.h"
#include "stores/task_store_contract.h"
#include "stores/test_peer.h"

namespace waveshift::stores {
namespace {

// Keeps `value` alive as long as the pair, and gives a pointer to it.
template <typename Pair, typename T>
T* Own(Pair& pair, T value) {
  auto owner = std::make_shared<T>(std::move(value));
  T* pointer = owner.get();
  pair.owners.push_back(std::move(owner));
  return pointer;
}

template <typename Make>
ObjectStorePair TwoStores(const Make& make) {
  ObjectStorePair pair;
  pair.first = Own(pair, make())->get();
  pair.second = Own(pair, make())->get();
  return pair;
}

ObjectStorePair MakeR2() {
  CloudflarePeer& peer = CloudflarePeer::Get();
  peer.Reset("");
  return TwoStores([&] { return MakeR2ObjectStore(peer.R2()); });
}

// As R2, with lists of four keys a page and files in parts.
ObjectStorePair MakeR2InPieces() {
  CloudflarePeer& peer = CloudflarePeer::Get();
  peer.Reset("");
  peer.Ask("options", {{"list_limit", 4}});
  R2Options options = peer.R2();
  options.multipart_above_bytes = 0;
  return TwoStores([&] { return MakeR2ObjectStore(options); });
}

ObjectStorePair MakeSwift() {
  static int number = 0;
  const R2Options options = SwiftPeer::Get().R2("bucket-" + std::to_string(++number));
  internal::S3Client client(options);
  const auto made = client.SendChecked({.method = "PUT"}, "bucket", std::chrono::seconds(60));
  if (!made.ok()) throw std::runtime_error(Message(made.status()));
  return TwoStores([&] { return MakeR2ObjectStore(options); });
}

INSTANTIATE_TEST_SUITE_P(R2, ObjectStoreContract,
                         testing::Values(ObjectStoreUnderTest{"r2", &MakeR2, /*has_folders=*/false},
                                         ObjectStoreUnderTest{"in_pieces", &MakeR2InPieces, false}),
                         NameOfObjectStore);
INSTANTIATE_TEST_SUITE_P(Swift, ObjectStoreContract,
                         testing::Values(ObjectStoreUnderTest{"swift", &MakeSwift, false,
                                                              /*has_conditions=*/false}),
                         NameOfObjectStore);

TaskStorePair MakeD1(const std::string& schema) {
  CloudflarePeer& peer = CloudflarePeer::Get();
  peer.Reset(schema);
  TaskStorePair pair;
  pair.first = Own(pair, MakeD1TaskStore(peer.D1()))->get();
  pair.second = Own(pair, MakeD1TaskStore(peer.D1()))->get();
  return pair;
}

INSTANTIATE_TEST_SUITE_P(D1, TaskStoreContract,
                         testing::Values(TaskStoreUnderTest{"schema_v4", [] { return MakeD1("V4"); }},
                                         TaskStoreUnderTest{"schema_v2", [] { return MakeD1("V2"); }}),
                         NameOfTaskStore);

}  // namespace
}  // namespace waveshift::stores
