// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Transfers that break at any byte, and uploads in parts.
#include "stores/r2/r2_faults_testing.h"

namespace waveshift::stores {
namespace {

using std::chrono::milliseconds;

TEST_F(R2Faults, ADownloadGoesOnWhereItBroke) {
  const std::string bytes = Noise(3'000'000);
  ASSERT_TRUE(store_->PutFile("v 1/视频.mp4", File("up", bytes), {}).ok());
  std::minstd_rand random(7);
  PeerJson rules = PeerJson::array();
  for (int i = 0; i < 25; ++i)
    rules.push_back({{"method", "GET"}, {"do", "cut"}, {"after", random() % 200'000}});
  peer_.Plan(rules);
  before_ = peer_.Log().size();
  const auto path = store_->Materialize("v 1/视频.mp4", scratch_->path() + "/down");
  ASSERT_TRUE(path.ok()) << Message(path.status());
  EXPECT_EQ(ReadFile(*path, 1 << 24).value(), bytes);
  EXPECT_TRUE(path->ends_with("视频.mp4"));
  EXPECT_EQ(Requests(), 26U);
  EXPECT_LT(BytesOfGets(), 3'000'000);  // the last one gave the rest only
}

TEST_F(R2Faults, DownloadsThatAreWrongAreFetchedAgain) {
  const std::string bytes = Noise(100'000);
  ASSERT_TRUE(store_->Put("k.bin", bytes, {}).ok());
  for (const PeerJson& fault :
       {PeerJson{{"do", "truncate"}, {"after", 70'000}}, PeerJson{{"do", "truncate"}, {"after", 0}},
        PeerJson{{"do", "corrupt"}, {"after", 99'999}}, PeerJson{{"do", "corrupt"}, {"after", 0}}}) {
    Fail(fault, 2);
    const auto path = store_->Materialize("k.bin", scratch_->path());
    ASSERT_TRUE(path.ok()) << fault << Message(path.status());
    EXPECT_EQ(ReadFile(*path, 1 << 20).value(), bytes);
    std::filesystem::remove(*path);
  }
  Fail({{"do", "corrupt"}, {"after", 500}}, 1000);
  EXPECT_EQ(store_->Materialize("k.bin", scratch_->path()).status().code(), StatusCode::kDataLoss);
  EXPECT_TRUE(std::filesystem::is_empty(scratch_->path()));
  EXPECT_EQ(store_->Get("k.bin", 1 << 20).status().code(), StatusCode::kDataLoss);
}

TEST_F(R2Faults, ASlowDownloadIsFastEnoughAndAStalledOneGoesOn) {
  const std::string bytes = Noise(60'000);
  ASSERT_TRUE(store_->Put("k", bytes, {}).ok());
  R2Options options = peer_.R2();
  options.idle_timeout = milliseconds(1000);
  options.patience = milliseconds(1500);
  const auto store = MakeR2ObjectStore(options);
  // Longer in all than the patience, but never idle.
  Fail({{"do", "slow"}, {"bytes", 3'000}, {"pause_ms", 100}});
  auto path = store->Materialize("k", scratch_->path());
  ASSERT_TRUE(path.ok()) << Message(path.status());
  EXPECT_EQ(Requests(), 1U);
  // Silent after the first bytes.
  Fail({{"do", "slow"}, {"bytes", 20'000}, {"pause_ms", 1'000'000}});
  path = store->Materialize("k", scratch_->path());
  ASSERT_TRUE(path.ok()) << Message(path.status());
  EXPECT_EQ(ReadFile(*path, 1 << 20).value(), bytes);
  EXPECT_EQ(Requests(), 2U);
  EXPECT_EQ(BytesOfGets(), 40'000);
}

TEST_F(R2Faults, AnObjectThatChangesBetweenTwoPiecesIsReadAnew) {
  ASSERT_TRUE(store_->Put("k", Noise(50'000, 1), {}).ok());
  R2Options options = peer_.R2();
  options.clock.sleep = [&](milliseconds, const std::stop_token&) {
    ASSERT_TRUE(store_->Put("k", Noise(40'000, 2), {}).ok());  // while the download waits to go on
  };
  Fail({{"method", "GET"}, {"do", "cut"}, {"after", 30'000}});
  const auto path = MakeR2ObjectStore(options)->Materialize("k", scratch_->path());
  ASSERT_TRUE(path.ok()) << Message(path.status());
  EXPECT_EQ(ReadFile(*path, 1 << 20).value(), Noise(40'000, 2));
}

TEST_F(R2Faults, EmptyAndMissingDownloads) {
  ASSERT_TRUE(store_->Put("empty", "", {}).ok());
  const auto path = store_->Materialize("empty", scratch_->path());
  ASSERT_TRUE(path.ok()) << Message(path.status());
  EXPECT_EQ(ReadFile(*path, 10).value(), "");
  EXPECT_EQ(store_->Materialize("none", scratch_->path() + "/x").status().code(), StatusCode::kNotFound);
  EXPECT_TRUE(std::filesystem::is_empty(scratch_->path() + "/x"));
}

TEST_F(R2Faults, AnUploadThatBreaksIsSentAgain) {
  const std::string bytes = Noise(900'000);
  for (const int after : {0, 1, 65'536, 700'000}) {
    Fail({{"method", "PUT"}, {"do", "cut_request"}, {"after", after}}, 2);
    const auto put = store_->PutFile("k", File("up", bytes), {});
    ASSERT_TRUE(put.ok()) << after << Message(put.status());
    EXPECT_EQ(put->size_bytes, 900'000);
    EXPECT_EQ(Stored("k"), bytes);
    EXPECT_FALSE(std::filesystem::exists(scratch_->path() + "/up"));
  }
}

class R2Multipart : public R2Faults {
 protected:
  void SetUp() override {
    R2Faults::SetUp();
    store_ = MakeR2ObjectStore(InParts());
    bytes_ = Noise((size_t{11} << 20) + 77);
  }
  StatusOr<ObjectInfo> Upload() { return store_->PutFile("大/video.mp4", File("up", bytes_), {}); }
  void ExpectFine(const char* what) {
    const auto put = Upload();
    ASSERT_TRUE(put.ok()) << what << ": " << Message(put.status());
    EXPECT_EQ(put->size_bytes, static_cast<int64_t>(bytes_.size())) << what;
    EXPECT_EQ(put->etag, MakeR2ObjectStore(peer_.R2())->Head("大/video.mp4")->etag) << what;
    EXPECT_THAT(put->etag, testing::EndsWith("-3")) << what;
    EXPECT_TRUE(Stored("大/video.mp4") == bytes_) << what;
    EXPECT_EQ(OpenUploads(), 0) << what;
    EXPECT_TRUE(store_->Delete("大/video.mp4").ok());
  }
  std::string bytes_;
};

TEST_F(R2Multipart, EqualPartsWhateverFailsOnce) {
  ExpectFine("nothing fails");
  const char* part = "partNumber=2";
  for (const PeerJson& fault :
       {S3Error(500, "InternalError"), S3Error(429, "SlowDown"), PeerJson{{"do", "drop"}},
        PeerJson{{"do", "cut_request"}, {"after", 3'000'000}}, PeerJson{{"do", "apply_then_drop"}}}) {
    PeerJson at_part = fault;
    at_part["target"] = part;
    Fail(at_part, 2);
    ExpectFine("a part");
  }
  for (const PeerJson& fault :
       {S3Error(500, "InternalError"), S3Error(200, "InternalError"), PeerJson{{"do", "drop"}},
        PeerJson{{"do", "apply_then_drop"}}, PeerJson{{"do", "apply_then_answer"}, {"status", 502}},
        PeerJson{{"do", "cut"}, {"after", 20}}}) {
    PeerJson at_end = fault;
    at_end["target"] = "^/media/[^?]*\\?uploadId=";
    at_end["method"] = "POST";
    Fail(at_end, 1);
    ExpectFine("the end");
  }
  Fail({{"target", "uploads="}, {"do", "answer"}, {"status", 503}}, 2);
  ExpectFine("the beginning");
}

TEST_F(R2Multipart, WhatCannotBeFinishedIsAborted) {
  const PeerJson rules[] = {
      PeerJson{{"target", "partNumber=3"}, {"do", "answer"}, {"status", 500}, {"times", 1000}},
      PeerJson{{"target", "partNumber=1"}, {"do", "answer"}, {"status", 403}, {"times", 1000}},
      PeerJson{{"target", "\\?uploadId="},
               {"method", "POST"},
               {"do", "answer"},
               {"status", 500},
               {"times", 1000}}};
  for (const PeerJson& rule : rules) {
    peer_.Plan(PeerJson::array({rule}));
    const auto put = Upload();
    EXPECT_FALSE(put.ok()) << rule;
    EXPECT_EQ(OpenUploads(), 0) << rule;
    EXPECT_EQ(Stored("大/video.mp4"), "(not_found)");
    EXPECT_TRUE(std::filesystem::exists(scratch_->path() + "/up"));  // it can be tried again
  }
}

TEST_F(R2Multipart, ConditionsGoInOneRequest) {
  const auto first = store_->PutFile("c", File("up", bytes_), {.only_if_absent = true});
  ASSERT_TRUE(first.ok()) << Message(first.status());
  EXPECT_EQ(peer_.Log("uploads=").size(), 0U);
  EXPECT_EQ(store_->PutFile("c", File("up", "other"), {.only_if_absent = true}).status().code(),
            StatusCode::kAlreadyExists);
  EXPECT_TRUE(Stored("c") == bytes_);
}

}  // namespace
}  // namespace waveshift::stores
