// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Writes with conditions, and the leases that are made of them.
#include "stores/r2/r2_faults_testing.h"

namespace waveshift::stores {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

TEST_F(R2Faults, AConditionWhoseAnswerIsLostIsStillOurs) {
  for (const PeerJson& fault :
       {PeerJson{{"do", "apply_then_drop"}}, PeerJson{{"do", "apply_then_answer"}, {"status", 500}}}) {
    Fail(fault, 1);
    const auto made = store_->Put("k", "ours", {.only_if_absent = true});
    ASSERT_TRUE(made.ok()) << Message(made.status());
    Fail(fault, 2);
    const auto changed = store_->Put("k", "ours again", {.only_if_etag = made->etag});
    ASSERT_TRUE(changed.ok()) << Message(changed.status());
    Fail(fault, 1);
    const auto file = store_->PutFile("k", File("up", "a file"), {.only_if_etag = changed->etag});
    ASSERT_TRUE(file.ok()) << Message(file.status());
    EXPECT_EQ(Stored("k"), "a file");
    // What somebody else made stays somebody else's.
    Fail({{"do", "drop"}}, 1);
    EXPECT_EQ(store_->Put("k", "a file", {.only_if_absent = true}).status().code(),
              StatusCode::kAlreadyExists);
    ASSERT_TRUE(store_->Delete("k").ok());
  }
}

TEST_F(R2Faults, OtherPeoplesKeysAndItsOwnAreLeftOutOfLists) {
  ASSERT_TRUE(store_->Put("a/k", "x", {}).ok());
  auto lease = store_->AcquireLease("a/lease", "me", seconds(60));
  ASSERT_TRUE(lease.ok());
  EXPECT_EQ(store_->List("")->size(), 1U);
  EXPECT_EQ(store_->List(".waveshift/")->size(), 0U);
  EXPECT_EQ(store_->Put(".waveshift/store/leases/x", "mine", {}).status().code(),
            StatusCode::kInvalidArgument);
}

TEST_F(R2Faults, ALeaseRunsOutByTheServersClock) {
  R2Options wrong = peer_.R2();
  wrong.clock.wall = [] { return std::chrono::system_clock::now() + std::chrono::minutes(10); };
  const auto ahead = MakeR2ObjectStore(wrong);
  auto first = store_->AcquireLease("l", "one", seconds(2));
  ASSERT_TRUE(first.ok()) << Message(first.status());
  EXPECT_EQ(ahead->AcquireLease("l", "two", seconds(60)).status().code(), StatusCode::kAlreadyExists);
  const auto began = std::chrono::steady_clock::now();
  StatusOr<std::unique_ptr<Lease>> second = Internal("not tried");
  while (!second.ok() && std::chrono::steady_clock::now() - began < seconds(30)) {
    second = ahead->AcquireLease("l", "two", seconds(60));
    EXPECT_TRUE(second.ok() || second.status().code() == StatusCode::kAlreadyExists);
  }
  ASSERT_TRUE(second.ok());
  EXPECT_GT(std::chrono::steady_clock::now() - began, seconds(1));
  const Status lost = (*first)->Renew();
  EXPECT_EQ(lost.code(), StatusCode::kAlreadyExists);
  EXPECT_THAT(Message(lost), HasSubstr("two"));
  first->reset();  // does not end the other's
  EXPECT_TRUE((*second)->Renew().ok());
  EXPECT_FALSE(store_->AcquireLease("l", "three", seconds(60)).ok());
}

TEST_F(R2Faults, ALifetimeThatIsNoneDoesNotHoldALeaseForEver) {
  for (const char* lifetime :
       {"9000000000", "9223372036854775807", "-9223372036854775808", "18446744073709551615"}) {
    ASSERT_TRUE(store_->AcquireLease("l", "one", seconds(60)).ok());  // the object is there, and free
    const PeerJson rules = {
        {{"do", "answer"}, {"method", "PUT"}, {"status", 412}},
        {{"do", "answer"},
         {"method", "GET"},
         {"status", 200},
         {"headers",
          {{"ETag", "\"x\""},
           {"Date", "Sun, 04 Jan 2026 00:00:00 GMT"},
           {"Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT"}}},
         {"body",
          std::string(R"({"holder":"odd","owner":"odd","free":false,"lifetime_s":)") + lifetime + "}"}}};
    peer_.Plan(rules);
    // It has run out: a write is tried, whose condition fails, and the next look finds the object itself.
    EXPECT_TRUE(store_->AcquireLease("l", "two", seconds(60)).ok()) << lifetime;
    FailNothing();
  }
}

TEST_F(R2Faults, LeasesSurviveLostAnswers) {
  for (const PeerJson& fault :
       {PeerJson{{"do", "apply_then_drop"}}, PeerJson{{"do", "apply_then_answer"}, {"status", 500}},
        PeerJson{{"do", "drop"}}, PeerJson{{"do", "cut"}, {"after", 3}}}) {
    Fail(fault, 2);
    auto lease = store_->AcquireLease("l", "one", seconds(60));
    ASSERT_TRUE(lease.ok()) << fault << Message(lease.status());
    Fail(fault, 2);
    EXPECT_TRUE((*lease)->Renew().ok()) << fault;
    // A renewal that failed for good may have been carried out all the same.
    Fail({{"do", "apply_then_answer"}, {"status", 500}}, 1000);
    EXPECT_FALSE((*lease)->Renew().ok());
    FailNothing();
    EXPECT_TRUE((*lease)->Renew().ok()) << fault;
    EXPECT_EQ(store_->AcquireLease("l", "two", seconds(60)).status().code(), StatusCode::kAlreadyExists);
    Fail(fault, 2);
    lease->reset();
    FailNothing();
    EXPECT_TRUE(store_->AcquireLease("l", "two", seconds(60)).ok()) << fault;
  }
}

}  // namespace
}  // namespace waveshift::stores
