// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/fenced_store.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "service/fence_testing.h"

namespace waveshift::service {
namespace {

using std::chrono::seconds;
using testing::FenceTest;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// A real store that gives no answer for some calls.
class ForgetfulStore : public stores::ObjectStoreView {
 public:
  using ObjectStoreView::ObjectStoreView;
  int silent = 0;
  int calls = 0;

  StatusOr<stores::ObjectInfo> Put(const std::string& key, std::string_view bytes,
                                   const stores::PutOptions& options) override {
    WS_RETURN_IF_ERROR(Answer());
    return store_.Put(key, bytes, options);
  }
  StatusOr<stores::ObjectInfo> PutFile(const std::string& key, const std::string& path,
                                       const stores::PutOptions& options) override {
    WS_RETURN_IF_ERROR(Answer());
    return store_.PutFile(key, path, options);
  }
  StatusOr<std::string> Get(const std::string& key, int64_t max_bytes) override {
    WS_RETURN_IF_ERROR(Answer());
    return store_.Get(key, max_bytes);
  }
  StatusOr<std::string> GetRange(const std::string& key, int64_t offset, int64_t length) override {
    WS_RETURN_IF_ERROR(Answer());
    return store_.GetRange(key, offset, length);
  }
  StatusOr<std::string> Materialize(const std::string& key, const std::string& scratch) override {
    WS_RETURN_IF_ERROR(Answer());
    return store_.Materialize(key, scratch);
  }
  StatusOr<stores::ObjectInfo> Head(const std::string& key) override {
    WS_RETURN_IF_ERROR(Answer());
    return store_.Head(key);
  }
  StatusOr<std::vector<stores::ObjectInfo>> List(const std::string& prefix) override {
    WS_RETURN_IF_ERROR(Answer());
    return store_.List(prefix);
  }
  Status Delete(const std::string& key) override {
    WS_RETURN_IF_ERROR(Answer());
    return store_.Delete(key);
  }

 private:
  Status Answer() {
    ++calls;
    return silent-- > 0 ? Unavailable("no answer") : OkStatus();
  }
};

class FencedStoreTest : public FenceTest {
 protected:
  std::string Text(const std::string& key) { return store_->Get(key, 1 << 20).value_or("(none)"); }
  void Lose() {
    now_ += seconds(3600);
    control_->answer = AlreadyExists("held by another");
  }
  std::string File(const std::string& bytes) {
    const std::string path = scratch_.path() + "/file";
    EXPECT_TRUE(WriteFileAtomic(path, bytes).ok());
    return path;
  }

  ScratchDirectory scratch_ = ScratchDirectory::Make().value();
  std::unique_ptr<stores::ObjectStore> store_ = stores::MakeMemoryObjectStore();
  ForgetfulStore forgetful_{*store_};
  FencedObjectStore fenced_{forgetful_, fence_, stop_.get_token()};
};

TEST_F(FencedStoreTest, WritesAsLongAsTheLeaseIsOurs) {
  ASSERT_TRUE(store_->Put("k", "of a run before", {}).ok());
  ASSERT_TRUE(fenced_.Put("k", "1", {}).ok());
  ASSERT_TRUE(fenced_.Put("k", "2", {}).ok());
  ASSERT_TRUE(fenced_.PutFile("f", File("3"), {}).ok());
  ASSERT_TRUE(fenced_.PutFile("f", File("4"), {}).ok());
  EXPECT_EQ(Text("k"), "2");
  EXPECT_EQ(Text("f"), "4");
  EXPECT_EQ(fenced_.Put("k", "5", {.only_if_absent = true}).status().code(), StatusCode::kAlreadyExists);
  ASSERT_TRUE(fenced_.Delete("k").ok());
  ASSERT_TRUE(fenced_.Put("k", "6", {}).ok());
  EXPECT_EQ(Text("k"), "6");
}

TEST_F(FencedStoreTest, NothingIsWrittenOnceTheLeaseIsLost) {
  ASSERT_TRUE(fenced_.Put("k", "1", {}).ok());
  Lose();
  EXPECT_EQ(fenced_.Put("k", "2", {}).status().code(), StatusCode::kCancelled);
  EXPECT_EQ(fenced_.Put("new", "2", {.only_if_absent = true}).status().code(), StatusCode::kCancelled);
  EXPECT_EQ(fenced_.PutFile("f", File("2"), {}).status().code(), StatusCode::kCancelled);
  EXPECT_EQ(fenced_.Delete("k").code(), StatusCode::kCancelled);
  EXPECT_EQ(Text("k"), "1");
  EXPECT_EQ(Text("new"), "(none)");
}

// The process was frozen after it had asked for its lease, with the write under way.
TEST_F(FencedStoreTest, AWriteUnderWayDoesNotUndoThatOfTheSuccessor) {
  ASSERT_TRUE(fenced_.Put("playlist", "1", {}).ok());
  ASSERT_TRUE(store_->Put("playlist", "of the successor", {}).ok());
  control_->answer = AlreadyExists("held by another");  // the fence does not know yet
  EXPECT_EQ(fenced_.Put("playlist", "2", {}).status().code(), StatusCode::kCancelled);
  EXPECT_EQ(Text("playlist"), "of the successor");
}

TEST_F(FencedStoreTest, TheHolderReplacesWhatALateRunWrote) {
  ASSERT_TRUE(fenced_.Put("playlist", "1", {}).ok());
  ASSERT_TRUE(store_->Put("playlist", "late", {}).ok());
  ASSERT_TRUE(fenced_.Put("playlist", "2", {}).ok());
  EXPECT_EQ(Text("playlist"), "2");
  EXPECT_EQ(control_->renewals, 1);  // it made sure
  ASSERT_TRUE(store_->Delete("playlist").ok());
  ASSERT_TRUE(fenced_.Put("playlist", "3", {}).ok());
  EXPECT_EQ(Text("playlist"), "3");
}

// What R2 says when the next holder has written the file (stores/r2/r2_holders_test.cc).
TEST_F(FencedStoreTest, AFileThatSomebodyElseWroteMeanwhileIsReplacedByTheHolderAlone) {
  class Contested : public stores::ObjectStoreView {
   public:
    using ObjectStoreView::ObjectStoreView;
    int refusals = 0;
    StatusOr<stores::ObjectInfo> PutFile(const std::string& key, const std::string& path,
                                         const stores::PutOptions& options) override {
      EXPECT_TRUE(options.yields_to_next_holder != options.only_if_absent);
      if (refusals-- > 0) return AlreadyExists("somebody else");
      return store_.PutFile(key, path, options);
    }
  };
  Contested contested(*store_);
  FencedObjectStore fenced(contested, fence_, stop_.get_token());
  ASSERT_TRUE(fenced.PutFile("f", File("0"), {.only_if_absent = true}).ok());
  contested.refusals = 2;
  ASSERT_TRUE(fenced.PutFile("f", File("1"), {}).ok());
  EXPECT_EQ(Text("f"), "1");
  contested.refusals = 1;
  control_->answer = AlreadyExists("held by another");
  EXPECT_EQ(fenced.PutFile("f", File("2"), {}).status().code(), StatusCode::kCancelled);
  EXPECT_EQ(Text("f"), "1");
}

TEST_F(FencedStoreTest, AWriteWaitsUntilItIsKnownWhoseTheTaskIs) {
  now_ += seconds(41);
  control_->silent = 3;
  ASSERT_TRUE(fenced_.Put("k", "1", {}).ok());
  EXPECT_THAT(pauses_, SizeIs(3));
  control_->silent = 3;
  ASSERT_TRUE(fenced_.PutFile("f", File("2"), {}).ok());
  EXPECT_THAT(pauses_, SizeIs(6));
  now_ += seconds(41);
  control_->silent = 3;
  ASSERT_TRUE(fenced_.Delete("k").ok());
  EXPECT_THAT(pauses_, SizeIs(9));
  EXPECT_EQ(Text("k") + Text("f"), "(none)2");
}

TEST_F(FencedStoreTest, AStopEndsAWriteThatWaits) {
  now_ += seconds(41);
  control_->answer = Unavailable("no answer");
  on_pause_ = [this] { stop_.request_stop(); };
  EXPECT_EQ(fenced_.Put("k", "1", {}).status().code(), StatusCode::kCancelled);
  EXPECT_THAT(pauses_, SizeIs(1));
  EXPECT_EQ(Text("k"), "(none)");
  EXPECT_FALSE(fence_.is_lost());
}

TEST_F(FencedStoreTest, WhatTheStoreDidNotAnswerIsAskedAgain) {
  const auto silent = [this]() -> FencedObjectStore& {
    EXPECT_LE(forgetful_.silent, 0);
    forgetful_.silent = 1;
    control_->silent = 2;  // longer than for this call
    return fenced_;
  };
  EXPECT_TRUE(silent().Put("k", "bytes", {}).ok());
  EXPECT_TRUE(silent().Put("new", "1", {.only_if_absent = true}).ok());
  EXPECT_TRUE(silent().PutFile("f", File("2"), {}).ok());
  EXPECT_EQ(silent().Get("k", 100).value(), "bytes");
  EXPECT_EQ(silent().GetRange("k", 1, 2).value(), "yt");
  EXPECT_EQ(ReadFile(silent().Materialize("k", scratch_.path()).value(), 100).value(), "bytes");
  EXPECT_EQ(silent().Head("k")->size_bytes, 5);
  EXPECT_THAT(silent().List("").value(), SizeIs(3));
  EXPECT_TRUE(silent().Delete("k").ok());
  EXPECT_EQ(Text("k") + Text("f"), "(none)2");
  EXPECT_THAT(pauses_, SizeIs(2 * 9));
}

TEST_F(FencedStoreTest, AStoreThatAnswersForTheLeaseAloneIsNotAskedForEver) {
  forgetful_.silent = 1000;
  EXPECT_EQ(fenced_.Put("k", "1", {}).status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(forgetful_.calls, 3);
  EXPECT_EQ(control_->renewals, 2);
  forgetful_.silent = 0;
  EXPECT_EQ(fenced_.Head("k").status().code(), StatusCode::kNotFound);  // that is an answer
  EXPECT_EQ(forgetful_.calls, 4);
}

TEST_F(FencedStoreTest, WhatTheStoreDidNotAnswerIsNotAskedAgainOnceTheLeaseIsLost) {
  forgetful_.silent = 1;
  control_->silent = 1;
  control_->answer = AlreadyExists("held by another");
  EXPECT_EQ(fenced_.Put("k", "1", {}).status().code(), StatusCode::kCancelled);
  EXPECT_EQ(forgetful_.calls, 1);
  EXPECT_THAT(store_->List("").value(), IsEmpty());
}

}  // namespace
}  // namespace waveshift::service
