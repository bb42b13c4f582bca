// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What keeps tasks ours, beside the jobs: nothing there waits for something else.
#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "service/lease_testing.h"
#include "service/task_manager.h"
#include "service/task_manager_internal.h"
#include "service/testing.h"

namespace waveshift::service {
namespace {

using testing::AddTask;
using testing::DepsOf;
using testing::FakeJob;
using testing::FastOptions;

class TaskLeaseTest : public ::testing::Test {
 protected:
  void TearDown() override {
    for (const std::string& id : hung_leases_) objects_.hangs.Set(LeaseKey(id), false);
    for (const char* call : {"ListProcessing", "SetProgress"}) tasks_.hangs.Set(call, false);
    manager_.reset();
  }
  // A manager with these tasks; the first `running` of them run, the others wait.
  void Run(const std::vector<std::string>& ids, int running) {
    TaskManagerOptions options = FastOptions();
    options.concurrent_jobs = running;
    options.lease_lifetime = std::chrono::seconds(0);  // renewed at every look
    manager_ = std::make_unique<TaskManager>(options, DepsOf(tasks_, objects_, job_));
    manager_->Begin();
    for (size_t i = 0; i < ids.size(); ++i) {
      ASSERT_TRUE(AddTask(*real_tasks_, *real_objects_, ids[i]).ok());
      ASSERT_TRUE(manager_->Start(ids[i]).ok());
      ASSERT_TRUE(job_.WaitForStarts(std::min(static_cast<int>(i) + 1, running)));
    }
  }
  // From now on the renewals of this one's lease do not come back.
  void Hang(const std::string& id) {
    hung_leases_.push_back(id);
    objects_.hangs.Set(LeaseKey(id), true);
    ASSERT_TRUE(objects_.hangs.WaitForMore(LeaseKey(id), 1));
  }
  bool IsKept(const std::string& id) { return objects_.hangs.WaitForMore(LeaseKey(id), 5); }

  std::unique_ptr<stores::TaskStore> real_tasks_ = stores::MakeMemoryTaskStore();
  std::unique_ptr<stores::ObjectStore> real_objects_ = stores::MakeMemoryObjectStore();
  testing::UnreliableTasks tasks_{*real_tasks_};
  testing::UnreliableObjects objects_{*real_objects_};
  FakeJob job_;
  std::vector<std::string> hung_leases_;
  std::unique_ptr<TaskManager> manager_;
};

TEST_F(TaskLeaseTest, ARunningTasksLeaseWaitsForNoOther) {
  Run({"a", "b", "c"}, 2);
  Hang("a");
  EXPECT_TRUE(IsKept("b"));
  Hang("c");  // one that waits
  EXPECT_TRUE(IsKept("b"));
}

TEST_F(TaskLeaseTest, AWaitingTasksLeaseWaitsForNoOther) {
  Run({"a", "b", "c", "d", "e"}, 1);
  for (const char* id : {"a", "b", "c"}) Hang(id);
  EXPECT_TRUE(IsKept("d"));
  EXPECT_TRUE(IsKept("e"));
}

TEST_F(TaskLeaseTest, LeasesDoNotWaitForTheSearchForAbandonedTasks) {
  Run({"a", "b"}, 1);
  tasks_.hangs.Set("ListProcessing", true);
  ASSERT_TRUE(tasks_.hangs.WaitForMore("ListProcessing", 1));
  EXPECT_TRUE(IsKept("a"));
  EXPECT_TRUE(IsKept("b"));
}

TEST_F(TaskLeaseTest, ATasksLeaseDoesNotWaitForItsProgress) {
  tasks_.hangs.Set("SetProgress", true);
  Run({"a"}, 1);
  ASSERT_TRUE(tasks_.hangs.WaitForTotal("SetProgress", 1));
  EXPECT_TRUE(IsKept("a"));
}

}  // namespace
}  // namespace waveshift::service
