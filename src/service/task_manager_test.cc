// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/task_manager.h"

#include <chrono>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "service/testing.h"

namespace waveshift::service {
namespace {

using testing::AddTask;
using testing::DepsOf;
using testing::FakeJob;
using testing::FastOptions;
using ::testing::HasSubstr;
using testing::kPatience;

// Every test runs over the stores in memory and over SQLite with files.
class TaskManagerTest : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (GetParam()) {
      auto scratch = ScratchDirectory::Make();
      ASSERT_TRUE(scratch.ok());
      scratch_ = std::make_unique<ScratchDirectory>(std::move(*scratch));
      auto tasks = stores::OpenSqliteTaskStore(scratch_->path() + "/tasks.db");
      ASSERT_TRUE(tasks.ok()) << Message(tasks.status());
      tasks_ = std::move(*tasks);
      auto objects = stores::OpenFileObjectStore(scratch_->path() + "/objects");
      ASSERT_TRUE(objects.ok()) << Message(objects.status());
      objects_ = std::move(*objects);
    } else {
      tasks_ = stores::MakeMemoryTaskStore();
      objects_ = stores::MakeMemoryObjectStore();
    }
  }

  std::unique_ptr<TaskManager> Manager(TaskManagerOptions options = FastOptions()) {
    return std::make_unique<TaskManager>(std::move(options), DepsOf(*tasks_, *objects_, job_));
  }
  void Add(const std::string& id) { ASSERT_TRUE(AddTask(*tasks_, *objects_, id).ok()); }
  std::string StatusOf(const std::string& id) {
    const auto task = tasks_->Get(id);
    return task.ok() ? task->status : Message(task.status());
  }
  std::string ErrorOf(const std::string& id) { return tasks_->Get(id)->error_message; }
  // Until the store says so.
  ::testing::AssertionResult Becomes(const std::string& id, const std::string& status) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (StatusOf(id) != status) {
      if (std::chrono::steady_clock::now() > end) {
        return ::testing::AssertionFailure() << id << " stays " << StatusOf(id) << ", not " << status;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return ::testing::AssertionSuccess();
  }

  std::unique_ptr<ScratchDirectory> scratch_;
  std::unique_ptr<stores::TaskStore> tasks_;
  std::unique_ptr<stores::ObjectStore> objects_;
  FakeJob job_;
};

TEST_P(TaskManagerTest, RunsATaskToItsEnd) {
  Add("a");
  auto manager = Manager();
  manager->Begin();
  const auto state = manager->Start("a");
  ASSERT_TRUE(state.ok()) << Message(state.status());
  EXPECT_EQ(state->task.status, "processing");
  EXPECT_EQ(StatusOf("a"), "processing");
  ASSERT_TRUE(job_.WaitForStarts(1));
  const pipeline::JobSpec spec = job_.last_spec();
  EXPECT_EQ(spec.target_language, "en");
  ASSERT_EQ(spec.transcript.lines.size(), 1u);
  EXPECT_EQ(spec.transcript.lines[0].translation, "Hello.");
  EXPECT_EQ(spec.layout.hls_prefix, "hls/a/");
  EXPECT_EQ(*ReadFile(spec.video.path, 100), "a video");
  job_.LetComplete();
  ASSERT_TRUE(Becomes("a", "completed"));
  ASSERT_TRUE(manager->WaitUntilIdle("a", kPatience, {}));
  const auto ended = manager->Get("a");
  ASSERT_TRUE(ended.ok());
  EXPECT_FALSE(ended->active);
  EXPECT_EQ(ended->progress.stage, "done");
  EXPECT_EQ(ended->progress.percent, 100);
}

TEST_P(TaskManagerTest, EachJobIsGivenTheBackgroundOfItsTime) {
  Add("a");
  Add("b");
  StatusOr<Background> background = Background{.mode = pipeline::BackgroundMode::kNone};
  TaskManagerDeps deps = DepsOf(*tasks_, *objects_, job_);
  deps.background = [&] { return background; };
  TaskManager manager(FastOptions(), std::move(deps));
  job_.LetComplete();
  ASSERT_TRUE(manager.RunHere("a", {}, {}, {}).ok());
  EXPECT_EQ(job_.last_spec().options.background, pipeline::BackgroundMode::kNone);
  background = FailedPrecondition("no separation model");
  const auto failed = manager.RunHere("b", {}, {}, {});
  EXPECT_EQ(failed.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(job_.starts(), 1);
}

TEST_P(TaskManagerTest, StartingAgainNeverRunsItTwice) {
  Add("a");
  auto manager = Manager();
  manager->Begin();
  std::vector<std::jthread> clients;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&] {
      const auto state = manager->Start("a");
      ASSERT_TRUE(state.ok()) << Message(state.status());
      EXPECT_EQ(state->task.status, "processing");
    });
  }
  clients.clear();
  ASSERT_TRUE(job_.WaitForStarts(1));
  job_.LetComplete();
  ASSERT_TRUE(manager->WaitUntilIdle("a", kPatience, {}));
  const auto again = manager->Start("a");
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->task.status, "completed");
  EXPECT_EQ(job_.starts(), 1);
}

TEST_P(TaskManagerTest, TwoManagersShareTheWork) {
  Add("a");
  auto here = Manager();
  auto there = Manager();
  here->Begin();
  there->Begin();
  ASSERT_TRUE(here->Start("a").ok());
  const auto state = there->Start("a");
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(state->task.status, "processing");
  EXPECT_FALSE(state->active);
  ASSERT_TRUE(job_.WaitForStarts(1));
  job_.LetComplete();
  ASSERT_TRUE(here->WaitUntilIdle("a", kPatience, {}));
  EXPECT_EQ(there->Start("a")->task.status, "completed");
  EXPECT_EQ(job_.starts(), 1);
}

TEST_P(TaskManagerTest, OneJobAtATimeAndTheOthersWait) {
  for (const char* id : {"a", "b", "c"}) Add(id);
  auto manager = Manager();
  manager->Begin();
  for (const char* id : {"a", "b", "c"}) ASSERT_TRUE(manager->Start(id).ok());
  EXPECT_EQ(manager->Get("c")->progress.stage, "queued");
  for (const char* id : {"a", "b", "c"}) {
    job_.LetComplete();
    ASSERT_TRUE(manager->WaitUntilIdle(id, kPatience, {}));
  }
  EXPECT_EQ(job_.starts(), 3);
  EXPECT_EQ(job_.most_at_once(), 1);
}

TEST_P(TaskManagerTest, ConcurrencyIsConfigurable) {
  for (const char* id : {"a", "b"}) Add(id);
  TaskManagerOptions options = FastOptions();
  options.concurrent_jobs = 2;
  auto manager = Manager(options);
  manager->Begin();
  for (const char* id : {"a", "b"}) ASSERT_TRUE(manager->Start(id).ok());
  EXPECT_TRUE(job_.WaitForStarts(2));
  EXPECT_EQ(manager->Load(), (std::pair<size_t, size_t>(2, 0)));
}

TEST_P(TaskManagerTest, AFullQueueRefusesAndLeavesTheTaskAlone) {
  for (const char* id : {"a", "b", "c"}) Add(id);
  TaskManagerOptions options = FastOptions();
  options.max_waiting = 1;
  auto manager = Manager(options);
  manager->Begin();
  ASSERT_TRUE(manager->Start("a").ok());
  ASSERT_TRUE(job_.WaitForStarts(1));
  ASSERT_TRUE(manager->Start("b").ok());
  EXPECT_EQ(manager->Start("c").status().code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(StatusOf("c"), "created");
  EXPECT_TRUE(manager->Start("b").ok());
}

TEST_P(TaskManagerTest, UnknownAndBadIdsAreToldApart) {
  auto manager = Manager();
  manager->Begin();
  EXPECT_EQ(manager->Start("nobody").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(manager->Get("nobody").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(manager->Cancel("nobody", kPatience).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(manager->Remove("nobody").code(), StatusCode::kNotFound);
  EXPECT_EQ(manager->Start("../etc").status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(manager->Get("..").status().code(), StatusCode::kNotFound);
}

TEST_P(TaskManagerTest, EveryWayOutWritesAnEnd) {
  Add("bad");
  Add("many");
  Add("throws");
  ASSERT_TRUE(tasks_->Create(testing::SmallTask("novideo")).ok());
  stores::NewTask mute = testing::SmallTask("mute");
  mute.lines.clear();
  ASSERT_TRUE(tasks_->Create(mute).ok());
  stores::NewTask own = testing::SmallTask("own");
  own.video_path = "videos/own/final_video.mp4";
  ASSERT_TRUE(tasks_->Create(own).ok());
  TaskManagerDeps deps = DepsOf(*tasks_, *objects_, job_);
  deps.run_job = [](const pipeline::JobSpec& spec, const pipeline::JobDeps&,
                    const std::stop_token&) -> StatusOr<pipeline::JobResult> {
    if (spec.layout.hls_prefix == "hls/bad/") return InvalidArgument("video.mp4: is no media file");
    if (spec.layout.hls_prefix == "hls/throws/") throw std::runtime_error("library bug");
    pipeline::JobResult result;
    result.failure = "9 of 10 lines could not be spoken";
    return result;
  };
  TaskManager manager(FastOptions(), std::move(deps));
  manager.Begin();
  for (const char* id : {"bad", "many", "throws", "novideo", "mute", "own"}) {
    ASSERT_TRUE(manager.Start(id).ok());
    ASSERT_TRUE(manager.WaitUntilIdle(id, kPatience, {}));
    EXPECT_EQ(StatusOf(id), "error") << id;
  }
  EXPECT_EQ(ErrorOf("bad"), "video.mp4: is no media file");
  EXPECT_EQ(ErrorOf("many"), "9 of 10 lines could not be spoken");
  EXPECT_THAT(ErrorOf("throws"), HasSubstr("library bug"));
  EXPECT_THAT(ErrorOf("novideo"), HasSubstr("video_path"));
  EXPECT_THAT(ErrorOf("mute"), HasSubstr("no transcript"));
  EXPECT_EQ(ErrorOf("own"), "video_path: videos/own/final_video.mp4: the dub would overwrite it");
}

// A line's audio_key is an object of the store, also when it is written as the object's public address.
TEST_P(TaskManagerTest, AJobReadsClipsOfItsStoreOnly) {
  Add("a");
  ASSERT_TRUE(objects_->Put("users/u/a b/张.wav", "the clip", {}).ok());
  TaskManagerOptions options = FastOptions();
  options.public_base_url = "https://media.example/";
  TaskManagerDeps deps = DepsOf(*tasks_, *objects_, job_);
  std::map<std::string, std::string> read;
  deps.run_job = [&](const pipeline::JobSpec&, const pipeline::JobDeps& job_deps,
                     const std::stop_token&) -> StatusOr<pipeline::JobResult> {
    for (const char* key : {"users/u/a b/张.wav", "https://media.example/users/u/a b/张.wav",
                            "https://media.example.evil/users/u/a b/张.wav",
                            "https://media.example/../secret", "http://127.0.0.1/x", "/etc/passwd", ""}) {
      const auto bytes = job_deps.read_clip(key, 100);
      read[key] = bytes.ok() ? *bytes : std::string(CodeWord(bytes.status()));
    }
    read["large"] = CodeWord(job_deps.read_clip("users/u/a b/张.wav", 3).status());
    return Internal("seen");
  };
  TaskManager manager(options, std::move(deps));
  manager.Begin();
  ASSERT_TRUE(manager.Start("a").ok());
  ASSERT_TRUE(manager.WaitUntilIdle("a", kPatience, {}));
  EXPECT_EQ(read["users/u/a b/张.wav"], "the clip");
  EXPECT_EQ(read["https://media.example/users/u/a b/张.wav"], "the clip");
  for (const auto& [key, answer] : read) {
    EXPECT_TRUE(key.ends_with("张.wav") == (answer == "the clip") || key.find("evil") != std::string::npos)
        << key;
  }
  EXPECT_EQ(read["https://media.example.evil/users/u/a b/张.wav"], "bad_request");
  EXPECT_EQ(read["http://127.0.0.1/x"], "bad_request");
  EXPECT_EQ(read["https://media.example/../secret"], "bad_request");
}

TEST_P(TaskManagerTest, TheFailureWordIsConfigurableAndAFailedTaskRunsAgain) {
  Add("a");
  TaskManagerOptions options = FastOptions();
  options.failure_status = "failed";
  auto manager = Manager(options);
  manager->Begin();
  ASSERT_TRUE(manager->Start("a").ok());
  job_.Let(Internal("disk full"));
  ASSERT_TRUE(manager->WaitUntilIdle("a", kPatience, {}));
  EXPECT_EQ(StatusOf("a"), "failed");
  ASSERT_TRUE(manager->Start("a").ok());
  EXPECT_EQ(ErrorOf("a"), "");
  job_.LetComplete();
  ASSERT_TRUE(manager->WaitUntilIdle("a", kPatience, {}));
  EXPECT_EQ(StatusOf("a"), "completed");
  EXPECT_EQ(job_.starts(), 2);
}

TEST_P(TaskManagerTest, CancelStopsARunningJob) {
  Add("a");
  auto manager = Manager();
  manager->Begin();
  ASSERT_TRUE(manager->Start("a").ok());
  ASSERT_TRUE(job_.WaitForStarts(1));
  const auto state = manager->Cancel("a", kPatience);
  ASSERT_TRUE(state.ok()) << Message(state.status());
  EXPECT_EQ(state->task.status, "cancelled");
  EXPECT_EQ(StatusOf("a"), "cancelled");
  EXPECT_EQ(manager->Cancel("a", kPatience)->task.status, "cancelled");
  ASSERT_TRUE(manager->Start("a").ok());  // it may be started again
  job_.LetComplete();
  ASSERT_TRUE(Becomes("a", "completed"));
  ASSERT_TRUE(manager->WaitUntilIdle("a", kPatience, {}));
  EXPECT_EQ(manager->Cancel("a", kPatience).status().code(), StatusCode::kAlreadyExists);
}

TEST_P(TaskManagerTest, CancelTakesWaitingAndNewTasksOut) {
  for (const char* id : {"a", "b", "c"}) Add(id);
  auto manager = Manager();
  manager->Begin();
  ASSERT_TRUE(manager->Start("a").ok());
  ASSERT_TRUE(job_.WaitForStarts(1));
  ASSERT_TRUE(manager->Start("b").ok());
  EXPECT_EQ(manager->Cancel("b", kPatience)->task.status, "cancelled");
  EXPECT_EQ(manager->Cancel("c", kPatience)->task.status, "cancelled");
  job_.LetComplete();
  ASSERT_TRUE(Becomes("a", "completed"));
  EXPECT_EQ(job_.starts(), 1);
}

TEST_P(TaskManagerTest, CancelReachesAnotherManagersJob) {
  Add("a");
  auto here = Manager();
  auto there = Manager();
  here->Begin();
  ASSERT_TRUE(here->Start("a").ok());
  ASSERT_TRUE(job_.WaitForStarts(1));
  const auto state = there->Cancel("a", kPatience);
  ASSERT_TRUE(state.ok()) << Message(state.status());
  EXPECT_EQ(state->task.status, "cancelled");
}

TEST_P(TaskManagerTest, ShutdownLeavesTasksThatTheNextManagerTakesUp) {
  Add("a");
  Add("b");
  {
    auto manager = Manager();
    manager->Begin();
    ASSERT_TRUE(manager->Start("a").ok());
    ASSERT_TRUE(manager->Start("b").ok());
    ASSERT_TRUE(job_.WaitForStarts(1));
    manager->Shutdown();
    EXPECT_EQ(StatusOf("a"), "processing");
    EXPECT_EQ(StatusOf("b"), "processing");
    EXPECT_EQ(manager->Start("a").status().code(), StatusCode::kFailedPrecondition);
  }
  auto next = Manager();
  next->Begin();
  job_.LetComplete();
  job_.LetComplete();
  EXPECT_TRUE(Becomes("a", "completed"));
  EXPECT_TRUE(Becomes("b", "completed"));
}

TEST_P(TaskManagerTest, TasksOfACrashedProcessAreTakenUpWhenTheirLeaseIsFree) {
  Add("a");
  ASSERT_TRUE(*tasks_->Claim("a"));
  auto lease = objects_->AcquireLease("journal/a/lease", "another machine", std::chrono::seconds(60));
  ASSERT_TRUE(lease.ok());
  auto manager = Manager();
  manager->Begin();
  EXPECT_EQ(manager->Start("a")->active, false);
  EXPECT_EQ(job_.starts(), 0);
  lease->reset();                      // it died
  EXPECT_TRUE(job_.WaitForStarts(1));  // found by the search that goes on beside
  job_.LetComplete();
  EXPECT_TRUE(Becomes("a", "completed"));
}

TEST_P(TaskManagerTest, ProgressIsKeptAndStoredAndDoesNotGoBack) {
  Add("a");
  pipeline::Progress progress;
  progress.stage = "synthesize";
  progress.percent = 42.7;
  progress.lines_done = 3;
  progress.lines_total = 7;
  job_.SetProgress(progress);
  auto manager = Manager();
  manager->Begin();
  uint64_t seen = manager->WaitForChange(0, std::chrono::milliseconds(0));
  ASSERT_TRUE(manager->Start("a").ok());
  EXPECT_NE(manager->WaitForChange(seen, kPatience), seen);
  ASSERT_TRUE(job_.WaitForStarts(1));
  const auto state = manager->Get("a");
  EXPECT_TRUE(state->active);
  EXPECT_EQ(state->progress.stage, "synthesize");
  EXPECT_EQ(state->progress.lines_done, 3);
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (tasks_->Get("a")->progress != 42 && std::chrono::steady_clock::now() < end)
    std::this_thread::yield();
  EXPECT_EQ(tasks_->Get("a")->progress, 42);
  manager.reset();
  progress.percent = 10;
  job_.SetProgress(progress);
  auto next = Manager();
  next->Begin();
  ASSERT_TRUE(job_.WaitForStarts(2));
  EXPECT_EQ(next->Get("a")->progress.percent, 42);
}

TEST_P(TaskManagerTest, CompletedWithoutADubIsNotFinished) {
  Add("a");  // the product says "completed" when the transcript is there
  ASSERT_TRUE(tasks_->Finish("a", "completed", "").ok());
  auto manager = Manager();
  manager->Begin();
  EXPECT_EQ(manager->Start("a")->task.status, "processing");
  EXPECT_TRUE(job_.WaitForStarts(1));
}

TEST_P(TaskManagerTest, TheReportSaysHowManyLinesWereThere) {
  Add("a");
  ASSERT_TRUE(tasks_->Finish("a", "completed", "").ok());
  const auto lines = [&](const std::string& totals) {
    EXPECT_TRUE(objects_->Put("reports/a/report.json", R"({"totals":)" + totals + "}", {}).ok());
    return Manager()->Get("a")->progress.lines_total;
  };
  EXPECT_EQ(lines(R"({"dubbed":5,"failed":2})"), 7);
  EXPECT_EQ(lines(R"({"dubbed":"5"})"), 0);
  EXPECT_EQ(lines(R"({"dubbed":9223372036854775807,"failed":9223372036854775807})"), 2000000);
}

TEST_P(TaskManagerTest, RunHereRunsOnTheCallingThread) {
  Add("a");
  auto manager = Manager();
  std::vector<std::string> stages;
  job_.LetComplete();
  const auto on_progress = [&](const pipeline::Progress& progress) { stages.push_back(progress.stage); };
  const auto state = manager->RunHere("a", on_progress, {}, {});
  ASSERT_TRUE(state.ok()) << Message(state.status());
  EXPECT_EQ(state->task.status, "completed");
  EXPECT_EQ(stages.size(), 1u);
  EXPECT_EQ(manager->RunHere("a", {}, {}, {})->task.status, "completed");
  EXPECT_EQ(job_.starts(), 1);

  Add("b");
  job_.Let(InvalidArgument("in/b.mp4: is no media file"));
  const auto failed = manager->RunHere("b", {}, {}, {});
  EXPECT_EQ(failed.status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(StatusOf("b"), "error");
}

TEST_P(TaskManagerTest, RunHereIsInterruptedAndGoesOn) {
  Add("a");
  auto manager = Manager();
  std::stop_source stop;
  std::jthread interrupt([&] {
    ASSERT_TRUE(job_.WaitForStarts(1));
    EXPECT_EQ(Manager()->RunHere("a", {}, {}, {}).status().code(), StatusCode::kAlreadyExists);
    stop.request_stop();
  });
  EXPECT_EQ(manager->RunHere("a", {}, {}, stop.get_token()).status().code(), StatusCode::kCancelled);
  EXPECT_EQ(StatusOf("a"), "processing");
  job_.LetComplete();
  EXPECT_TRUE(manager->RunHere("a", {}, {}, {}).ok());
}

TEST_P(TaskManagerTest, RemoveTakesTheTaskAndItsFiles) {
  Add("a");
  Add("ab");
  auto manager = Manager();
  manager->Begin();
  for (const char* id : {"a", "ab"}) {
    ASSERT_TRUE(manager->Start(id).ok());
    ASSERT_TRUE(job_.WaitForStarts(id == std::string("a") ? 1 : 2));
    EXPECT_EQ(manager->Remove(id).code(), StatusCode::kAlreadyExists);
    job_.LetComplete();
    ASSERT_TRUE(manager->WaitUntilIdle(id, kPatience, {}));
  }
  ASSERT_TRUE(manager->Remove("a").ok());
  EXPECT_EQ(manager->Get("a").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(objects_->Head("hls/a/playlist.m3u8").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(objects_->Head("videos/a/final_video.mp4").status().code(), StatusCode::kNotFound);
  EXPECT_TRUE(objects_->List("journal/a/")->empty());
  EXPECT_TRUE(objects_->Head("in/a.mp4").ok());  // what the user brought stays
  EXPECT_TRUE(objects_->Head("hls/ab/playlist.m3u8").ok());
}

INSTANTIATE_TEST_SUITE_P(Stores, TaskManagerTest, ::testing::Bool(),
                         [](const auto& param) { return param.param ? "SqliteAndFiles" : "Memory"; });

}  // namespace
}  // namespace waveshift::service
