// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Tasks whose object store gives no answer for a while, at their end above all.
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "service/lease_testing.h"
#include "service/task_manager.h"
#include "service/task_manager_internal.h"
#include "service/testing.h"

namespace waveshift::service {
namespace {

using End = WithinRequest::End;
using std::chrono::seconds;
using SteadyClock = std::chrono::steady_clock;
using testing::AddTask;
using testing::DepsOf;
using testing::FakeJob;
using testing::FastOptions;
using testing::kPatience;

constexpr std::chrono::milliseconds kAtOnce{0};
constexpr seconds kLifetime{45};

// Time that passes when somebody waits, or when the test says so.
class TestTime {
 public:
  LeaseClock Clock() {
    return {.now =
                [this] {
                  const std::lock_guard lock(mutex_);
                  return now_;
                },
            .sleep = [this](std::chrono::milliseconds pause,
                            const std::stop_token& stop) { Sleep(pause, stop); }};
  }
  void Pass(std::chrono::nanoseconds time) {
    const std::lock_guard lock(mutex_);
    now_ += time;
  }
  // Called with the number of the pause, from 1.
  void OnPause(std::function<void(int)> call) { on_pause_ = std::move(call); }
  // Pauses last until they are let go or stopped.
  void Hold(bool holds) {
    const std::lock_guard lock(mutex_);
    holds_ = holds;
    changed_.notify_all();
  }
  bool WaitForPause() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [this] { return pauses_ > 0; });
  }
  int pauses() {
    const std::lock_guard lock(mutex_);
    return pauses_;
  }

 private:
  void Sleep(std::chrono::milliseconds pause, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    const int number = ++pauses_;
    changed_.notify_all();
    EXPECT_TRUE(changed_.wait_for(lock, stop, kPatience, [this] { return !holds_; }) ||
                stop.stop_requested());
    now_ += pause;
    lock.unlock();
    if (on_pause_) on_pause_(number);
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::chrono::nanoseconds now_ = seconds(1000);
  bool holds_ = false;
  int pauses_ = 0;
  std::function<void(int)> on_pause_;
};

class TaskSilenceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    TaskManagerOptions options = FastOptions();
    options.lease_lifetime = kLifetime;
    options.recovery_interval = std::chrono::hours(1);
    TaskManagerDeps deps = DepsOf(tasks_, objects_, job_);
    deps.lease_clock = time_.Clock();
    manager_ = std::make_unique<TaskManager>(options, std::move(deps));
    ASSERT_TRUE(AddTask(*real_tasks_, *real_objects_, "a").ok());
  }
  void TearDown() override {
    time_.Hold(false);
    manager_.reset();
  }
  void Run() {
    manager_->Begin();
    ASSERT_TRUE(manager_->Start("a").ok());
    ASSERT_TRUE(job_.WaitForStarts(1));
  }
  // The store has been away for a while, but not for as long as a lease.
  void BeSilentSince(seconds time) {
    objects_.SetSilent(true);
    time_.Pass(time);
  }
  void AnswerAgainAtPause(int number) {
    time_.OnPause([this, number](int pause) {
      EXPECT_EQ(StatusOf("a"), "processing");  // nothing is written as long as it is not known whose it is
      if (pause == number) objects_.SetSilent(false);
    });
  }
  std::string StatusOf(const std::string& id) { return real_tasks_->Get(id)->status; }
  bool IsIdle() { return manager_->WaitUntilIdle("a", kPatience, {}); }
  // Another process, later.
  std::string EndsLaterAs() {
    TaskManager other(FastOptions(), DepsOf(*real_tasks_, *real_objects_, job_));
    job_.LetComplete();
    const auto state = other.RunHere("a", {}, {}, {});
    return state.ok() ? state->task.status : Message(state.status());
  }

  std::unique_ptr<stores::TaskStore> real_tasks_ = stores::MakeMemoryTaskStore();
  std::unique_ptr<stores::ObjectStore> real_objects_ = stores::MakeMemoryObjectStore();
  testing::UnreliableTasks tasks_{*real_tasks_};
  testing::UnreliableObjects objects_{*real_objects_};
  TestTime time_;
  FakeJob job_;
  std::unique_ptr<TaskManager> manager_;
};

TEST_F(TaskSilenceTest, AJobThatWritesWaitsForTheStoreAndGoesOn) {
  Run();
  BeSilentSince(seconds(38));
  AnswerAgainAtPause(4);
  job_.LetComplete();  // it writes its last objects
  ASSERT_TRUE(IsIdle());
  EXPECT_EQ(StatusOf("a"), "completed");
  EXPECT_EQ(tasks_.Get("a")->error_message, "");
  EXPECT_GE(time_.pauses(), 4);
}

TEST_F(TaskSilenceTest, ASilenceWithinTheCertainTimeCostsNothingEither) {
  Run();
  BeSilentSince(seconds(5));
  AnswerAgainAtPause(1);
  job_.LetComplete();
  ASSERT_TRUE(IsIdle());
  EXPECT_EQ(StatusOf("a"), "completed");
}

TEST_F(TaskSilenceTest, AnEndIsWrittenOnceTheStoreSaysWhoseTheTaskIs) {
  Run();
  BeSilentSince(seconds(38));
  AnswerAgainAtPause(3);
  job_.Let(InvalidArgument("video_path: no video"));  // for a reason of its own
  ASSERT_TRUE(IsIdle());
  EXPECT_EQ(StatusOf("a"), "error");
  EXPECT_EQ(real_tasks_->Get("a")->error_message, "video_path: no video");
  EXPECT_GE(time_.pauses(), 3);
}

TEST_F(TaskSilenceTest, WhatCannotBeKnownIsLeftToTheNext) {
  Run();
  BeSilentSince(seconds(38));
  job_.LetComplete();
  ASSERT_TRUE(IsIdle());
  EXPECT_EQ(StatusOf("a"), "processing");
  EXPECT_EQ(EndsLaterAs(), "completed");
}

TEST_F(TaskSilenceTest, WhatSomebodyElseHasTakenIsHis) {
  Run();
  BeSilentSince(seconds(38));
  time_.OnPause([&](int pause) {
    if (pause != 2) return;
    objects_.TakeOver(LeaseKey("a"));
    objects_.SetSilent(false);
  });
  job_.Let(Internal("disk full"));
  ASSERT_TRUE(IsIdle());
  EXPECT_EQ(StatusOf("a"), "processing");
}

TEST_F(TaskSilenceTest, ARequestThatCannotKnowSaysSo) {
  StatusOr<WithinRequest> within = Internal("");
  {
    const std::jthread request([&] { within = manager_->RunWithin("a", {}); });
    ASSERT_TRUE(job_.WaitForStarts(1));
    BeSilentSince(seconds(38));
    job_.LetComplete();
  }
  ASSERT_TRUE(within.ok()) << Message(within.status());
  EXPECT_EQ(within->end, End::kLeftOpen);
  EXPECT_EQ(within->state.task.status, "processing");
}

TEST_F(TaskSilenceTest, TheEndOfTheRequestsTimeEndsWaiting) {
  time_.Hold(true);
  StatusOr<WithinRequest> within = Internal("");
  {
    const std::jthread request([&] {
      const auto end = SteadyClock::now() + std::chrono::milliseconds(200);
      within = manager_->RunWithin("a", {.wind_down_at = end, .stop_at = end});
    });
    ASSERT_TRUE(job_.WaitForStarts(1));
    BeSilentSince(seconds(38));
    job_.Let(Internal("disk full"));
  }
  ASSERT_TRUE(within.ok()) << Message(within.status());
  EXPECT_EQ(within->end, End::kOutOfTime);
  EXPECT_EQ(StatusOf("a"), "processing");
}

TEST_F(TaskSilenceTest, AShutdownEndsWaiting) {
  Run();
  time_.Hold(true);
  BeSilentSince(seconds(38));
  job_.Let(Internal("disk full"));
  ASSERT_TRUE(time_.WaitForPause());
  manager_->Shutdown();
  EXPECT_EQ(StatusOf("a"), "processing");
  EXPECT_EQ(EndsLaterAs(), "completed");
}

TEST_F(TaskSilenceTest, AShutdownEndsAJobThatWaits) {
  Run();
  time_.Hold(true);
  BeSilentSince(seconds(38));
  job_.LetComplete();  // its last writes wait
  ASSERT_TRUE(time_.WaitForPause());
  manager_->Shutdown();
  EXPECT_EQ(StatusOf("a"), "processing");
}

TEST_F(TaskSilenceTest, AnInterruptEndsWaiting) {
  std::stop_source interrupt;
  time_.OnPause([&](int) { interrupt.request_stop(); });
  StatusOr<TaskState> state = Internal("");
  {
    const std::jthread command([&] { state = manager_->RunHere("a", {}, {}, interrupt.get_token()); });
    ASSERT_TRUE(job_.WaitForStarts(1));
    BeSilentSince(seconds(38));
    job_.Let(Internal("disk full"));
  }
  EXPECT_EQ(state.status().code(), StatusCode::kCancelled);
  EXPECT_EQ(StatusOf("a"), "processing");
}

// Who cancels a task does not stop the waiting for whose it is; but the job ends.
TEST_F(TaskSilenceTest, ACancelRequestIsWrittenOnceTheStoreIsBack) {
  Run();
  time_.Hold(true);
  BeSilentSince(seconds(38));
  EXPECT_EQ(manager_->Cancel("a", kAtOnce)->task.status, "processing");
  ASSERT_TRUE(time_.WaitForPause());
  EXPECT_EQ(StatusOf("a"), "processing");
  objects_.SetSilent(false);
  time_.Hold(false);
  ASSERT_TRUE(IsIdle());
  EXPECT_EQ(StatusOf("a"), "cancelled");
}

TEST_F(TaskSilenceTest, ACancelRequestIsPassedOnWithALostTask) {
  Run();
  time_.Hold(true);
  BeSilentSince(seconds(38));
  EXPECT_EQ(manager_->Cancel("a", kAtOnce)->task.status, "processing");
  ASSERT_TRUE(time_.WaitForPause());
  objects_.TakeOver(LeaseKey("a"));
  objects_.SetSilent(false);
  time_.Hold(false);
  ASSERT_TRUE(IsIdle());
  EXPECT_EQ(StatusOf("a"), "processing");
  EXPECT_TRUE(real_objects_->Head(CancelKey("a")).ok());
}

TEST_F(TaskSilenceTest, ATaskThatWaitsForItsTurnIsCancelledOnceTheStoreIsBack) {
  Run();
  ASSERT_TRUE(AddTask(*real_tasks_, *real_objects_, "b").ok());
  ASSERT_TRUE(manager_->Start("b").ok());
  BeSilentSince(seconds(38));
  EXPECT_EQ(manager_->Cancel("b", kAtOnce)->task.status, "processing");
  objects_.SetSilent(false);
  ASSERT_TRUE(manager_->WaitUntilIdle("b", kPatience, {}));
  EXPECT_EQ(StatusOf("b"), "cancelled");
  EXPECT_EQ(job_.starts(), 1);  // of the other, which still runs
}

// The database gives no answer until the lease has run out, and somebody else has gone on.
TEST_F(TaskSilenceTest, ALateEndIsNotWrittenAgain) {
  Run();
  int tries = 0;
  tasks_.on_finish = [&] {
    ++tries;
    objects_.TakeOver(LeaseKey("a"));
    time_.Pass(kLifetime);
    return Unavailable("no answer");
  };
  job_.Let(Internal("disk full"));
  ASSERT_TRUE(IsIdle());
  EXPECT_EQ(tries, 1);
  EXPECT_EQ(StatusOf("a"), "processing");
}

}  // namespace
}  // namespace waveshift::service
