// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// A cancel request that meets something else: a time limit, a shutdown, a holder that is gone, an end.
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
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
using ::testing::HasSubstr;
using testing::kPatience;

constexpr std::chrono::milliseconds kAtOnce{0};

// A job in the middle of a long line: it hears that it shall wind down, and ends when it is stopped.
class LongLine {
 public:
  JobRunner Runner() {
    return [this](const pipeline::JobSpec&, const pipeline::JobDeps& deps, const std::stop_token& stop) {
      return Run(deps, stop);
    };
  }
  bool WaitUntilWindingDown() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [this] { return winds_down_; });
  }

 private:
  StatusOr<pipeline::JobResult> Run(const pipeline::JobDeps& deps, const std::stop_token& stop) {
    const std::stop_callback on_wind_down(deps.wind_down, [this] {
      const std::lock_guard lock(mutex_);
      winds_down_ = true;
      changed_.notify_all();
    });
    std::unique_lock lock(mutex_);
    changed_.wait(lock, stop, [] { return false; });
    return Cancelled("stopped");
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool winds_down_ = false;
};

// A real store, in which something happens behind every look at a task.
class EventfulTasks : public stores::TaskStore {
 public:
  explicit EventfulTasks(stores::TaskStore& real) : real_(real) {}
  std::function<void()> after_get;

  StatusOr<stores::Task> Get(const std::string& id) override {
    auto task = real_.Get(id);
    if (after_get) after_get();
    return task;
  }
  Status Create(const stores::NewTask& task) override { return real_.Create(task); }
  StatusOr<std::vector<stores::Task>> List(int limit, int offset) override {
    return real_.List(limit, offset);
  }
  StatusOr<std::vector<stores::Task>> ListProcessing(int limit) override {
    return real_.ListProcessing(limit);
  }
  StatusOr<std::vector<text::TranscriptLine>> ReadTranscript(const std::string& id) override {
    return real_.ReadTranscript(id);
  }
  StatusOr<bool> Claim(const std::string& id) override { return real_.Claim(id); }
  Status SetProgress(const std::string& id, int percent) override { return real_.SetProgress(id, percent); }
  Status Finish(const std::string& id, const std::string& status, const std::string& error) override {
    return real_.Finish(id, status, error);
  }
  Status Delete(const std::string& id) override { return real_.Delete(id); }
  std::string Describe() const override { return real_.Describe(); }

 private:
  stores::TaskStore& real_;
};

class TaskCancelTest : public ::testing::Test {
 protected:
  void Add(const std::string& id) { ASSERT_TRUE(AddTask(*tasks_, *objects_, id).ok()); }
  std::unique_ptr<TaskManager> Manager() {
    return std::make_unique<TaskManager>(FastOptions(), DepsOf(*tasks_, *objects_, job_));
  }
  std::unique_ptr<TaskManager> ManagerOf(LongLine& line) {
    TaskManagerDeps deps = DepsOf(*tasks_, *objects_, job_);
    deps.run_job = line.Runner();
    return std::make_unique<TaskManager>(FastOptions(), std::move(deps));
  }
  std::string StatusOf(const std::string& id) { return tasks_->Get(id)->status; }
  // A task whose holder died without seeing that it should be cancelled.
  void AddCancelledAfterACrash(const std::string& id) {
    Add(id);
    ASSERT_TRUE(tasks_->Claim(id).value());
    const auto lease = objects_->AcquireLease(LeaseKey(id), "dead", std::chrono::seconds(60));
    ASSERT_TRUE(lease.ok());
    const auto state = Manager()->Cancel(id, kAtOnce);
    ASSERT_TRUE(state.ok()) << Message(state.status());
    ASSERT_EQ(state->task.status, "processing");
  }

  std::unique_ptr<stores::TaskStore> tasks_ = stores::MakeMemoryTaskStore();
  std::unique_ptr<stores::ObjectStore> objects_ = stores::MakeMemoryObjectStore();
  FakeJob job_;
};

TEST_F(TaskCancelTest, WhileTheRequestsTimeRunsOut) {
  Add("a");
  LongLine line;
  const auto manager = ManagerOf(line);
  StatusOr<WithinRequest> within = Internal("");
  {
    const std::jthread request(
        [&] { within = manager->RunWithin("a", {.wind_down_at = SteadyClock::now()}); });
    ASSERT_TRUE(line.WaitUntilWindingDown());
    EXPECT_EQ(manager->Cancel("a", kPatience)->task.status, "cancelled");
  }
  ASSERT_TRUE(within.ok()) << Message(within.status());
  EXPECT_EQ(within->end, End::kEnded);  // so nobody is sent to go on with it
  EXPECT_EQ(within->state.task.status, "cancelled");
}

TEST_F(TaskCancelTest, WhileTheServerEnds) {
  Add("a");
  LongLine line;
  const auto manager = ManagerOf(line);
  StatusOr<WithinRequest> within = Internal("");
  {
    const std::jthread request([&] { within = manager->RunWithin("a", {}); });
    const auto end = SteadyClock::now() + kPatience;
    while (manager->Load().first == 0 && SteadyClock::now() < end) manager->WaitForChange(0, kAtOnce);
    while (!manager->Get("a")->active && SteadyClock::now() < end) manager->WaitForChange(0, kAtOnce);
    manager->WindDown(kAtOnce);
    ASSERT_TRUE(line.WaitUntilWindingDown());
    EXPECT_EQ(manager->Cancel("a", kPatience)->task.status, "cancelled");
    manager->Shutdown();
  }
  EXPECT_EQ(within->state.task.status, "cancelled");
  EXPECT_EQ(StatusOf("a"), "cancelled");
}

TEST_F(TaskCancelTest, TheNextRequestFindsItWhereTheHolderIsGone) {
  AddCancelledAfterACrash("a");
  const auto manager = Manager();
  const auto within = manager->RunWithin("a", {.wind_down_at = SteadyClock::now() + kPatience});
  ASSERT_TRUE(within.ok()) << Message(within.status());
  EXPECT_EQ(within->end, End::kEnded);
  EXPECT_EQ(within->state.task.status, "cancelled");
  EXPECT_EQ(within->state.task.error_message, "cancelled on request");
  EXPECT_EQ(job_.starts(), 0);
  // That was for the run that is over: who starts it now means it.
  job_.LetComplete();
  EXPECT_EQ(manager->RunWithin("a", {})->state.task.status, "completed");
}

TEST_F(TaskCancelTest, TheNextServerAndTheCommandFindItToo) {
  AddCancelledAfterACrash("a");
  AddCancelledAfterACrash("b");
  for (int i = 0; i < 2; ++i) job_.Let(Internal("it runs"));
  const auto manager = Manager();
  const Status ended = manager->RunHere("a", {}, {}, {}).status();
  EXPECT_EQ(ended.code(), StatusCode::kCancelled);
  EXPECT_THAT(Message(ended), HasSubstr("cancelled on request"));
  EXPECT_EQ(StatusOf("a"), "cancelled");
  manager->Begin();
  EXPECT_EQ(StatusOf("b"), "cancelled");
  EXPECT_EQ(job_.starts(), 0);
}

TEST_F(TaskCancelTest, WhatEndsMeanwhileIsNotCancelled) {
  Add("a");
  ASSERT_TRUE(tasks_->Claim("a").value());
  EventfulTasks tasks(*tasks_);
  tasks.after_get = [this] { ASSERT_TRUE(tasks_->Finish("a", stores::kStatusCompleted, "").ok()); };
  TaskManager manager(FastOptions(), DepsOf(tasks, *objects_, job_));
  EXPECT_EQ(manager.Cancel("a", kAtOnce).status().code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(StatusOf("a"), "completed");
}

}  // namespace
}  // namespace waveshift::service
