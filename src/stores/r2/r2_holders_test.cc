// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Files of a lease's holder that meet those of its next holder. A holder that stands still between the
// question for its lease and the request behind it is one whose question lets the next holder do everything
// meanwhile.
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "stores/r2/r2_faults_testing.h"
#include "stores/r2/s3_client_internal.h"
#include "stores/r2/s3_xml_internal.h"

namespace waveshift::stores {
namespace {

constexpr char kKey[] = "videos/a task/影片.mp4";

class R2Holders : public R2Faults {
 protected:
  void SetUp() override {
    R2Faults::SetUp();
    store_ = MakeR2ObjectStore(InParts());
    next_ = MakeR2ObjectStore(InParts());
  }
  StatusOr<ObjectInfo> Upload(ObjectStore& store, const std::string& bytes,
                              std::function<Status()> before_commit = {}) {
    PutOptions options{.yields_to_next_holder = true};
    options.before_commit = std::move(before_commit);
    return store.PutFile(kKey, File("up" + std::to_string(++files_), bytes), options);
  }
  // An upload of kKey that nobody goes on with.
  void LeaveUploads(int count) {
    for (int i = 0; i < count; ++i) {
      Fail({{"target", "\\?uploadId="}, {"do", "answer"}, {"status", 403}}, 1000);
      EXPECT_FALSE(store_->PutFile(kKey, File("left", Noise(2'000'000)), {}).ok());
    }
    FailNothing();
    EXPECT_EQ(OpenUploads(), count);
  }

  std::unique_ptr<ObjectStore> next_;
  int files_ = 0;
};

TEST_F(R2Holders, AnUploadInPartsCannotBeCompletedBehindThatOfTheNextHolder) {
  const std::string old_bytes = Noise(2'000'000, 1);
  const std::string new_bytes = Noise(2'500'000, 2);
  std::optional<Status> next_holder;
  const auto late = Upload(*store_, old_bytes, [&] {
    const bool is_about_to_end = OpenUploads() == 1;
    if (is_about_to_end && !next_holder) next_holder = Upload(*next_, new_bytes).status();
    return OkStatus();
  });
  ASSERT_TRUE(next_holder.has_value());
  EXPECT_TRUE(next_holder->ok()) << Message(*next_holder);
  EXPECT_EQ(late.status().code(), StatusCode::kUnavailable) << Message(late.status());
  EXPECT_TRUE(Stored(kKey) == new_bytes);
  EXPECT_EQ(OpenUploads(), 0);
}

// In one request; also one that is sent again because its answer was lost.
TEST_F(R2Holders, ASmallFileIsNotPutOverThatOfTheNextHolder) {
  for (const bool was_there : {false, true}) {
    ASSERT_TRUE(store_->Delete(kKey).ok());
    if (was_there) {
      ASSERT_TRUE(store_->Put(kKey, "of a run before", {}).ok());
    }
    int asked = 0;
    const auto late = Upload(*store_, "old", [&] {
      ++asked;
      EXPECT_TRUE(Upload(*next_, "new").ok());
      return OkStatus();
    });
    EXPECT_EQ(late.status().code(), StatusCode::kAlreadyExists) << Message(late.status());
    EXPECT_EQ(asked, 1);
    EXPECT_EQ(Stored(kKey), "new");
    Fail({{"method", "PUT"}, {"do", "apply_then_drop"}}, 2);
    EXPECT_TRUE(Upload(*store_, "newer").ok());
    EXPECT_EQ(Stored(kKey), "newer");
  }
}

TEST_F(R2Holders, WhatCrashesLeftOfTheSameKeyGoesAway) {
  LeaveUploads(6);
  peer_.Ask("options", {{"list_limit", 4}});
  // Another key that begins with this one.
  Fail({{"target", "\\?uploadId="}, {"do", "answer"}, {"status", 403}}, 1000);
  EXPECT_FALSE(store_->PutFile(std::string(kKey) + ".part", File("left", Noise(2'000'000)), {}).ok());
  FailNothing();
  const std::string bytes = Noise(1'500'000);
  ASSERT_TRUE(Upload(*store_, bytes).ok());
  EXPECT_TRUE(Stored(kKey) == bytes);
  EXPECT_EQ(OpenUploads(), 1);
}

// Who lost the lease must not end the uploads of who has it.
TEST_F(R2Holders, NothingIsEndedWithoutTheLease) {
  LeaveUploads(1);
  const Status lost = Upload(*store_, Noise(2'000'000), [] { return Cancelled("lost"); }).status();
  EXPECT_EQ(lost.code(), StatusCode::kCancelled);
  EXPECT_EQ(OpenUploads(), 1);
}

TEST_F(R2Holders, ADeletionIsAskedForBeforeEachAttempt) {
  ASSERT_TRUE(next_->Put(kKey, "of the next holder", {}).ok());
  int asked = 0;
  Fail({{"method", "DELETE"}, {"do", "answer"}, {"status", 500}}, 2);
  const Status lost = store_->DeleteIf(kKey, [&] { return ++asked < 3 ? OkStatus() : Cancelled("lost"); });
  EXPECT_EQ(lost.code(), StatusCode::kCancelled);
  EXPECT_EQ(Requests(), 2U);
  EXPECT_EQ(Stored(kKey), "of the next holder");
}

TEST_F(R2Holders, AStoreThatCannotListUploadsIsNoReasonToFail) {
  Fail({{"method", "GET"}, {"target", "uploads="}, {"do", "answer"}, {"status", 501}}, 1000);
  const std::string bytes = Noise(2'000'000);
  EXPECT_TRUE(Upload(*store_, bytes).ok());
  EXPECT_TRUE(Stored(kKey) == bytes);
  Fail({{"method", "GET"}, {"target", "uploads="}, {"do", "answer"}, {"status", 503}}, 1000);
  EXPECT_EQ(Upload(*store_, bytes).status().code(), StatusCode::kUnavailable);
}

// OpenStack's S3 is another one than the peer's, and not made for this test.
TEST(SwiftHolders, UnfinishedUploadsOfTheKeyAreAborted) {
  R2Options options = SwiftPeer::Get().R2("holders");
  options.multipart_above_bytes = 1'000'000;
  options.part_bytes = int64_t{5} << 20;
  constexpr std::chrono::seconds kPatience{60};
  internal::S3Client client(options);
  ASSERT_TRUE(client.SendChecked({.method = "PUT"}, "bucket", kPatience).ok());
  std::vector<std::string> ids;
  for (const std::string& key : {std::string(kKey), std::string(kKey), std::string(kKey) + ".part"}) {
    const auto begun =
        client.SendChecked({.method = "POST", .key = key, .query = {{"uploads", ""}}}, "upload", kPatience);
    ASSERT_TRUE(begun.ok()) << Message(begun.status());
    ids.push_back(internal::ParseXml(begun->http.body)->Text("UploadId"));
  }
  const auto scratch = ScratchDirectory::Make().value();
  ASSERT_TRUE(WriteFileAtomic(scratch.path() + "/up", Noise(2'000'000)).ok());
  const auto put =
      MakeR2ObjectStore(options)->PutFile(kKey, scratch.path() + "/up", {.yields_to_next_holder = true});
  ASSERT_TRUE(put.ok()) << Message(put.status());
  const auto parts_of = [&](const std::string& key, const std::string& id) {
    const auto answer = client.Send({.key = key, .query = {{"uploadId", id}}}, kPatience);
    return answer.ok() ? answer->http.status : 0;
  };
  EXPECT_EQ(parts_of(kKey, ids[0]), 404);
  EXPECT_EQ(parts_of(kKey, ids[1]), 404);
  EXPECT_EQ(parts_of(std::string(kKey) + ".part", ids[2]), 200);
}

}  // namespace
}  // namespace waveshift::stores
