// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Task stores that answer late, or not at all: what is written under a lease ends with it, and nobody waits
// for an answer longer than for what it is about.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/hanging_testing.h"
#include "service/lease_testing.h"
#include "service/task_manager.h"
#include "service/task_manager_internal.h"

namespace waveshift::service {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::seconds;
using testing::AddTask;
using testing::DepsOf;
using testing::FakeJob;
using testing::FastOptions;
using ::testing::HasSubstr;
using testing::kPatience;
using ::testing::SizeIs;

constexpr std::chrono::milliseconds kAtOnce{0};

// Calls `on_delete` before each deletion.
class CountedObjects : public testing::UnreliableObjects {
 public:
  using UnreliableObjects::UnreliableObjects;
  std::function<void()> on_delete;
  Status Delete(const std::string& key) override {
    if (on_delete) on_delete();
    return UnreliableObjects::Delete(key);
  }
};

class TaskGuardTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(AddTask(*real_tasks_, *real_objects_, "a").ok());
    Make(job_.Runner());
  }
  void Make(JobRunner runner) {
    TaskManagerOptions options = FastOptions();
    options.recovery_interval = std::chrono::hours(1);
    TaskManagerDeps deps = DepsOf(tasks_, objects_, job_);
    deps.run_job = std::move(runner);
    deps.lease_clock.now = [this] { return std::chrono::nanoseconds(now_); };
    manager_ = std::make_unique<TaskManager>(options, std::move(deps));
  }
  // As long as another process needs to take the task over, which it does.
  void BeTakenOver() {
    now_ += std::chrono::nanoseconds(seconds(61)).count();
    objects_.TakeOver(LeaseKey("a"));
  }
  // Behind the first attempt of a call that is tried again.
  void BeTakenOverWithin(const std::string& call, std::function<void()> other) {
    tasks_.SetSilent(call, 1);
    tasks_.OnAttempt([this, call, other, attempts = 0](const std::string& name) mutable {
      if (name != call || ++attempts != 2) return;
      BeTakenOver();
      other();
    });
  }
  std::string StatusOf(const std::string& id) { return real_tasks_->Get(id)->status; }

  std::unique_ptr<stores::TaskStore> real_tasks_ = stores::MakeMemoryTaskStore();
  std::unique_ptr<stores::ObjectStore> real_objects_ = stores::MakeMemoryObjectStore();
  testing::HangingTasks tasks_{*real_tasks_};
  CountedObjects objects_{*real_objects_};
  std::atomic<int64_t> now_{std::chrono::nanoseconds(seconds(1000)).count()};
  FakeJob job_;
  std::unique_ptr<TaskManager> manager_;
};

TEST_F(TaskGuardTest, ACancelThatIsAnsweredTooLateIsPassedToTheTasksNewHolder) {
  BeTakenOverWithin("Finish", [this] { EXPECT_TRUE(real_tasks_->Claim("a").value()); });
  const auto state = manager_->Cancel("a", kAtOnce);
  ASSERT_TRUE(state.ok()) << Message(state.status());
  EXPECT_EQ(state->task.status, "processing");
  EXPECT_EQ(StatusOf("a"), "processing");
  EXPECT_TRUE(real_objects_->Head(CancelKey("a")).ok());
}

TEST_F(TaskGuardTest, AnEndThatIsAnsweredTooLateIsNotWritten) {
  BeTakenOverWithin("Finish", [] {});
  job_.Let(Internal("this run has failed"));
  const Status ended = manager_->RunHere("a", {}, {}, {}).status();
  EXPECT_EQ(ended.code(), StatusCode::kCancelled);
  EXPECT_EQ(StatusOf("a"), "processing");
}

TEST_F(TaskGuardTest, AClaimThatIsAnsweredTooLateIsNotMade) {
  BeTakenOverWithin("Claim", [this] {
    EXPECT_TRUE(real_tasks_->Finish("a", stores::kStatusCancelled, "cancelled on request").ok());
  });
  const auto state = manager_->Start("a");
  ASSERT_TRUE(state.ok()) << Message(state.status());
  EXPECT_EQ(state->task.status, "processing");  // elsewhere, as far as is known
  EXPECT_EQ(StatusOf("a"), "cancelled");
  EXPECT_EQ(job_.starts(), 0);
}

TEST_F(TaskGuardTest, ALongRemovalKeepsItsLeaseAndEndsWithIt) {
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(real_objects_->Put("hls/a/" + std::to_string(i) + ".ts", "x", {}).ok());
  }
  int deletions = 0;
  objects_.on_delete = [&] {
    now_ += std::chrono::nanoseconds(seconds(25)).count();
    if (++deletions == 5) BeTakenOver();
  };
  const Status removed = manager_->Remove("a");
  EXPECT_EQ(removed.code(), StatusCode::kCancelled);
  EXPECT_THAT(Message(removed), HasSubstr("another process"));
  EXPECT_EQ(deletions, 5);
  EXPECT_THAT(*real_objects_->List("hls/a/"), SizeIs(5));
  EXPECT_EQ(StatusOf("a"), "created");
}

TEST_F(TaskGuardTest, ProgressThatHangsDoesNotDelayTheJobsEnd) {
  tasks_.hangs().Set("SetProgress", true);
  manager_->Begin();
  ASSERT_TRUE(manager_->Start("a").ok());
  ASSERT_TRUE(tasks_.hangs().WaitForTotal("SetProgress", 1));
  job_.LetComplete();
  EXPECT_TRUE(manager_->WaitUntilIdle("a", kPatience, {}));
  EXPECT_EQ(StatusOf("a"), "completed");
  tasks_.hangs().Set("SetProgress", false);
}

TEST_F(TaskGuardTest, ATranscriptThatHangsDoesNotDelayACancel) {
  tasks_.hangs().Set("ReadTranscript", true);
  manager_->Begin();
  ASSERT_TRUE(manager_->Start("a").ok());
  ASSERT_TRUE(tasks_.hangs().WaitForTotal("ReadTranscript", 1));
  EXPECT_EQ(manager_->Cancel("a", kPatience)->task.status, "cancelled");
  EXPECT_EQ(job_.starts(), 0);
  tasks_.hangs().Set("ReadTranscript", false);
}

TEST_F(TaskGuardTest, ATranscriptThatFoundNoAnswerIsAskedForAgainLikeAllElse) {
  tasks_.SetSilent("ReadTranscript", 2);
  job_.LetComplete();
  const auto state = manager_->RunHere("a", {}, {}, {});
  ASSERT_TRUE(state.ok()) << Message(state.status());
  EXPECT_EQ(state->task.status, "completed");
}

TEST_F(TaskGuardTest, ARequestsLimitHoldsWhileTheTaskIsBeingTaken) {
  tasks_.hangs().Set("Claim", true);
  const auto within =
      manager_->RunWithin("a", {.stop_at = SteadyClock::now() + std::chrono::milliseconds(50)});
  EXPECT_EQ(within.status().code(), StatusCode::kDeadlineExceeded) << Message(within.status());
  tasks_.hangs().Set("Claim", false);
  job_.LetComplete();
  EXPECT_EQ(manager_->RunWithin("a", {})->state.task.status, "completed");
}

TEST_F(TaskGuardTest, AnEndIsWrittenAlthoughTheLimitCutItsFirstAttemptOff) {
  tasks_.hangs().Set("Finish", true);
  job_.Let(Internal("no sound"));
  tasks_.OnAttempt([this, attempts = 0](const std::string& name) mutable {
    if (name == "Finish" && ++attempts == 2) tasks_.hangs().Set("Finish", false);
  });
  const auto within = manager_->RunWithin(
      "a", {.wind_down_at = SteadyClock::now() + kAtOnce, .stop_at = SteadyClock::now() + seconds(1)});
  ASSERT_TRUE(within.ok()) << Message(within.status());
  EXPECT_EQ(StatusOf("a"), "error");
}

TEST_F(TaskGuardTest, AJobThatCompletesWhileItIsCancelledIsAConflict) {
  std::promise<void> started;
  Make([&](const pipeline::JobSpec& spec, const pipeline::JobDeps& deps,
           const std::stop_token& stop) -> StatusOr<pipeline::JobResult> {
    started.set_value();
    std::mutex mutex;
    std::condition_variable_any changed;
    std::unique_lock lock(mutex);
    changed.wait(lock, stop, [] { return false; });
    WS_RETURN_IF_ERROR(deps.output->Put(spec.layout.mp4_key, "made", {}).status());
    return pipeline::JobResult{.completed = true};
  });
  manager_->Begin();
  ASSERT_TRUE(manager_->Start("a").ok());
  started.get_future().wait();
  const Status cancelled = manager_->Cancel("a", kPatience).status();
  EXPECT_EQ(cancelled.code(), StatusCode::kAlreadyExists);
  EXPECT_THAT(Message(cancelled), HasSubstr("completed"));
  EXPECT_EQ(StatusOf("a"), "completed");
}

// D1 has a budget of requests.
TEST_F(TaskGuardTest, WhoWaitsForAnotherProcessToCancelLooksNowAndThen) {
  ASSERT_TRUE(real_tasks_->Claim("a").value());
  const auto lease = real_objects_->AcquireLease(LeaseKey("a"), "another", seconds(60));
  ASSERT_TRUE(lease.ok());
  int looks = 0;
  tasks_.OnAttempt([&](const std::string& name) { looks += name == "Get" ? 1 : 0; });
  EXPECT_EQ(manager_->Cancel("a", std::chrono::milliseconds(700))->task.status, "processing");
  EXPECT_LE(looks, 5);
}

TEST_F(TaskGuardTest, AShutdownEndsWhatRequestsWaitFor) {
  tasks_.hangs().Set("Claim", true);
  Status started;
  {
    const std::jthread request([&] { started = manager_->Start("a").status(); });
    ASSERT_TRUE(tasks_.hangs().WaitForTotal("Claim", 1));
    manager_->Shutdown();
  }
  EXPECT_EQ(started.code(), StatusCode::kFailedPrecondition);  // 503, and not 499
}

}  // namespace
}  // namespace waveshift::service
