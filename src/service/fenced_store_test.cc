// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/fenced_store.h"

#include <gtest/gtest.h>

#include <utility>

#include "base/files.h"

namespace waveshift::service {
namespace {

using std::chrono::seconds;

// A lease that does what the test says.
class FakeLease : public stores::Lease {
 public:
  struct Control {
    Status answer;
    int renewals = 0;
    bool released = false;
  };
  explicit FakeLease(std::shared_ptr<Control> control) : control_(std::move(control)) {}
  ~FakeLease() override { control_->released = true; }
  FakeLease(const FakeLease&) = delete;
  FakeLease& operator=(const FakeLease&) = delete;
  Status Renew() override {
    ++control_->renewals;
    return control_->answer;
  }

 private:
  const std::shared_ptr<Control> control_;
};

class FenceTest : public testing::Test {
 protected:
  std::shared_ptr<FakeLease::Control> control_ = std::make_shared<FakeLease::Control>();
  std::chrono::nanoseconds now_{seconds(1000)};
  LeaseFence fence_{std::make_unique<FakeLease>(control_), seconds(60), now_, [this] { return now_; }};
};

TEST_F(FenceTest, AsksTheStoreOnlyWhenTheLeaseMayHaveRunOut) {
  EXPECT_TRUE(fence_.Check().ok());
  EXPECT_TRUE(fence_.Tend().ok());
  EXPECT_EQ(control_->renewals, 0);
  now_ += seconds(21);
  EXPECT_TRUE(fence_.Check().ok());
  EXPECT_EQ(control_->renewals, 0);
  EXPECT_TRUE(fence_.Tend().ok());
  EXPECT_EQ(control_->renewals, 1);
  now_ += seconds(41);
  EXPECT_TRUE(fence_.Check().ok());
  EXPECT_EQ(control_->renewals, 2);
  EXPECT_TRUE(fence_.Renew().ok());
  EXPECT_EQ(control_->renewals, 3);
}

TEST_F(FenceTest, ALeaseThatSomebodyElseHasIsLostForEver) {
  now_ += seconds(3600);  // frozen
  control_->answer = AlreadyExists("held by another");
  EXPECT_EQ(fence_.Check().code(), StatusCode::kCancelled);
  EXPECT_TRUE(fence_.is_lost());
  EXPECT_TRUE(control_->released);
  EXPECT_EQ(fence_.Check().code(), StatusCode::kCancelled);
  EXPECT_EQ(control_->renewals, 1);
  EXPECT_NE(Message(fence_.WhyLost()).find("took the task over"), std::string::npos);
}

TEST_F(FenceTest, AStoreThatDoesNotAnswerCostsTheLeaseOnlyWhenItHasRunOut) {
  control_->answer = Unavailable("no answer");
  now_ += seconds(45);
  EXPECT_EQ(fence_.Check().code(), StatusCode::kUnavailable);
  EXPECT_FALSE(fence_.is_lost());
  now_ += seconds(20);
  EXPECT_EQ(fence_.Tend().code(), StatusCode::kUnavailable);
  EXPECT_TRUE(fence_.is_lost());
  EXPECT_NE(Message(fence_.WhyLost()).find("could not be renewed: no answer"), std::string::npos);
}

TEST_F(FenceTest, WhatIsLetGoIsLost) {
  fence_.Release();
  EXPECT_TRUE(control_->released);
  EXPECT_FALSE(fence_.Check().ok());
}

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
  FencedObjectStore fenced_{*store_, fence_};
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

}  // namespace
}  // namespace waveshift::service
