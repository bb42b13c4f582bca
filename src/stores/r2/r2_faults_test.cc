// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// R2 when it fails: each row of the retry table (data contract 2.3), wrong settings, and what is kept of an
// object.
#include <thread>

#include "stores/r2/r2_faults_testing.h"

namespace waveshift::stores {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

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
  } rows[] = {{S3Error(403, "SignatureDoesNotMatch"), StatusCode::kPermissionDenied,
               "CLOUDFLARE_R2_SECRET_ACCESS_KEY"},
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
                                 store_->Put("k", "y", {}).status(), store_->List("").status(),
                                 store_->Delete("k"), store_->Materialize("k", scratch_->path()).status()}) {
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
                o.credentials = {"temporary-access-key", "temporary-secret-access-key",
                                 "a-session+token/with=signs=="};
              }).ok());
  const Status secret = put([](R2Options& o) { o.credentials.secret_access_key = "guessed-secret"; });
  EXPECT_EQ(secret.code(), StatusCode::kPermissionDenied);
  EXPECT_THAT(Message(secret), HasSubstr("CLOUDFLARE_R2_SECRET_ACCESS_KEY"));
  EXPECT_THAT(Message(secret), Not(HasSubstr("guessed-secret")));
  EXPECT_EQ(put([](R2Options& o) { o.credentials.access_key_id = "nobody"; }).code(),
            StatusCode::kPermissionDenied);
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
  ASSERT_TRUE(store_
                  ->PutFile("hls/t/seg 1.m4s", File("seg", "x"),
                            {.cache_control = "public, max-age=31536000, immutable"})
                  .ok());
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
    http.headers.push_back(
        {"Authorization", Authorization(request, options.credentials, options.scope, now)});
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

TEST_F(R2Faults, AStoreThatIgnoresConditionsGivesNoLeases) {
  const PeerJson ignores = {
      {"do", "answer"}, {"status", 200}, {"headers", {{"etag", "\"e\""}}}, {"target", "conditions"}};
  Fail(ignores, 2);
  const auto lease = store_->AcquireLease("l", "me", seconds(60));
  EXPECT_EQ(lease.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_NE(Message(lease.status()).find("If-None-Match"), std::string::npos);
  FailNothing();
  EXPECT_TRUE(store_->AcquireLease("l", "me", seconds(60)).ok());  // it has been mended
}

// A job that is cancelled while the server goes on.
TEST_F(R2Faults, WorkThatIsStoppedDoesNotStopTheStore) {
  ASSERT_TRUE(store_->Put("k", Noise(100'000), {}).ok());
  std::stop_source stop;
  const auto job = store_->WithStop(stop.get_token());
  Fail({{"do", "stall"}}, 1);
  std::jthread stopper([&] {
    while (peer_.Log().size() == before_) std::this_thread::yield();
    stop.request_stop();
  });
  EXPECT_EQ(job->Materialize("k", scratch_->path()).status().code(), StatusCode::kCancelled);
  EXPECT_EQ(Stored("k"), Noise(100'000));
  // What a stopped job still has to say may take a moment.
  EXPECT_TRUE(job->Put("report", "why", {}).ok());
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
