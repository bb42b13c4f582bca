// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What every task store must do, as one GoogleTest suite. A store's test includes this header once and
// instantiates the suite:
//   INSTANTIATE_TEST_SUITE_P(Sqlite, TaskStoreContract, testing::Values(TaskStoreUnderTest{"sqlite",
//   &MakeSqliteForTest}), NameOfTaskStore);
#ifndef WAVESHIFT_STORES_TASK_STORE_CONTRACT_H_
#define WAVESHIFT_STORES_TASK_STORE_CONTRACT_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "stores/task_store.h"

namespace waveshift::stores {

// An empty store, seen by two processes that share it. `second` may be the same object where a store cannot
// be opened twice.
struct TaskStorePair {
  TaskStore* first = nullptr;
  TaskStore* second = nullptr;
  std::vector<std::shared_ptr<void>> owners;  // what keeps both alive; destroyed last to first
};

struct TaskStoreUnderTest {
  std::string name;
  std::function<TaskStorePair()> make;
};

inline std::string NameOfTaskStore(const testing::TestParamInfo<TaskStoreUnderTest>& info) {
  return info.param.name;
}

inline text::TranscriptLine LineForTest(int64_t sequence, int64_t start_ms, int64_t end_ms,
                                        std::string translation) {
  text::TranscriptLine line;
  line.sequence = sequence;
  line.start_ms = start_ms;
  line.end_ms = end_ms;
  line.speaker = "Anna";
  line.content_type = "speech";
  line.original = "原文";
  line.translation = std::move(translation);
  return line;
}

inline NewTask TaskForTest(const std::string& id) {
  NewTask task;
  task.id = id;
  task.target_language = "english";
  task.video_path = "users/local/" + id + "/video.mp4";
  task.audio_path = "users/local/" + id + "/audio.aac";
  task.file_name = "影片.mp4";
  task.lines = {LineForTest(1, 0, 1000, "one"), LineForTest(2, 1500, 2500, "two")};
  return task;
}

class TaskStoreContract : public testing::TestWithParam<TaskStoreUnderTest> {
 protected:
  void SetUp() override {
    pair_ = GetParam().make();
    ASSERT_NE(pair_.first, nullptr);
    ASSERT_NE(pair_.second, nullptr);
  }
  void TearDown() override {
    while (!pair_.owners.empty()) pair_.owners.pop_back();
  }

  TaskStore& store() { return *pair_.first; }
  TaskStore& other() { return *pair_.second; }

  void Create(const NewTask& task) {
    const Status status = store().Create(task);
    ASSERT_TRUE(status.ok()) << Message(status);
  }
  Task Get(const std::string& id) {
    auto task = other().Get(id);
    EXPECT_TRUE(task.ok()) << Message(task.status());
    return task.ok() ? *task : Task{};
  }
  std::vector<text::TranscriptLine> Lines(const std::string& id) {
    auto lines = other().ReadTranscript(id);
    EXPECT_TRUE(lines.ok()) << Message(lines.status());
    return lines.ok() ? *lines : std::vector<text::TranscriptLine>{};
  }
  std::vector<std::string> Ids(int limit, int offset) {
    auto tasks = other().List(limit, offset);
    EXPECT_TRUE(tasks.ok()) << Message(tasks.status());
    std::vector<std::string> ids;
    if (!tasks.ok()) return ids;
    for (const Task& task : *tasks) ids.push_back(task.id);
    return ids;
  }
  bool Claim(const std::string& id) {
    const auto claimed = store().Claim(id);
    EXPECT_TRUE(claimed.ok()) << Message(claimed.status());
    return claimed.ok() && *claimed;
  }
  static int64_t NowMs() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  }

  using Strings = std::vector<std::string>;

 private:
  TaskStorePair pair_;
};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(TaskStoreContract);

TEST_P(TaskStoreContract, WhatIsCreatedIsThere) {
  const int64_t before_ms = NowMs();
  Create(TaskForTest("t1"));
  const Task task = Get("t1");
  EXPECT_EQ(task.id, "t1");
  EXPECT_EQ(task.status, kStatusCreated);
  EXPECT_EQ(task.progress, 0);
  EXPECT_EQ(task.target_language, "english");  // as given
  EXPECT_EQ(task.video_path, "users/local/t1/video.mp4");
  EXPECT_EQ(task.audio_path, "users/local/t1/audio.aac");
  EXPECT_EQ(task.error_message, "");
  EXPECT_GE(task.created_at_ms, before_ms);
  EXPECT_LE(task.created_at_ms, NowMs());
  EXPECT_EQ(task.started_at_ms, 0);
  EXPECT_EQ(task.completed_at_ms, 0);
  const auto lines = Lines("t1");
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[1].sequence, 2);
  EXPECT_EQ(lines[1].start_ms, 1500);
  EXPECT_EQ(lines[1].end_ms, 2500);
  EXPECT_EQ(lines[1].speaker, "Anna");
  EXPECT_EQ(lines[1].content_type, "speech");
  EXPECT_EQ(lines[1].original, "原文");
  EXPECT_EQ(lines[1].translation, "two");
  EXPECT_NE(lines[1].where.find("t1"), std::string::npos);
}

TEST_P(TaskStoreContract, WhatIsMissingIsNotFound) {
  EXPECT_EQ(store().Get("none").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(store().ReadTranscript("none").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(store().Claim("none").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(store().SetProgress("none", 5).code(), StatusCode::kNotFound);
  EXPECT_EQ(store().Finish("none", kStatusCompleted, "").code(), StatusCode::kNotFound);
  EXPECT_EQ(store().Delete("none").code(), StatusCode::kNotFound);
  EXPECT_NE(Message(store().Get("none").status()).find("none"), std::string::npos);
  EXPECT_EQ(Ids(10, 0), Strings{});
}

TEST_P(TaskStoreContract, AnIdIsThereOnce) {
  Create(TaskForTest("t1"));
  NewTask again = TaskForTest("t1");
  again.video_path = "other.mp4";
  again.lines.clear();
  EXPECT_EQ(other().Create(again).code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(Get("t1").video_path, "users/local/t1/video.mp4");
  EXPECT_EQ(Lines("t1").size(), 2U);
}

TEST_P(TaskStoreContract, HostileTextIsStoredAsItIs) {
  NewTask task = TaskForTest("it's \"quoted\"; DROP TABLE media_tasks; --");
  task.target_language = "zh-Hant-TW";
  task.lines[0].speaker = "'; DELETE FROM users; --\n张三/../x";
  task.lines[0].translation = "line one\nline two \xF0\x9F\x98\x80 ?1 %s";
  task.lines[0].original = "";
  Create(task);
  EXPECT_EQ(Get(task.id).target_language, "zh-Hant-TW");
  const auto lines = Lines(task.id);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].speaker, task.lines[0].speaker);
  EXPECT_EQ(lines[0].translation, task.lines[0].translation);
  EXPECT_EQ(lines[0].original, "");
  EXPECT_EQ(store().Get("' OR 1=1 --").status().code(), StatusCode::kNotFound);
}

TEST_P(TaskStoreContract, BadTasksAreRefusedWhole) {
  const auto refused = [&](const std::function<void(NewTask&)>& spoil, const std::string& named) {
    NewTask task = TaskForTest("bad");
    spoil(task);
    const Status status = store().Create(task);
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << named;
    EXPECT_NE(Message(status).find(named), std::string::npos) << Message(status);
  };
  refused([](NewTask& t) { t.id = ""; }, "task_id");
  refused([](NewTask& t) { t.id = "a\nb"; }, "task_id");
  refused([](NewTask& t) { t.id = std::string(256, 'i'); }, "task_id");
  refused([](NewTask& t) { t.video_path = "a\xFF"; }, "video_path");
  refused([](NewTask& t) { t.lines[1].end_ms = t.lines[1].start_ms; }, "segment 2: end_ms");
  refused([](NewTask& t) { t.lines[1].start_ms = -1; }, "segment 2: start_ms");
  refused([](NewTask& t) { t.lines[1].translation = "\xC0\x80"; }, "segment 2: translation");
  refused([](NewTask& t) { t.lines[1].translation = std::string(20001, 'x'); }, "segment 2: translation");
  refused([](NewTask& t) { t.lines[0].speaker = std::string(401, 'x'); }, "segment 1: speaker");
  EXPECT_EQ(Ids(10, 0), Strings{});
}

TEST_P(TaskStoreContract, LinesComeInOrderOfTimeWithoutDuplicates) {
  NewTask task = TaskForTest("t1");
  task.lines = {LineForTest(3, 5000, 6000, "three"), LineForTest(1, 0, 900, "old one"),
                LineForTest(2, 1000, 2000, ""), LineForTest(1, 100, 900, "new one"),
                LineForTest(4, 1000, 1500, "four")};
  task.lines[4].content_type = "music";
  task.lines[2].speaker = "";
  Create(task);
  const auto lines = Lines("t1");
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0].translation, "new one");
  EXPECT_EQ(lines[1].sequence, 2);
  EXPECT_EQ(lines[1].translation, "");
  EXPECT_EQ(lines[1].speaker, "");
  EXPECT_EQ(lines[2].sequence, 4);
  EXPECT_EQ(lines[2].content_type, "music");
  EXPECT_EQ(lines[3].sequence, 3);
}

TEST_P(TaskStoreContract, ATaskMayHaveNoTranscriptAndNoAudio) {
  NewTask task = TaskForTest("t1");
  task.lines.clear();
  task.audio_path.clear();
  task.file_name.clear();
  Create(task);
  EXPECT_TRUE(Lines("t1").empty());
  EXPECT_EQ(Get("t1").audio_path, "");
}

TEST_P(TaskStoreContract, ListsWhatIsProcessing) {
  for (const char* id : {"a", "b", "c", "d"}) Create(TaskForTest(id));
  EXPECT_TRUE(store().ListProcessing(10)->empty());
  for (const char* id : {"a", "b", "d"}) ASSERT_TRUE(store().Claim(id).value());
  ASSERT_TRUE(store().Finish("b", kStatusCompleted, "").ok());
  const auto tasks = other().ListProcessing(10).value();
  ASSERT_EQ(tasks.size(), 2U);
  EXPECT_EQ(tasks[0].id, "d");
  EXPECT_EQ(tasks[1].id, "a");
  EXPECT_EQ(other().ListProcessing(1)->size(), 1U);
  EXPECT_EQ(store().ListProcessing(-1).status().code(), StatusCode::kInvalidArgument);
}

TEST_P(TaskStoreContract, ListsNewestFirstInPages) {
  for (int i = 0; i < 7; ++i) Create(TaskForTest("t" + std::to_string(i)));
  EXPECT_EQ(Ids(3, 0), (Strings{"t6", "t5", "t4"}));
  EXPECT_EQ(Ids(3, 3), (Strings{"t3", "t2", "t1"}));
  EXPECT_EQ(Ids(3, 6), (Strings{"t0"}));
  EXPECT_EQ(Ids(3, 7), Strings{});
  EXPECT_EQ(Ids(0, 0), Strings{});
  EXPECT_EQ(store().List(-1, 0).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(store().List(1, -1).status().code(), StatusCode::kInvalidArgument);
}

TEST_P(TaskStoreContract, ALifeOfATask) {
  Create(TaskForTest("t1"));
  EXPECT_TRUE(Claim("t1"));
  EXPECT_EQ(Get("t1").status, kStatusProcessing);
  const int64_t started_at_ms = Get("t1").started_at_ms;
  EXPECT_GT(started_at_ms, 0);
  EXPECT_FALSE(Claim("t1"));
  EXPECT_FALSE(other().Claim("t1").value());
  EXPECT_TRUE(store().SetProgress("t1", 40).ok());
  EXPECT_EQ(Get("t1").progress, 40);
  EXPECT_TRUE(other().Finish("t1", kStatusCompleted, "").ok());
  const Task done = Get("t1");
  EXPECT_EQ(done.status, kStatusCompleted);
  EXPECT_EQ(done.progress, 100);
  EXPECT_EQ(done.error_message, "");
  EXPECT_EQ(done.started_at_ms, started_at_ms);
  EXPECT_GE(done.completed_at_ms, started_at_ms);
}

TEST_P(TaskStoreContract, ProgressNeverGoesBack) {
  Create(TaskForTest("t1"));
  EXPECT_TRUE(store().SetProgress("t1", 30).ok());
  EXPECT_EQ(Get("t1").progress, 0);  // nobody works on it
  ASSERT_TRUE(Claim("t1"));
  for (const auto& [written, shown] :
       {std::pair{30, 30}, {20, 30}, {30, 30}, {31, 31}, {-5, 31}, {250, 100}, {50, 100}}) {
    EXPECT_TRUE(store().SetProgress("t1", written).ok());
    EXPECT_EQ(Get("t1").progress, shown) << written;
  }
  ASSERT_TRUE(store().Finish("t1", kDefaultFailureStatus, "disk full").ok());
  ASSERT_TRUE(Claim("t1"));
  EXPECT_EQ(Get("t1").progress, 0);  // a new run starts anew
  ASSERT_TRUE(store().Finish("t1", kStatusCancelled, "").ok());
  EXPECT_TRUE(store().SetProgress("t1", 60).ok());
  EXPECT_EQ(Get("t1").progress, 0);
  EXPECT_EQ(Get("t1").status, kStatusCancelled);
}

TEST_P(TaskStoreContract, FailingAndTryingAgain) {
  Create(TaskForTest("t1"));
  ASSERT_TRUE(Claim("t1"));
  ASSERT_TRUE(store().SetProgress("t1", 40).ok());
  ASSERT_TRUE(store().Finish("t1", kDefaultFailureStatus, "espeak-ng is missing").ok());
  const Task failed = Get("t1");
  EXPECT_EQ(failed.status, "error");
  EXPECT_EQ(failed.error_message, "espeak-ng is missing");
  EXPECT_EQ(failed.progress, 40);
  EXPECT_GT(failed.completed_at_ms, 0);
  EXPECT_TRUE(Claim("t1"));
  EXPECT_EQ(Get("t1").error_message, "");
  EXPECT_EQ(Get("t1").completed_at_ms, 0);
}

TEST_P(TaskStoreContract, FinishingTwiceIsHarmless) {
  Create(TaskForTest("t1"));
  ASSERT_TRUE(Claim("t1"));
  ASSERT_TRUE(store().Finish("t1", kStatusCompleted, "").ok());
  const Task once = Get("t1");
  ASSERT_TRUE(other().Finish("t1", kStatusCompleted, "").ok());
  const Task twice = Get("t1");
  EXPECT_EQ(once.completed_at_ms, twice.completed_at_ms);
  EXPECT_EQ(once.status, twice.status);
  EXPECT_EQ(twice.progress, 100);
}

TEST_P(TaskStoreContract, AnEndIsAnEnd) {
  Create(TaskForTest("t1"));
  EXPECT_EQ(store().Finish("t1", kStatusProcessing, "").code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(store().Finish("t1", "", "").code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Get("t1").status, kStatusCreated);
}

TEST_P(TaskStoreContract, DeletingTakesTheTranscriptToo) {
  Create(TaskForTest("t1"));
  Create(TaskForTest("t2"));
  EXPECT_TRUE(other().Delete("t1").ok());
  EXPECT_EQ(store().Get("t1").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(store().Delete("t1").code(), StatusCode::kNotFound);
  EXPECT_EQ(Lines("t2").size(), 2U);
  NewTask again = TaskForTest("t1");
  again.lines = {LineForTest(9, 0, 10, "nine")};
  Create(again);
  EXPECT_EQ(Lines("t1").size(), 1U);
}

TEST_P(TaskStoreContract, OfManyThatClaimOneGetsIt) {
  for (int round = 0; round < 10; ++round) {
    const std::string id = "t" + std::to_string(round);
    Create(TaskForTest(id));
    std::atomic<int> got{0};
    std::atomic<int> refused{0};
    std::vector<std::jthread> threads;
    for (int t = 0; t < 16; ++t) {
      threads.emplace_back([&, t] {
        const auto claimed = (t % 2 == 0 ? store() : other()).Claim(id);
        if (claimed.ok()) ++(*claimed ? got : refused);
      });
    }
    threads.clear();
    EXPECT_EQ(got, 1);
    EXPECT_EQ(refused, 15);
  }
}

TEST_P(TaskStoreContract, ManyThreadsWriteProgressAndItEndsAtTheHighest) {
  Create(TaskForTest("t1"));
  ASSERT_TRUE(Claim("t1"));
  std::atomic<int> failed{0};
  std::atomic<bool> went_back{false};
  std::atomic<bool> stop{false};
  std::jthread watcher([&] {
    for (int last = 0; !stop;) {
      const auto task = other().Get("t1");
      if (!task.ok() || task->progress < last) went_back = true;
      if (task.ok()) last = task->progress;
    }
  });
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int percent = t; percent <= 90; percent += 4) {
        if (!(t % 2 == 0 ? store() : other()).SetProgress("t1", percent).ok()) ++failed;
      }
    });
  }
  threads.clear();
  stop = true;
  watcher.join();
  EXPECT_EQ(failed, 0);
  EXPECT_FALSE(went_back);
  EXPECT_EQ(Get("t1").progress, 90);
}

TEST_P(TaskStoreContract, ManyThreadsCreateAndDelete) {
  std::atomic<int> failed{0};
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      TaskStore& mine = t % 2 == 0 ? store() : other();
      for (int i = 0; i < 10; ++i) {
        const std::string id = std::to_string(t) + "-" + std::to_string(i);
        const bool fine = mine.Create(TaskForTest(id)).ok() && mine.ReadTranscript(id).ok() &&
                          (i % 2 == 0 || mine.Delete(id).ok());
        if (!fine) ++failed;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(Ids(100, 0).size(), 20U);
}

TEST_P(TaskStoreContract, DescribesItself) { EXPECT_FALSE(store().Describe().empty()); }

}  // namespace waveshift::stores

#endif  // WAVESHIFT_STORES_TASK_STORE_CONTRACT_H_
