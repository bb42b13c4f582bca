// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Tasks that run within requests.
#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "service/task_manager.h"
#include "service/task_manager_internal.h"
#include "service/testing.h"

namespace waveshift::service {
namespace {

using End = WithinRequest::End;
using SteadyClock = std::chrono::steady_clock;
using testing::AddTask;
using testing::DepsOf;
using testing::FakeJob;
using testing::FastOptions;
using testing::kPatience;

constexpr std::chrono::milliseconds kAtOnce{0};

class TaskWithinTest : public ::testing::Test {
 protected:
  TaskWithinTest() {
    TaskManagerOptions options = FastOptions();
    options.elsewhere_poll = std::chrono::milliseconds(5);
    manager_ = std::make_unique<TaskManager>(options, DepsOf(*tasks_, *objects_, job_));
  }
  void Add(const std::string& id) { ASSERT_TRUE(AddTask(*tasks_, *objects_, id).ok()); }
  // RunWithin that gives its result through `result` once it ended.
  std::jthread InBackground(const std::string& id, StatusOr<WithinRequest>& result,
                            RequestLimits limits = {}) {
    return std::jthread([this, id, &result, limits] { result = manager_->RunWithin(id, limits); });
  }
  bool LeaseIsFree(const std::string& id) {
    return objects_->AcquireLease(LeaseKey(id), "test", std::chrono::seconds(5)).ok();
  }

  std::unique_ptr<stores::TaskStore> tasks_ = stores::MakeMemoryTaskStore();
  std::unique_ptr<stores::ObjectStore> objects_ = stores::MakeMemoryObjectStore();
  FakeJob job_;
  std::unique_ptr<TaskManager> manager_;
};

TEST_F(TaskWithinTest, TheEndIsTheResult) {
  Add("a");
  job_.LetComplete();
  const auto within = manager_->RunWithin("a", {});
  ASSERT_TRUE(within.ok()) << Message(within.status());
  EXPECT_EQ(within->end, End::kEnded);
  EXPECT_EQ(within->state.task.status, "completed");
  EXPECT_EQ(manager_->RunWithin("a", {})->state.task.status, "completed");
  EXPECT_EQ(job_.starts(), 1);
  EXPECT_TRUE(LeaseIsFree("a"));
  EXPECT_EQ(manager_->RunWithin("nobody", {}).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(manager_->RunWithin("a/b", {}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(manager_->Load(), std::make_pair(size_t{0}, size_t{0}));
}

TEST_F(TaskWithinTest, WhenTheTimeIsNearTheJobWindsDown) {
  Add("a");
  pipeline::Progress progress;
  progress.percent = 40;
  job_.SetProgress(progress);
  const auto within =
      manager_->RunWithin("a", {.wind_down_at = SteadyClock::now() + std::chrono::milliseconds(20)});
  ASSERT_TRUE(within.ok()) << Message(within.status());
  EXPECT_EQ(within->end, End::kOutOfTime);
  EXPECT_EQ(within->state.task.status, "processing");
  EXPECT_EQ(within->state.progress.percent, 40);
  EXPECT_EQ(tasks_->Get("a")->status, "processing");
  EXPECT_TRUE(LeaseIsFree("a"));
  job_.LetComplete();
  EXPECT_EQ(manager_->RunWithin("a", {})->state.task.status, "completed");
  EXPECT_EQ(job_.starts(), 2);
}

TEST_F(TaskWithinTest, WhenTheTimeIsOverTheJobIsStopped) {
  Add("a");
  job_.SetWindsDown(false);
  const auto now = SteadyClock::now();
  const auto within =
      manager_->RunWithin("a", {.wind_down_at = now, .stop_at = now + std::chrono::milliseconds(20)});
  ASSERT_TRUE(within.ok()) << Message(within.status());
  EXPECT_EQ(within->end, End::kOutOfTime);
  EXPECT_TRUE(LeaseIsFree("a"));
}

TEST_F(TaskWithinTest, AFailureNearTheLimitIsStillAFailure) {
  Add("a");
  job_.SetWindsDown(false);
  StatusOr<WithinRequest> within = Internal("");
  {
    const auto request = InBackground("a", within, {.wind_down_at = SteadyClock::now()});
    ASSERT_TRUE(job_.WaitForStarts(1));
    job_.Let(InvalidArgument("video_path: no video"));
  }
  ASSERT_TRUE(within.ok());
  EXPECT_EQ(within->end, End::kEnded);
  EXPECT_EQ(within->state.task.status, "error");
  EXPECT_EQ(within->state.task.error_message, "video_path: no video");
}

TEST_F(TaskWithinTest, TwoRequestsForOneTaskGetOneJob) {
  Add("a");
  StatusOr<WithinRequest> first = Internal("");
  StatusOr<WithinRequest> second = Internal("");
  {
    const auto one = InBackground("a", first);
    ASSERT_TRUE(job_.WaitForStarts(1));
    const auto two = InBackground("a", second);
    job_.LetComplete();
  }
  EXPECT_EQ(first->state.task.status, "completed");
  EXPECT_EQ(second->state.task.status, "completed");
  EXPECT_EQ(job_.starts(), 1);
}

TEST_F(TaskWithinTest, TheSecondGoesOnWhereTheFirstRanOutOfTime) {
  Add("a");
  StatusOr<WithinRequest> second = Internal("");
  {
    StatusOr<WithinRequest> first = Internal("");
    {
      const auto one =
          InBackground("a", first, {.wind_down_at = SteadyClock::now() + std::chrono::milliseconds(50)});
      ASSERT_TRUE(job_.WaitForStarts(1));
      const auto two = InBackground("a", second);
      ASSERT_TRUE(job_.WaitForStarts(2));
      job_.LetComplete();
    }
    EXPECT_EQ(first->end, End::kOutOfTime);
  }
  EXPECT_EQ(second->state.task.status, "completed");
}

TEST_F(TaskWithinTest, JobsWaitForAPlace) {
  Add("a");
  Add("b");
  StatusOr<WithinRequest> first = Internal("");
  StatusOr<WithinRequest> second = Internal("");
  {
    const auto one = InBackground("a", first);
    ASSERT_TRUE(job_.WaitForStarts(1));
    const auto late =
        manager_->RunWithin("b", {.wind_down_at = SteadyClock::now() + std::chrono::milliseconds(20)});
    ASSERT_TRUE(late.ok());
    EXPECT_EQ(late->end, End::kOutOfTime);
    EXPECT_EQ(tasks_->Get("b")->status, "created");
    const auto two = InBackground("b", second);
    job_.LetComplete();
    ASSERT_TRUE(job_.WaitForStarts(2));
    job_.LetComplete();
  }
  EXPECT_EQ(first->state.task.status, "completed");
  EXPECT_EQ(second->state.task.status, "completed");
  EXPECT_EQ(job_.most_at_once(), 1);
}

TEST_F(TaskWithinTest, ATaskOfAnotherProcessIsWaitedFor) {
  Add("a");
  auto lease = objects_->AcquireLease(LeaseKey("a"), "dead", std::chrono::seconds(60));
  ASSERT_TRUE(lease.ok());
  const auto within =
      manager_->RunWithin("a", {.wind_down_at = SteadyClock::now() + std::chrono::milliseconds(30)});
  ASSERT_TRUE(within.ok()) << Message(within.status());
  EXPECT_EQ(within->end, End::kElsewhere);
  EXPECT_EQ(within->state.task.status, "processing");
  StatusOr<WithinRequest> after = Internal("");
  {
    const auto request = InBackground("a", after);
    lease->reset();
    ASSERT_TRUE(job_.WaitForStarts(1));
    job_.LetComplete();
  }
  EXPECT_EQ(after->state.task.status, "completed");
}

TEST_F(TaskWithinTest, ShuttingDownEndsRequests) {
  Add("a");
  Add("b");
  StatusOr<WithinRequest> first = Internal("");
  StatusOr<WithinRequest> second = Internal("");
  {
    const auto one = InBackground("a", first);
    ASSERT_TRUE(job_.WaitForStarts(1));
    const auto two = InBackground("b", second);
    manager_->WindDown(kPatience);
    EXPECT_TRUE(manager_->IsShutDown());
  }
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->end, End::kShutDown);
  EXPECT_EQ(tasks_->Get("a")->status, "processing");
  EXPECT_EQ(second.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(manager_->RunWithin("a", {}).status().code(), StatusCode::kFailedPrecondition);
  EXPECT_TRUE(LeaseIsFree("a"));
}

TEST_F(TaskWithinTest, WindingDownGivesUpAfterAWhile) {
  Add("a");
  job_.SetWindsDown(false);
  StatusOr<WithinRequest> within = Internal("");
  {
    const auto request = InBackground("a", within);
    ASSERT_TRUE(job_.WaitForStarts(1));
    manager_->WindDown(kAtOnce);
    EXPECT_EQ(manager_->Load().first, 1u);
    manager_->Shutdown();
  }
  EXPECT_EQ(within->end, End::kShutDown);
}

TEST_F(TaskWithinTest, ALostLeaseStopsTheJob) {
  Add("a");
  StatusOr<WithinRequest> within = Internal("");
  TaskManagerOptions options = FastOptions();
  options.lease_lifetime = std::chrono::seconds(0);  // renewed at every look
  manager_ = std::make_unique<TaskManager>(options, DepsOf(*tasks_, *objects_, job_));
  {
    const auto request = InBackground("a", within);
    ASSERT_TRUE(job_.WaitForStarts(1));
    // As after a freeze that was longer than the lease.
    ASSERT_TRUE(objects_->AcquireLease(LeaseKey("a"), "other", std::chrono::seconds(60)).ok());
  }
  ASSERT_TRUE(within.ok());
  EXPECT_EQ(within->end, End::kElsewhere);
}

}  // namespace
}  // namespace waveshift::service
