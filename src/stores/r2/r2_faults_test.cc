// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// R2 when it fails: each row of the retry table (data contract 2.3), transfers that break at any byte, lost answers,
// conditions, leases.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "stores/test_peer.h"

namespace waveshift::stores {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

PeerJson S3Error(int status, const std::string& code) {
  return {{"do", "answer"},
          {"status", status},
          {"headers", {{"content-type", "application/xml"}}},
          {"body", "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>test-access-key</Message></Error>"}};
}

std::string Noise(size_t size, uint32_t seed = 1) {
  std::minstd_rand random(seed);
  std::string bytes(size, '\0');
  for (char& c : bytes) c = static_cast<char>(random() >> 8);
  return bytes;
}

class R2Faults : public testing::Test {
 protected:
  void SetUp() override {
    peer_.Reset("");
    store_ = MakeR2ObjectStore(peer_.R2());
    scratch_ = std::make_unique<ScratchDirectory>(ScratchDirectory::Make().value());
    before_ = peer_.Log().size();
  }
  size_t Requests() { return peer_.Log().size() - before_; }
  void Fail(PeerJson fault, int times = 1) {
    fault["times"] = times;
    peer_.Plan(PeerJson::array({fault}));
    before_ = peer_.Log().size();
  }
  void FailNothing() {
    peer_.Plan(PeerJson::array());
    before_ = peer_.Log().size();
  }
  std::string File(const std::string& name, const std::string& bytes) {
    const std::string path = scratch_->path() + "/" + name;
    EXPECT_TRUE(WriteFileAtomic(path, bytes).ok());
    return path;
  }
  std::string Stored(const std::string& key) {
    FailNothing();
    const auto bytes = MakeR2ObjectStore(peer_.R2())->Get(key, 1 << 28);
    return bytes.ok() ? *bytes : "(" + std::string(CodeWord(bytes.status())) + ")";
  }
  int64_t OpenUploads() { return peer_.Ask("uploads", PeerJson::object())["open"]; }
  // What the peer has sent, since the last Fail.
  int64_t BytesOfGets() {
    int64_t bytes = 0;
    const auto log = peer_.Log();
    for (size_t i = before_; i < log.size(); ++i) bytes += log[i]["sent"].get<int64_t>();
    return bytes;
  }

  CloudflarePeer& peer_ = CloudflarePeer::Get();
  std::unique_ptr<ObjectStore> store_;
  std::unique_ptr<ScratchDirectory> scratch_;
  size_t before_ = 0;
};

// Every operation once, on an object that is there. "" when all went well.
std::string DoEverything(ObjectStore& store, const std::string& scratch) {
  std::string wrong;
  const auto note = [&](const char* what, const Status& status) {
    if (!status.ok()) wrong += std::string(what) + ": " + Message(status) + "; ";
  };
  note("Put", store.Put("d/k", "0123456789", {}).status());
  const auto bytes = store.Get("d/k", 100);
  note("Get", bytes.ok() && *bytes != "0123456789" ? Internal("other bytes") : bytes.status());
  const auto range = store.GetRange("d/k", 3, 4);
  note("GetRange", range.ok() && *range != "3456" ? Internal("other bytes " + *range) : range.status());
  note("Head", store.Head("d/k").status());
  const auto list = store.List("d/");
  note("List", list.ok() && list->size() != 1 ? Internal("other objects") : list.status());
  const auto path = store.Materialize("d/k", scratch);
  note("Materialize", path.status());
  if (path.ok() && ReadFile(*path, 100).value_or("") != "0123456789") wrong += "another file; ";
  EXPECT_TRUE(WriteFileAtomic(scratch + "/up", "from a file").ok());
  note("PutFile", store.PutFile("d/f", scratch + "/up", {}).status());
  note("Delete", store.Delete("d/f"));
  return wrong;
}

TEST_F(R2Faults, WhatIsTriedAgainAndThenSucceeds) {
  const std::vector<std::pair<std::string, PeerJson>> rows = {
      {"429", S3Error(429, "TooManyRequests")},
      {"500", S3Error(500, "InternalError")},
      {"502", {{"do", "answer"}, {"status", 502}, {"body", "<html>Bad Gateway</html>"}}},
      {"503", S3Error(503, "SlowDown")},
      {"504", {{"do", "answer"}, {"status", 504}}},
      {"520", {{"do", "answer"}, {"status", 520}, {"body", "error code: 520"}}},
      {"disconnect", S3Error(499, "ClientDisconnect")},
      {"retry after", {{"do", "answer"}, {"status", 503}, {"headers", {{"retry-after", "0"}}}}},
      {"drop", {{"do", "drop"}}},
      {"cut", {{"do", "cut"}, {"after", 0}}},
      {"lost", {{"do", "apply_then_drop"}}},
      {"lost 500", {{"do", "apply_then_answer"}, {"status", 500}}}};
  for (const auto& [name, fault] : rows) {
    // Of any two requests the first fails.
    PeerJson rules = PeerJson::array();
    for (const char* method : {"GET", "PUT", "HEAD", "DELETE"}) {
      // An answer without a body cannot be cut.
      if (name == "cut" && std::string(method) != "GET") continue;
      PeerJson rule = fault;
      rule["method"] = method;
      rule["times"] = 2;
      rules.push_back(rule);
    }
    peer_.Plan(rules);
    EXPECT_EQ(DoEverything(*store_, scratch_->path()), "") << name;
  }
}

TEST_F(R2Faults, WhatIsNotTriedAgainIsNeverMistakenForAMissingObject) {
  ASSERT_TRUE(store_->Put("k", "x", {}).ok());
  const struct {
    PeerJson fault;
    StatusCode code;
    const char* says;
  } rows[] = {
      {S3Error(403, "SignatureDoesNotMatch"), StatusCode::kPermissionDenied, "CLOUDFLARE_R2_SECRET_ACCESS_KEY"},
      {S3Error(403, "AccessDenied"), StatusCode::kPermissionDenied, "CLOUDFLARE_R2_BUCKET_NAME"},
      {S3Error(401, "Unauthorized"), StatusCode::kPermissionDenied, "CLOUDFLARE_R2_ACCESS_KEY_ID"},
      {S3Error(403, "RequestTimeTooSkewed"), StatusCode::kFailedPrecondition, "clock"},
      {S3Error(404, "NoSuchBucket"), StatusCode::kFailedPrecondition, "CLOUDFLARE_R2_BUCKET_NAME"},
      {S3Error(301, "PermanentRedirect"), StatusCode::kFailedPrecondition, "R2_ENDPOINT_URL"},
      {S3Error(501, "NotImplemented"), StatusCode::kUnimplemented, "501"},
      {S3Error(400, "InvalidArgument"), StatusCode::kInternal, "InvalidArgument"}};
  for (const auto& row : rows) {
    Fail(row.fault, 50);
    for (const Status& status : {store_->Get("k", 10).status(), store_->GetRange("k", 0, 1).status(),
                                 store_->Put("k", "y", {}).status(), store_->List("").status(), store_->Delete("k"),
                                 store_->Materialize("k", scratch_->path()).status()}) {
      EXPECT_EQ(status.code(), row.code) << Message(status);
      EXPECT_THAT(Message(status), HasSubstr(row.says));
      EXPECT_THAT(Message(status), Not(HasSubstr("test-access-key")));
    }
    EXPECT_EQ(Requests(), 6U) << row.says;
    Fail(row.fault, 50);
    const StatusCode head = store_->Head("k").status().code();
    EXPECT_NE(head, StatusCode::kOk);
    // A HEAD has no body: a missing bucket looks as a missing object does.
    if (row.fault["status"] != 404) {
      EXPECT_NE(head, StatusCode::kNotFound);
    }
  }
  EXPECT_EQ(Stored("k"), "x");
}

TEST_F(R2Faults, WhatDoesNotEndIsGivenUp) {
  ASSERT_TRUE(store_->Put("k", "x", {}).ok());
  Fail(S3Error(500, "InternalError"), 1000);
  EXPECT_EQ(store_->Head("k").status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(Requests(), 7U);
  EXPECT_EQ(store_->Get("k", 10).status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(store_->Materialize("k", scratch_->path()).status().code(), StatusCode::kUnavailable);
  Fail(S3Error(429, "TooManyRequests"), 1000);
  EXPECT_EQ(store_->Put("k", "y", {}).status().code(), StatusCode::kResourceExhausted);
  R2Options impatient = peer_.R2();
  impatient.look_patience = milliseconds(500);
  const auto store = MakeR2ObjectStore(impatient);
  Fail({{"do", "stall"}}, 1000);
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(store->Head("k").status().code(), StatusCode::kDeadlineExceeded);
  EXPECT_LT(std::chrono::steady_clock::now() - began, seconds(10));
}

TEST_F(R2Faults, WrongSettingsAreNamedByTheRealThing) {
  const auto put = [&](const std::function<void(R2Options&)>& spoil) {
    R2Options options = peer_.R2();
    spoil(options);
    return MakeR2ObjectStore(options)->Put("k", "x", {}).status();
  };
  EXPECT_TRUE(put([](R2Options&) {}).ok());
  EXPECT_TRUE(put([](R2Options& o) {
                o.credentials = {"temporary-access-key", "temporary-secret-access-key", "a-session+token/with=signs=="};
              }).ok());
  const Status secret = put([](R2Options& o) { o.credentials.secret_access_key = "guessed-secret"; });
  EXPECT_EQ(secret.code(), StatusCode::kPermissionDenied);
  EXPECT_THAT(Message(secret), HasSubstr("CLOUDFLARE_R2_SECRET_ACCESS_KEY"));
  EXPECT_THAT(Message(secret), Not(HasSubstr("guessed-secret")));
  EXPECT_EQ(put([](R2Options& o) { o.credentials.access_key_id = "nobody"; }).code(), StatusCode::kPermissionDenied);
  EXPECT_EQ(put([](R2Options& o) {
              o.credentials = {"temporary-access-key", "temporary-secret-access-key", "old token"};
            }).code(),
            StatusCode::kPermissionDenied);
  EXPECT_EQ(put([](R2Options& o) { o.scope.region = "mars"; }).code(), StatusCode::kPermissionDenied);
  EXPECT_EQ(put([](R2Options& o) { o.bucket = "other"; }).code(), StatusCode::kFailedPrecondition);
  const Status late = put([](R2Options& o) {
    o.clock.wall = [] { return std::chrono::system_clock::now() - std::chrono::hours(1); };
  });
  EXPECT_EQ(late.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(late), HasSubstr("clock"));
}

TEST_F(R2Faults, HeadersAreKept) {
  ASSERT_TRUE(store_->Put("hls/t/playlist.m3u8", "#EXTM3U", {.cache_control = "no-cache"}).ok());
  ASSERT_TRUE(store_->PutFile("hls/t/seg 1.m4s", File("seg", "x"),
                              {.cache_control = "public, max-age=31536000, immutable"}).ok());
  ASSERT_TRUE(store_->Put("videos/t/final_video.mp4", "x", {}).ok());
  ASSERT_TRUE(store_->Put("odd", "x", {.content_type = "text/x-odd"}).ok());
  // Unsigned GETs are refused here, so the bucket is asked by the engine's own words.
  const auto header = [&](const std::string& key, const std::string& name) {
    std::string value;
    const R2Options options = peer_.R2();
    SignableRequest request{"GET", "/media/" + EncodeUri(key, true), {}, {}, "UNSIGNED-PAYLOAD"};
    const auto now = std::chrono::system_clock::now();
    request.headers = {{"x-amz-content-sha256", "UNSIGNED-PAYLOAD"}, {"x-amz-date", AmzDate(now)}};
    net::HttpRequest http{.url = options.endpoint_url + request.path};
    for (const auto& [n, v] : request.headers) http.headers.push_back({n, v});
    request.headers.emplace_back("host", options.endpoint_url.substr(7));
    http.headers.push_back({"Authorization", Authorization(request, options.credentials, options.scope, now)});
    const auto answer = net::HttpClient().Send(http, {});
    return answer.ok() ? answer->Header(name) : Message(answer.status());
  };
  EXPECT_EQ(header("hls/t/playlist.m3u8", "Content-Type"), "application/vnd.apple.mpegurl");
  EXPECT_EQ(header("hls/t/playlist.m3u8", "Cache-Control"), "no-cache");
  EXPECT_EQ(header("hls/t/seg 1.m4s", "Content-Type"), "video/iso.segment");
  EXPECT_EQ(header("hls/t/seg 1.m4s", "Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(header("videos/t/final_video.mp4", "Content-Type"), "video/mp4");
  EXPECT_EQ(header("videos/t/final_video.mp4", "Cache-Control"), "no-cache");
  EXPECT_EQ(header("odd", "Content-Type"), "text/x-odd");
}

TEST_F(R2Faults, ADownloadGoesOnWhereItBroke) {
  const std::string bytes = Noise(3'000'000);
  ASSERT_TRUE(store_->PutFile("v 1/视频.mp4", File("up", bytes), {}).ok());
  std::minstd_rand random(7);
  PeerJson rules = PeerJson::array();
  for (int i = 0; i < 25; ++i) rules.push_back({{"method", "GET"}, {"do", "cut"}, {"after", random() % 200'000}});
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
  for (const PeerJson& fault : {PeerJson{{"do", "truncate"}, {"after", 70'000}}, PeerJson{{"do", "truncate"}, {"after", 0}},
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
    R2Options options = peer_.R2();
    options.multipart_above_bytes = 1'000'000;
    options.part_bytes = int64_t{5} << 20;
    store_ = MakeR2ObjectStore(options);
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
  for (const PeerJson& fault : {S3Error(500, "InternalError"), S3Error(429, "SlowDown"), PeerJson{{"do", "drop"}},
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
      PeerJson{{"target", "\\?uploadId="}, {"method", "POST"}, {"do", "answer"}, {"status", 500}, {"times", 1000}}};
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

TEST_F(R2Faults, AConditionWhoseAnswerIsLostIsStillOurs) {
  for (const PeerJson& fault : {PeerJson{{"do", "apply_then_drop"}}, PeerJson{{"do", "apply_then_answer"}, {"status", 500}}}) {
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
    EXPECT_EQ(store_->Put("k", "a file", {.only_if_absent = true}).status().code(), StatusCode::kAlreadyExists);
    ASSERT_TRUE(store_->Delete("k").ok());
  }
}

TEST_F(R2Faults, OneKeyIsWrittenOnceASecond) {
  peer_.Ask("options", {{"write_limit", true}});
  R2Options options = peer_.R2();
  options.key_write_interval = R2Options().key_write_interval;
  const auto store = MakeR2ObjectStore(options);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(store->Put("playlist.m3u8", std::to_string(i), {}).ok());
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(store->Put("segment" + std::to_string(i), "x", {}).ok());
  for (const PeerJson& entry : peer_.Log()) EXPECT_EQ(entry["status"], 200);
  // Without the interval the store says no, and is asked again.
  options.key_write_interval = milliseconds(0);
  options.first_delay = milliseconds(600);
  options.longest_delay = milliseconds(1200);
  const auto hasty = MakeR2ObjectStore(options);
  ASSERT_TRUE(hasty->Put("k", "1", {}).ok());
  ASSERT_TRUE(hasty->Put("k", "2", {}).ok());
  EXPECT_EQ(Stored("k"), "2");
}

TEST_F(R2Faults, OtherPeoplesKeysAndItsOwnAreLeftOutOfLists) {
  ASSERT_TRUE(store_->Put("a/k", "x", {}).ok());
  auto lease = store_->AcquireLease("a/lease", "me", seconds(60));
  ASSERT_TRUE(lease.ok());
  EXPECT_EQ(store_->List("")->size(), 1U);
  EXPECT_EQ(store_->List(".waveshift/")->size(), 0U);
  EXPECT_EQ(store_->Put(".waveshift/store/leases/x", "mine", {}).status().code(), StatusCode::kInvalidArgument);
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

TEST_F(R2Faults, LeasesSurviveLostAnswers) {
  for (const PeerJson& fault : {PeerJson{{"do", "apply_then_drop"}}, PeerJson{{"do", "apply_then_answer"}, {"status", 500}},
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

TEST_F(R2Faults, AStopEndsATransferAndLeavesTimeToLetGo) {
  ASSERT_TRUE(store_->Put("k", Noise(100'000), {}).ok());
  std::stop_source stop;
  R2Options options = peer_.R2();
  options.stop = stop.get_token();
  options.clock.sleep = [&](milliseconds, const std::stop_token&) { stop.request_stop(); };
  const auto store = MakeR2ObjectStore(options);
  auto lease = store->AcquireLease("l", "me", seconds(60));
  ASSERT_TRUE(lease.ok());
  Fail({{"do", "cut"}, {"after", 10}}, 3);
  EXPECT_EQ(store->Materialize("k", scratch_->path()).status().code(), StatusCode::kCancelled);
  EXPECT_TRUE(std::filesystem::is_empty(scratch_->path()));
  FailNothing();
  lease->reset();
  EXPECT_TRUE(store_->AcquireLease("l", "another", seconds(60)).ok());
}

}  // namespace
}  // namespace waveshift::stores
