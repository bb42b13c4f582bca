// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The contract over every object store of this room. Another one is one more line at the end.
#include "stores/object_store_contract.h"

namespace waveshift::stores {
namespace {

// Keeps `value` alive as long as the pair, and gives a pointer to it.
template <typename T>
T* Own(ObjectStorePair& pair, T value) {
  auto owner = std::make_shared<T>(std::move(value));
  T* pointer = owner.get();
  pair.owners.push_back(std::move(owner));
  return pointer;
}

ObjectStorePair MakeFiles() {
  ObjectStorePair pair;
  const auto* folder = Own(pair, ScratchDirectory::Make().value());
  pair.first = Own(pair, OpenFileObjectStore(folder->path() + "/objects").value())->get();
  pair.second = Own(pair, OpenFileObjectStore(folder->path() + "/objects").value())->get();
  return pair;
}

ObjectStorePair MakeMemory() {
  ObjectStorePair pair;
  pair.first = Own(pair, MakeMemoryObjectStore())->get();
  pair.second = pair.first;
  return pair;
}

INSTANTIATE_TEST_SUITE_P(Files, ObjectStoreContract,
                         testing::Values(ObjectStoreUnderTest{"files", &MakeFiles}), NameOfObjectStore);
INSTANTIATE_TEST_SUITE_P(Memory, ObjectStoreContract,
                         testing::Values(ObjectStoreUnderTest{"memory", &MakeMemory}), NameOfObjectStore);

TEST(MemoryObjectStore, ALeaseEndsWithItsLifetimeAndCannotBeRenewedOnceLost) {
  const auto store = MakeMemoryObjectStore();
  auto first = store->AcquireLease("l", "one", std::chrono::seconds(0));
  ASSERT_TRUE(first.ok());
  EXPECT_TRUE((*first)->Renew().ok());  // nobody has taken it yet
  auto second = store->AcquireLease("l", "two", std::chrono::seconds(60));
  ASSERT_TRUE(second.ok());
  const Status lost = (*first)->Renew();
  EXPECT_EQ(lost.code(), StatusCode::kAlreadyExists);
  EXPECT_NE(Message(lost).find("two"), std::string::npos);
  first->reset();  // does not end the other's
  EXPECT_TRUE((*second)->Renew().ok());
  EXPECT_FALSE(store->AcquireLease("l", "three", std::chrono::seconds(60)).ok());
}

TEST(ContentType, ByTheKeysEnding) {
  EXPECT_EQ(ContentTypeOf("hls/x/playlist.m3u8"), "application/vnd.apple.mpegurl");
  EXPECT_EQ(ContentTypeOf("a/segment_0001.TS"), "video/mp2t");
  EXPECT_EQ(ContentTypeOf("a/s.m4s"), "video/iso.segment");
  EXPECT_EQ(ContentTypeOf("final_video.mp4"), "video/mp4");
  EXPECT_EQ(ContentTypeOf("x.aac"), "audio/aac");
  EXPECT_EQ(ContentTypeOf("x.wav"), "audio/wav");
  EXPECT_EQ(ContentTypeOf("x.vtt"), "text/vtt; charset=utf-8");
  EXPECT_EQ(ContentTypeOf("report.json"), "application/json");
  EXPECT_EQ(ContentTypeOf("report.html"), "text/html; charset=utf-8");
  EXPECT_EQ(ContentTypeOf("folder.mp4/name"), "application/octet-stream");
  EXPECT_EQ(ContentTypeOf(""), "application/octet-stream");
}

}  // namespace
}  // namespace waveshift::stores
