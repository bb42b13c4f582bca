// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// D1 for work that can be stopped or taken over, and how callers wait for each other.
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stores/test_peer.h"

namespace waveshift::stores {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class D1Guard : public testing::Test {
 protected:
  void SetUp() override {
    peer_.Reset("V4");
    NewTask task;
    task.id = "t";
    task.target_language = "english";
    task.video_path = "video.mp4";
    text::TranscriptLine line;
    line.end_ms = 900;
    line.content_type = "speech";
    line.translation = "a line";
    task.lines.push_back(line);
    ASSERT_TRUE(store_->Create(task).ok());
    ASSERT_TRUE(store_->Claim("t").value());
    before_ = peer_.Log().size();
  }
  size_t Requests() { return peer_.Log().size() - before_; }
  void Fail(PeerJson fault, int times) {
    fault["times"] = times;
    peer_.Plan(PeerJson::array({fault}));
    before_ = peer_.Log().size();
  }
  bool WaitForRequests(size_t count) {
    const auto end = std::chrono::steady_clock::now() + seconds(20);
    while (Requests() < count && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    return Requests() >= count;
  }
  Task Row() {
    peer_.Plan(PeerJson::array());
    return MakeD1TaskStore(peer_.D1())->Get("t").value();
  }

  CloudflarePeer& peer_ = CloudflarePeer::Get();
  std::unique_ptr<TaskStore> store_ = MakeD1TaskStore(peer_.D1());
  size_t before_ = 0;
};

// Whoever has lost its task between two attempts makes no third.
TEST_F(D1Guard, AWriteIsAskedForBeforeEachAttempt) {
  int asked = 0;
  bool is_lost = false;
  CallGuard guard;
  guard.before_write = [&] {
    if (++asked == 3 && is_lost) return Cancelled("lost");
    return OkStatus();
  };
  const auto guarded = store_->With(guard);
  Fail({{"do", "answer"}, {"status", 500}}, 2);
  EXPECT_TRUE(guarded->SetProgress("t", 10).ok());
  EXPECT_EQ(asked, 3);
  is_lost = true;
  for (const auto& write : std::vector<std::function<Status()>>{
           [&] { return guarded->Finish("t", kStatusCompleted, ""); },
           [&] { return guarded->SetProgress("t", 50); }, [&] { return guarded->Delete("t"); },
           [&] { return guarded->Claim("t").status(); }}) {
    asked = 0;
    Fail({{"do", "answer"}, {"status", 500}}, 1000);
    const Status refused = write();
    EXPECT_EQ(refused.code(), StatusCode::kCancelled);
    EXPECT_EQ(Message(refused), "lost");
    EXPECT_EQ(Requests(), 2U);
  }
  EXPECT_TRUE(guarded->Get("t").status().code() == StatusCode::kUnavailable);  // who only looks is not asked
  EXPECT_EQ(Row().status, kStatusProcessing);
  EXPECT_EQ(Row().progress, 10);
}

TEST_F(D1Guard, AnAttemptOfAWriteTakesNoLongerThanItMay) {
  D1Options options = peer_.D1();
  options.patience = seconds(20);  // less than one attempt may take without a guard
  CallGuard guard;
  guard.longest_write = milliseconds(100);
  const auto store = MakeD1TaskStore(options);
  ASSERT_TRUE(store->Get("t").ok());
  Fail({{"do", "stall"}}, 2);
  EXPECT_TRUE(store->With(guard)->Finish("t", kStatusCompleted, "").ok());
  EXPECT_EQ(Requests(), 3U);
  EXPECT_EQ(Row().status, kStatusCompleted);
}

TEST_F(D1Guard, AStopEndsOneCallersCallsAndNobodyElses) {
  std::stop_source stop;
  CallGuard guard;
  guard.stop = stop.get_token();
  const auto guarded = store_->With(guard);
  Fail({{"do", "stall"}}, 1);
  {
    const std::jthread stopper([&] {
      EXPECT_TRUE(WaitForRequests(1));
      stop.request_stop();
    });
    EXPECT_EQ(guarded->ReadTranscript("t").status().code(), StatusCode::kCancelled);
  }
  EXPECT_EQ(Requests(), 1U);
  EXPECT_EQ(store_->ReadTranscript("t")->size(), 1U);
  EXPECT_EQ(guarded->ReadTranscript("t")->size(), 1U);  // late, but it is answered
}

TEST_F(D1Guard, WhoWaitsForAnEarlierWriteCanBeStopped) {
  std::stop_source stop, hanging_stop;
  CallGuard guard;
  guard.stop = stop.get_token();
  CallGuard hanging;
  hanging.stop = hanging_stop.get_token();
  Fail({{"do", "stall"}}, 1);
  Status hung;
  {
    const std::jthread writer([&] { hung = store_->With(hanging)->SetProgress("t", 10); });
    ASSERT_TRUE(WaitForRequests(1));
    const std::jthread stopper([&] { stop.request_stop(); });
    // When the stop comes before the call, this has a few seconds; the other one has minutes.
    const StatusCode ended = store_->With(guard)->Finish("t", kStatusCompleted, "").code();
    EXPECT_TRUE(ended == StatusCode::kCancelled || ended == StatusCode::kDeadlineExceeded);
    EXPECT_EQ(Requests(), 1U);
    hanging_stop.request_stop();
  }
  EXPECT_EQ(hung.code(), StatusCode::kCancelled);
  EXPECT_TRUE(store_->Finish("t", kStatusCompleted, "").ok());
}

// Status queries come many at once; each has only its own patience.
TEST_F(D1Guard, ADatabaseThatHangsFromTheStartIsAskedForAllAtOnce) {
  constexpr size_t kCallers = 8;
  D1Options options = peer_.D1();
  options.look_patience = seconds(2);
  const auto store = MakeD1TaskStore(options);
  Fail({{"do", "stall"}}, 1000);
  {
    std::vector<std::jthread> callers;
    for (size_t i = 0; i < kCallers; ++i) {
      callers.emplace_back(
          [&] { EXPECT_EQ(store->Get("t").status().code(), StatusCode::kDeadlineExceeded); });
    }
  }
  EXPECT_LT(Requests(), kCallers / 2);
  peer_.Plan(PeerJson::array());
  EXPECT_TRUE(store->Get("t").ok());
}

}  // namespace
}  // namespace waveshift::stores
