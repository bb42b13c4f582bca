// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/lease_fence.h"

#include <algorithm>
#include <future>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/fence_testing.h"
#include "service/testing.h"

namespace waveshift::service {
namespace {

std::stop_token Stopped() {
  std::stop_source source;
  source.request_stop();
  return source.get_token();
}

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using testing::FenceTest;
using ::testing::HasSubstr;
using testing::kPatience;

TEST_F(FenceTest, AsksTheStoreOnlyWhenTheLeaseMayHaveRunOut) {
  EXPECT_TRUE(fence_.Check({}).ok());
  EXPECT_TRUE(fence_.Tend().ok());
  EXPECT_EQ(control_->renewals, 0);
  now_ += seconds(21);
  EXPECT_TRUE(fence_.Check({}).ok());
  EXPECT_EQ(control_->renewals, 0);
  EXPECT_TRUE(fence_.Tend().ok());
  EXPECT_EQ(control_->renewals, 1);
  now_ += seconds(41);
  EXPECT_TRUE(fence_.Check({}).ok());
  EXPECT_EQ(control_->renewals, 2);
  EXPECT_TRUE(fence_.Renew({}).ok());
  EXPECT_EQ(control_->renewals, 3);
  EXPECT_TRUE(pauses_.empty());
}

TEST_F(FenceTest, ALeaseThatSomebodyElseHasIsLostForEver) {
  now_ += seconds(3600);  // frozen
  control_->answer = AlreadyExists("held by another");
  EXPECT_EQ(fence_.Check({}).code(), StatusCode::kCancelled);
  EXPECT_TRUE(fence_.is_lost());
  EXPECT_TRUE(control_->released);
  EXPECT_EQ(fence_.Check({}).code(), StatusCode::kCancelled);
  EXPECT_EQ(fence_.Tend().code(), StatusCode::kCancelled);
  EXPECT_EQ(control_->renewals, 1);
  EXPECT_THAT(Message(fence_.WhyLost()), HasSubstr("took the task over"));
}

TEST_F(FenceTest, AStoreThatDoesNotAnswerCostsTheLeaseOnlyWhenItHasRunOut) {
  control_->answer = Unavailable("no answer");
  now_ += seconds(45);
  EXPECT_TRUE(fence_.Tend().ok());
  EXPECT_EQ(control_->renewals, 1);
  EXPECT_FALSE(fence_.is_lost());
  now_ += seconds(20);
  EXPECT_EQ(fence_.Tend().code(), StatusCode::kUnavailable);
  EXPECT_TRUE(fence_.is_lost());
  EXPECT_TRUE(pauses_.empty());  // who tends leases comes again by himself
  EXPECT_THAT(Message(fence_.WhyLost()), HasSubstr("could not be renewed: no answer"));
}

TEST_F(FenceTest, WhoMustKnowWaitsForAnAnswer) {
  now_ += seconds(41);
  control_->silent = 5;
  EXPECT_TRUE(fence_.Check({}).ok());
  EXPECT_EQ(control_->renewals, 6);
  EXPECT_THAT(pauses_, ElementsAre(milliseconds(250), milliseconds(500), milliseconds(1000),
                                   milliseconds(2000), milliseconds(2000)));
  control_->silent = 1;
  EXPECT_TRUE(fence_.Check({}).ok());  // that is known now
  EXPECT_EQ(control_->renewals, 6);
  EXPECT_TRUE(fence_.Renew({}).ok());
  EXPECT_EQ(control_->renewals, 8);
}

TEST_F(FenceTest, TheAnswerMayBeThatSomebodyElseHasIt) {
  now_ += seconds(41);
  control_->silent = 2;
  control_->answer = AlreadyExists("held by another");
  EXPECT_EQ(fence_.Check({}).code(), StatusCode::kCancelled);
  EXPECT_TRUE(fence_.is_lost());
  EXPECT_EQ(control_->renewals, 3);
}

TEST_F(FenceTest, WaitingEndsWithTheLease) {
  now_ += seconds(41);
  control_->answer = Unavailable("no answer");
  EXPECT_EQ(fence_.Check({}).code(), StatusCode::kUnavailable);
  EXPECT_TRUE(fence_.is_lost());
  EXPECT_EQ(now_ - kTakenAt, seconds(60));  // asked until the moment when it had run out
  EXPECT_LT(control_->renewals, 20);
}

TEST_F(FenceTest, AStopEndsWaitingAndLosesNothing) {
  now_ += seconds(41);
  control_->answer = Unavailable("no answer");
  on_pause_ = [this] { stop_.request_stop(); };
  const Status stopped = fence_.Check(stop_.get_token());
  EXPECT_EQ(stopped.code(), StatusCode::kCancelled);
  EXPECT_THAT(Message(stopped), HasSubstr("no answer"));
  EXPECT_FALSE(fence_.is_lost());
  EXPECT_EQ(control_->renewals, 2);
  EXPECT_EQ(fence_.Renew(stop_.get_token()).code(), StatusCode::kCancelled);
  EXPECT_EQ(control_->renewals, 3);  // once, without waiting
  EXPECT_EQ(pauses_.size(), 1u);
  control_->answer = OkStatus();
  EXPECT_TRUE(fence_.Check(stop_.get_token()).ok());
}

TEST_F(FenceTest, OnlyAnAnswerCostsTheLeaseBeforeItHasRunOut) {
  for (const Status& nothing : {Unavailable("no answer"), DeadlineExceeded("no answer"), Overloaded("busy"),
                                Cancelled("broken off")}) {
    control_->answer = nothing;
    EXPECT_EQ(fence_.Renew(Stopped()).code(), StatusCode::kCancelled);
    EXPECT_FALSE(fence_.is_lost()) << Message(nothing);
  }
  control_->answer = MakeStatus(StatusCode::kPermissionDenied, "the key was withdrawn");
  EXPECT_EQ(fence_.Renew({}).code(), StatusCode::kPermissionDenied);
  EXPECT_TRUE(fence_.is_lost());
}

// Frozen in the middle of waiting, for longer than the lease.
TEST_F(FenceTest, WhatWasKnownBeforeAFreezeDoesNotCount) {
  on_pause_ = [this] { now_ += seconds(3600); };
  control_->silent = 1;
  EXPECT_TRUE(fence_.Renew({}).ok());  // nobody took it meanwhile
  control_->silent = 2;
  EXPECT_EQ(fence_.Renew({}).code(), StatusCode::kUnavailable);
  EXPECT_TRUE(fence_.is_lost());  // somebody may have
}

TEST_F(FenceTest, WhatIsLetGoIsLost) {
  fence_.Release();
  EXPECT_TRUE(control_->released);
  EXPECT_FALSE(fence_.Check({}).ok());
  EXPECT_TRUE(fence_.Tend().ok());  // nothing is left to tend
  EXPECT_EQ(control_->renewals, 0);
}

TEST_F(FenceTest, AQuestionUnderWayKeepsNobodyWaitingWhoKnows) {
  std::promise<void> asked;
  std::promise<void> answer;
  control_->on_renew = [&] {
    asked.set_value();
    answer.get_future().wait();
  };
  std::jthread hangs([this] { EXPECT_TRUE(fence_.Renew({}).ok()); });
  asked.get_future().wait();
  auto check = std::async(std::launch::async, [this] { return fence_.Check({}).ok() && !fence_.is_lost(); });
  EXPECT_EQ(check.wait_for(kPatience), std::future_status::ready);
  answer.set_value();
  EXPECT_TRUE(check.get());
}

}  // namespace
}  // namespace waveshift::service
