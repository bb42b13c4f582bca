// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/service.h"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "service/hanging_testing.h"
#include "service/testing.h"
#include "stores/object_store_view.h"

namespace waveshift::service {
namespace {

using testing::AddTask;
using testing::DepsOf;
using testing::FakeJob;
using testing::FastOptions;
using ::testing::HasSubstr;
using testing::kPatience;
using ::testing::Not;
using Json = nlohmann::json;
using Headers = std::map<std::string, std::string, HeaderLess>;

class ServiceTest : public ::testing::Test {
 protected:
  ServiceTest() { Build({}); }

  void Build(ServiceOptions options) {
    service_.reset();
    manager_ = std::make_unique<TaskManager>(FastOptions(), DepsOf(*tasks_, *objects_, job_));
    manager_->Begin();
    ServiceDeps deps;
    deps.manager = manager_.get();
    deps.tasks = tasks_.get();
    deps.objects = objects_.get();
    deps.check_ready = [this] { return ready_; };
    deps.metrics_text = [] { return std::string("waveshift_up 1\n"); };
    deps.web_assets = {{"index.html", "<p>page</p>"}, {"app.js", "1"}};
    service_ = std::make_unique<Service>(std::move(options), std::move(deps));
  }

  Response Call(const std::string& method, const std::string& target, const std::string& body = "",
                Headers headers = {}) {
    Request request;
    request.method = method;
    request.target = target;
    request.headers = std::move(headers);
    const bool has_body = method == "POST" || method == "PUT";
    request.has_body = has_body;
    if (has_body) request.content_length = static_cast<int64_t>(body.size());
    if (method == "POST" && request.headers.count("content-type") == 0) {
      request.headers["Content-Type"] = "application/json; charset=utf-8";
    }
    return service_->Handle(request, [&body](const BodySink& sink) {
      for (size_t at = 0; at < body.size(); at += 7) {
        if (const Status status = sink(std::string_view(body).substr(at, 7)); !status.ok()) return status;
      }
      return OkStatus();
    });
  }
  static Json Body(const Response& response) { return Json::parse(response.body); }
  void ExpectError(const Response& response, int status, const std::string& code,
                   const std::string& detail = "") {
    EXPECT_EQ(response.status, status) << response.body;
    const Json body = Body(response);
    EXPECT_EQ(body["code"], code);
    EXPECT_THAT(body["detail"].get<std::string>(), HasSubstr(detail));
    EXPECT_EQ(body["request_id"], response.Header("X-Request-Id"));
    EXPECT_EQ(body.size(), 3u);
  }
  std::string Bytes(const Response& response) {
    return *objects_->GetRange(response.object->key, response.object->offset, response.object->length);
  }
  static std::string TaskBody(const std::string& id) {
    return Json{{"task_id", id},
                {"video_path", "in/" + id + ".mp4"},
                {"target_language", "en"},
                {"segments",
                 {{{"start_ms", 0},
                   {"end_ms", 900},
                   {"original", std::string(30, 'o') + "你好你好你好你好你好你好你好你好你好你好你好你好"},
                   {"translation", "Hello."}}}}}
        .dump();
  }
  std::string PutKey(const std::string& key, const std::string& bytes) {
    const auto info = objects_->Put(key, bytes, {});
    return info.ok() ? "" : Message(info.status());
  }

  std::unique_ptr<stores::TaskStore> tasks_ = stores::MakeMemoryTaskStore();
  std::unique_ptr<stores::ObjectStore> objects_ = stores::MakeMemoryObjectStore();
  FakeJob job_;
  Status ready_;
  std::unique_ptr<TaskManager> manager_;
  std::unique_ptr<Service> service_;
};

// A small server without a graphics card answers what is asked about tasks; whoever wants speech hears where
// to go, also when the path is asked for in vain, and nothing is claimed.
TEST_F(ServiceTest, AControlServerRunsNothing) {
  Build({.control_only = true});
  ASSERT_TRUE(AddTask(*tasks_, *objects_, "t1").ok());
  const Response started = Call("POST", "/api/start_tts", R"({"task_id":"t1"})");
  EXPECT_EQ(started.status, 404);
  EXPECT_THAT(started.body, HasSubstr("WAVESHIFT_ROLE=control"));
  EXPECT_EQ(Call("POST", "/v1/audio/speech", R"({"model":"m","input":"x","voice":"v"})").status, 404);
  for (const char* route : {"/tasks/t1/initialize", "/tasks/t1/synthesize", "/synthesize"})
    EXPECT_THAT(Call("POST", route, "{}").body, HasSubstr("WAVESHIFT_ROLE=control")) << route;
  EXPECT_EQ(Call("GET", "/api/health").status, 200);
  const Response status = Call("GET", "/api/task/t1/status");
  EXPECT_EQ(status.status, 200);
  EXPECT_THAT(status.body, HasSubstr(R"("status":"created")"));
  Build({.api_token = "secret", .control_only = true});
  EXPECT_EQ(Call("POST", "/api/start_tts", R"({"task_id":"t1"})").status, 401);
}

TEST_F(ServiceTest, SaysWhatItIs) {
  const Response root = Call("GET", "/");
  EXPECT_EQ(root.status, 200);
  EXPECT_EQ(Body(root)["name"], "WaveShift");
  EXPECT_EQ(Body(root)["endpoints"]["/api/start_tts"], "POST");
  const Response health = Call("GET", "/api/health");
  EXPECT_EQ(Body(health)["status"], "healthy");
  EXPECT_TRUE(Body(health)["version"].is_string());
  EXPECT_THAT(Body(health)["timestamp"].get<std::string>(), HasSubstr("Z"));
  EXPECT_EQ(Call("GET", "/metrics").body, "waveshift_up 1\n");
}

TEST_F(ServiceTest, ReadyFollowsTheChecks) {
  EXPECT_EQ(Call("GET", "/api/ready").status, 200);
  ready_ = FailedPrecondition("espeak-ng is not installed");
  const Response response = Call("GET", "/api/ready");
  ExpectError(response, 503, "not_ready", "espeak-ng");
  Build({.api_token = "s3cret"});
  ready_ = Unavailable("https://api.example/accounts/a17: refused");
  ExpectError(Call("GET", "/api/ready", "", {{"Authorization", "Bearer s3cret"}}), 503, "not_ready", "a17");
  const Response open = Call("GET", "/api/ready");
  ExpectError(open, 503, "not_ready");
  EXPECT_THAT(open.body, Not(HasSubstr("a17")));
  EXPECT_NE(response.Header("Retry-After"), "");
}

TEST_F(ServiceTest, ATaskFromCreationToItsEnd) {
  ASSERT_EQ(PutKey("in/t1.mp4", "video"), "");
  const Response created = Call("POST", "/api/task", TaskBody("t1"));
  EXPECT_EQ(created.status, 201) << created.body;
  EXPECT_EQ(Body(created)["task_id"], "t1");
  EXPECT_EQ(Body(created)["status"], "created");
  Json status = Body(Call("GET", "/api/task/t1/status"));
  EXPECT_EQ(status["status"], "created");
  EXPECT_TRUE(status["hls_playlist_url"].is_null());
  EXPECT_TRUE(status["error_message"].is_null());

  pipeline::Progress progress;
  progress.stage = "synthesize";
  progress.percent = 41.26;
  progress.lines_done = 1;
  progress.lines_total = 2;
  progress.eta_s = 12.34;
  job_.SetProgress(progress);
  const Response started = Call("POST", "/api/start_tts", R"({"task_id":"t1"})");
  EXPECT_EQ(started.status, 200);
  EXPECT_EQ(Body(started)["status"], "processing");
  EXPECT_EQ(Body(started)["task_id"], "t1");
  EXPECT_TRUE(Body(started)["message"].is_string());
  ASSERT_TRUE(job_.WaitForStarts(1));
  ASSERT_EQ(PutKey("hls/t1/playlist.m3u8", "#EXTM3U"), "");
  status = Body(Call("GET", "/api/task/t1/status"));
  EXPECT_EQ(status["status"], "processing");
  EXPECT_EQ(status["hls_playlist_url"], "/media/hls/t1/playlist.m3u8");
  EXPECT_EQ(status["progress"], (Json{{"stage", "synthesize"},
                                      {"percent", 41.3},
                                      {"lines_done", 1},
                                      {"lines_total", 2},
                                      {"eta_s", 12.3}}));

  job_.LetComplete();
  ASSERT_TRUE(manager_->WaitUntilIdle("t1", kPatience, {}));
  status = Body(Call("GET", "/api/task/t1/status"));
  EXPECT_EQ(status["status"], "completed");
  EXPECT_EQ(status["progress"]["percent"], 100);
  EXPECT_EQ(Body(Call("POST", "/api/start_tts", R"({"task_id":"t1"})"))["status"], "completed");
  EXPECT_EQ(job_.starts(), 1);
}

TEST_F(ServiceTest, PublicBaseStandsBeforeTheKey) {
  ServiceOptions options;
  options.public_base_url = "https://media.example.com";
  Build(options);
  ASSERT_TRUE(AddTask(*tasks_, *objects_, "t1").ok());
  ASSERT_EQ(PutKey("hls/t1/playlist.m3u8", "#EXTM3U"), "");
  EXPECT_EQ(Body(Call("GET", "/api/task/t1/status"))["hls_playlist_url"],
            "https://media.example.com/hls/t1/playlist.m3u8");
}

TEST_F(ServiceTest, WithinTheRequestTheEndIsTheAnswer) {
  ServiceOptions options;
  options.run_within_request = true;
  Build(options);
  ASSERT_TRUE(AddTask(*tasks_, *objects_, "t1").ok());
  job_.LetComplete();
  EXPECT_EQ(Body(Call("POST", "/api/start_tts", R"({"task_id":"t1"})"))["status"], "completed");
  ASSERT_TRUE(AddTask(*tasks_, *objects_, "t2").ok());
  job_.Let(Internal("disk full"));
  const Json body = Body(Call("POST", "/api/start_tts", R"({"task_id":"t2"})"));
  EXPECT_EQ(body["status"], "error");
  EXPECT_EQ(body["message"], "disk full");
}

TEST_F(ServiceTest, WrongRequestsHaveTheirOwnErrors) {
  ExpectError(Call("POST", "/api/start_tts", "{"), 400, "bad_request", "JSON");
  ExpectError(Call("POST", "/api/start_tts", "{}"), 422, "invalid_field", "task_id");
  ExpectError(Call("POST", "/api/start_tts", R"({"task_id":"a/b"})"), 422, "invalid_field", "task_id");
  ExpectError(Call("POST", "/api/start_tts", R"({"task_id":"t"})", {{"Content-Type", "text/plain"}}), 415,
              "unsupported_media_type", "application/json");
  ExpectError(Call("POST", "/api/start_tts", R"({"task_id":"nobody"})"), 404, "not_found", "nobody");
  ExpectError(Call("GET", "/api/task/nobody/status"), 404, "not_found");
  ExpectError(Call("GET", "/api/task/a%20b/status"), 404, "not_found");
  ExpectError(Call("GET", "/api/debug/nobody"), 404, "not_found");
  ExpectError(Call("GET", "/api/task/nobody/report"), 404, "not_found");
  ExpectError(Call("GET", "/api/task/nobody/events"), 404, "not_found");
  ExpectError(Call("DELETE", "/api/task/nobody"), 404, "not_found");
  ExpectError(Call("GET", "/api/nothing"), 404, "not_found");
  ExpectError(Call("GET", "/api/%zz"), 400, "bad_request");
  ExpectError(Call("POST", "/api/task", "[]"), 422, "invalid_field", "object");
  ExpectError(Call("POST", "/api/task", R"({"video_path":"https://x/y"})"), 422, "invalid_field",
              "video_path");
  ExpectError(Call("GET", "/api/tasks?limit=0"), 422, "invalid_field", "limit");
  ExpectError(Call("GET", "/api/tasks?offset=x"), 422, "invalid_field", "offset");
  const Response method = Call("GET", "/api/start_tts");
  ExpectError(method, 405, "method_not_allowed");
  EXPECT_EQ(method.Header("Allow"), "POST");
}

TEST_F(ServiceTest, TheSameTaskTwiceIsAConflict) {
  EXPECT_EQ(Call("POST", "/api/task", TaskBody("t1")).status, 201);
  ExpectError(Call("POST", "/api/task", TaskBody("t1")), 409, "conflict", "t1");
}

TEST_F(ServiceTest, BodiesHaveALimit) {
  ServiceOptions options;
  options.max_json_bytes = 64;
  options.max_object_bytes = 100;
  Build(options);
  ExpectError(Call("POST", "/api/start_tts", std::string(65, ' ')), 413, "too_large");
  ExpectError(Call("PUT", "/api/objects/a.bin", std::string(101, 'x')), 413, "too_large");
  EXPECT_EQ(Call("PUT", "/api/objects/a.bin", std::string(100, 'x')).status, 201);
  // Without a length the limit is met while reading.
  Request request;
  request.method = "PUT";
  request.target = "/api/objects/b.bin";
  request.has_body = true;
  const Response response = service_->Handle(request, [](const BodySink& sink) {
    Status status;
    for (int i = 0; i < 1000 && status.ok(); ++i) status = sink("0123456789");
    return status;
  });
  ExpectError(response, 413, "too_large");
  EXPECT_EQ(objects_->Head("b.bin").status().code(), StatusCode::kNotFound);
}

TEST_F(ServiceTest, ATokenGuardsEverythingButThreeRoutes) {
  ServiceOptions options;
  options.api_token = "s3cret";
  Build(options);
  for (const char* path : {"/", "/api/health", "/api/ready"})
    EXPECT_EQ(Call("GET", path).status, 200) << path;
  for (const char* path :
       {"/api/tasks", "/api/task/x/status", "/media/x", "/metrics", "/ui/", "/api/nothing"}) {
    ExpectError(Call("GET", path), 401, "unauthorized");
    EXPECT_EQ(Call("GET", path, "", {{"Authorization", "Bearer wrong"}}).status, 401) << path;
    EXPECT_NE(Call("GET", path, "", {{"authorization", "Bearer s3cret"}}).status, 401) << path;
  }
  EXPECT_EQ(Call("POST", "/api/start_tts", "{}").status, 401);
  EXPECT_EQ(Call("PUT", "/api/objects/x", "y").status, 401);
  EXPECT_EQ(objects_->Head("x").status().code(), StatusCode::kNotFound);
  EXPECT_THAT(Call("GET", "/ui/").Header("WWW-Authenticate"), HasSubstr("Basic"));
  EXPECT_THAT(Call("GET", "/api/tasks").Header("WWW-Authenticate"), HasSubstr("Bearer"));
}

TEST_F(ServiceTest, ExpectationsAreCheckedBeforeTheBody) {
  ServiceOptions options;
  options.api_token = "s3cret";
  options.max_object_bytes = 100;
  Build(options);
  Request request;
  request.method = "PUT";
  request.target = "/api/objects/a";
  request.has_body = true;
  request.content_length = 101;
  EXPECT_EQ(service_->HandleExpect(request).status, 401);
  request.headers["Authorization"] = "Bearer s3cret";
  EXPECT_EQ(service_->HandleExpect(request).status, 413);
  request.content_length = 100;
  EXPECT_EQ(service_->HandleExpect(request).status, 100);
  request.target = "/api/nothing";
  EXPECT_EQ(service_->HandleExpect(request).status, 404);
}

TEST_F(ServiceTest, RequestIdsAreTakenOrMade) {
  EXPECT_EQ(Call("GET", "/", "", {{"X-Request-Id", "abc-1"}}).Header("X-Request-Id"), "abc-1");
  EXPECT_EQ(
      Call("GET", "/", "", {{"X-Request-Id", "abc-1"}, {"X-Fc-Request-Id", "fc-2"}}).Header("X-Request-Id"),
      "fc-2");
  const std::string made = Call("GET", "/", "", {{"X-Request-Id", "bad id"}}).Header("X-Request-Id");
  EXPECT_EQ(made.size(), 36u);
  EXPECT_EQ(Body(Call("GET", "/api/x", "", {{"X-Request-Id", "abc-1"}}))["request_id"], "abc-1");
}

TEST_F(ServiceTest, ObjectsGoInAndOut) {
  const Response put = Call("PUT", "/api/objects/users/u%201/%E4%B8%AD.mp4", "0123456789");
  EXPECT_EQ(put.status, 201) << put.body;
  EXPECT_EQ(Body(put)["key"], "users/u 1/中.mp4");
  EXPECT_EQ(Body(put)["size_bytes"], 10);
  const std::string url = Body(put)["url"];
  const Response whole = Call("GET", url);
  EXPECT_EQ(whole.status, 200);
  EXPECT_EQ(Bytes(whole), "0123456789");
  EXPECT_EQ(whole.Header("Content-Type"), "video/mp4");
  EXPECT_EQ(whole.Header("Accept-Ranges"), "bytes");
  EXPECT_EQ(whole.Header("Access-Control-Allow-Origin"), "*");
  const Response part = Call("GET", url, "", {{"Range", "bytes=2-4"}});
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(Bytes(part), "234");
  EXPECT_EQ(part.Header("Content-Range"), "bytes 2-4/10");
  const Response behind = Call("GET", url, "", {{"Range", "bytes=10-"}});
  ExpectError(behind, 416, "range_not_satisfiable");
  EXPECT_EQ(behind.Header("Content-Range"), "bytes */10");
  const Response head = Call("HEAD", url, "", {{"Range", "bytes=2-4"}});
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.object->length, 10);
  const std::string etag = whole.Header("ETag");
  EXPECT_EQ(Call("GET", url, "", {{"If-None-Match", etag}}).status, 304);
  EXPECT_EQ(Call("GET", url, "", {{"Range", "bytes=2-4"}, {"If-Range", etag}}).status, 206);
  EXPECT_EQ(Call("GET", url, "", {{"Range", "bytes=2-4"}, {"If-Range", "\"old\""}}).status, 200);
}

TEST_F(ServiceTest, KeysThatAreNotForOutsideAreRefused) {
  ASSERT_EQ(PutKey("journal/t1/lease", "me"), "");
  for (const char* path :
       {"/media/journal/t1/lease", "/media/../x", "/media/%2e%2e/x", "/media/a%00b", "/media/none"}) {
    ExpectError(Call("GET", path), 404, "not_found");
  }
  for (const char* key : {"journal/t1/lease", ".waveshift/x", "..%2fx", "a//b", "a%0ab", "%2fetc/passwd"}) {
    ExpectError(Call("PUT", std::string("/api/objects/") + key, "x"), 422, "invalid_field", "key");
  }
}

TEST_F(ServiceTest, ResultsCanBeReadAndNotBeReplaced) {
  for (const char* key : {"hls/t1/playlist.m3u8", "hls/t1/video/segment_00001.ts",
                          "videos/t1/final_video.mp4", "subtitles/t1/subtitles.srt", "reports/t1/report.json",
                          "tts-audio/0123.wav", "users/u%201/t1/tts-audio/0123.wav"}) {
    ExpectError(Call("PUT", std::string("/api/objects/") + key, "x"), 422, "invalid_field", "uploads/");
  }
  ASSERT_EQ(PutKey("hls/t1/playlist.m3u8", "#EXTM3U"), "");
  EXPECT_EQ(Bytes(Call("GET", "/media/hls/t1/playlist.m3u8")), "#EXTM3U");
  for (const char* key : {"videos/holiday.mp4", "videos/t1/original.mp4", "subtitles/mine.srt", "hls.mp4",
                          "uploads/hls/t1/a.ts", "users/u/t1/audio.aac", "users/u/tts-audio/clip.wav"}) {
    EXPECT_EQ(Call("PUT", std::string("/api/objects/") + key, "x").status, 201) << key;
  }
}

TEST_F(ServiceTest, PlaylistsAreAskedForAgainSegmentsAreNot) {
  ASSERT_EQ(PutKey("hls/t/playlist.m3u8", "#EXTM3U"), "");
  ASSERT_EQ(PutKey("hls/t/video/0001.ts", "x"), "");
  ASSERT_EQ(PutKey("reports/t/report.html", "x"), "");
  EXPECT_EQ(Call("GET", "/media/hls/t/playlist.m3u8").Header("Cache-Control"), "no-cache");
  EXPECT_THAT(Call("GET", "/media/hls/t/playlist.m3u8").Header("Content-Type"), HasSubstr("mpegurl"));
  EXPECT_EQ(Call("GET", "/media/hls/t/video/0001.ts").Header("Cache-Control"),
            "public, max-age=31536000, immutable");
  EXPECT_EQ(Call("GET", "/media/hls/t/video/0001.ts").Header("Content-Type"), "video/mp2t");
  EXPECT_EQ(Call("GET", "/media/reports/t/report.html").Header("Cache-Control"), "no-cache");
  EXPECT_THAT(Call("GET", "/media/reports/t/report.html").Header("Content-Security-Policy"),
              HasSubstr("sandbox"));
  const Response preflight = Call("OPTIONS", "/media/hls/t/playlist.m3u8");
  EXPECT_EQ(preflight.status, 204);
  EXPECT_THAT(preflight.Header("Access-Control-Allow-Headers"), HasSubstr("Range"));
  EXPECT_EQ(Call("GET", "/api/tasks").Header("Access-Control-Allow-Origin"), "");
}

TEST_F(ServiceTest, ListsAndDebugsTasks) {
  EXPECT_EQ(Body(Call("GET", "/api/tasks"))["tasks"].size(), 0u);
  for (const char* id : {"t1", "t2"}) ASSERT_EQ(Call("POST", "/api/task", TaskBody(id)).status, 201);
  EXPECT_EQ(Body(Call("GET", "/api/tasks"))["tasks"].size(), 2u);
  const Json page = Body(Call("GET", "/api/tasks?limit=1&offset=1"));
  ASSERT_EQ(page["tasks"].size(), 1u);
  EXPECT_EQ(page["tasks"][0]["status"], "created");
  const Json debug = Body(Call("GET", "/api/debug/t1"));
  EXPECT_EQ(debug["segments_count"], 1);
  EXPECT_EQ(debug["media_paths"]["video_path"], "in/t1.mp4");
  EXPECT_TRUE(debug["media_paths"]["audio_path"].is_null());
  const std::string text = debug["first_segment"]["original_text"];
  EXPECT_EQ(text, std::string(30, 'o') + "你好你好你好你好你好你好你好你好你好你好");  // 50 characters
  EXPECT_EQ(debug["first_segment"]["translated_text"], "Hello.");
  EXPECT_EQ(debug["first_segment"]["end_ms"], 900);
}

TEST_F(ServiceTest, DeleteCancels) {
  ASSERT_TRUE(AddTask(*tasks_, *objects_, "t1").ok());
  ASSERT_EQ(Call("POST", "/api/start_tts", R"({"task_id":"t1"})").status, 200);
  ASSERT_TRUE(job_.WaitForStarts(1));
  const Response cancelled = Call("DELETE", "/api/task/t1");
  EXPECT_EQ(cancelled.status, 200) << cancelled.body;
  EXPECT_EQ(Body(cancelled)["status"], "cancelled");
  EXPECT_EQ(Body(Call("GET", "/api/task/t1/status"))["status"], "cancelled");
  ASSERT_TRUE(AddTask(*tasks_, *objects_, "t2").ok());
  ASSERT_TRUE(tasks_->Finish("t2", "completed", "").ok());
  ExpectError(Call("DELETE", "/api/task/t2"), 409, "conflict");
}

TEST_F(ServiceTest, EventsFollowATaskToItsEnd) {
  ASSERT_TRUE(AddTask(*tasks_, *objects_, "t1").ok());
  ASSERT_EQ(Call("POST", "/api/start_tts", R"({"task_id":"t1"})").status, 200);
  ASSERT_TRUE(job_.WaitForStarts(1));
  const Response response = Call("GET", "/api/task/t1/events");
  EXPECT_EQ(response.Header("Content-Type"), "text/event-stream");
  ASSERT_TRUE(response.events);
  std::string text = response.events().text;
  EXPECT_THAT(text, HasSubstr("event: status\ndata: {\"task_id\":\"t1\",\"status\":\"processing\""));
  job_.LetComplete();
  bool ended = false;
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!ended && std::chrono::steady_clock::now() < end) {
    const EventChunk chunk = response.events();
    text += chunk.text;
    ended = chunk.ended;
  }
  EXPECT_TRUE(ended);
  EXPECT_THAT(text, HasSubstr("\"status\":\"completed\""));
}

// Changes of other tasks here are no reason to ask the stores for one that runs elsewhere.
TEST_F(ServiceTest, AnEventStreamOfATaskElsewhereAsksTheStoresNowAndThen) {
  class Counted : public stores::ObjectStoreView {
   public:
    using ObjectStoreView::ObjectStoreView;
    int heads = 0;
    StatusOr<stores::ObjectInfo> Head(const std::string& key) override {
      heads += key == "hls/elsewhere/playlist.m3u8" ? 1 : 0;
      return store_.Head(key);
    }
  };
  const auto real = std::move(objects_);
  auto counted = std::make_unique<Counted>(*real);
  Counted& objects = *counted;
  objects_ = std::move(counted);
  Build({});
  ASSERT_TRUE(AddTask(*tasks_, *objects_, "elsewhere").ok());
  const auto lease = objects_->AcquireLease("journal/elsewhere/lease", "another", std::chrono::seconds(60));
  ASSERT_TRUE(lease.ok());
  ASSERT_TRUE(tasks_->Claim("elsewhere").value());
  const Response response = Call("GET", "/api/task/elsewhere/events");
  ASSERT_TRUE(response.events);
  EXPECT_THAT(response.events().text, HasSubstr("\"status\":\"processing\""));
  const int before = objects.heads;
  for (int i = 0; i < 20; ++i) {  // each begins and ends
    const std::string id = "t" + std::to_string(i);
    ASSERT_TRUE(AddTask(*tasks_, *objects_, id).ok());
    ASSERT_EQ(Call("POST", "/api/start_tts", R"({"task_id":")" + id + "\"}").status, 200);
    response.events();
  }
  EXPECT_LT(objects.heads - before, 10);
  manager_->Shutdown();  // before the store goes
  service_.reset();
  manager_.reset();
}

TEST_F(ServiceTest, EventStreamsAreBounded) {
  ServiceOptions options;
  options.max_event_streams = 1;
  Build(options);
  ASSERT_TRUE(AddTask(*tasks_, *objects_, "t1").ok());
  {
    const Response first = Call("GET", "/api/task/t1/events");
    EXPECT_EQ(first.status, 200);
    ExpectError(Call("GET", "/api/task/t1/events"), 429, "too_many");
  }
  EXPECT_EQ(Call("GET", "/api/task/t1/events").status, 200);
}

TEST_F(ServiceTest, ReportComesWhenItIsThere) {
  ASSERT_TRUE(AddTask(*tasks_, *objects_, "t1").ok());
  ExpectError(Call("GET", "/api/task/t1/report"), 404, "not_found", "no report");
  ASSERT_EQ(PutKey("reports/t1/report.json", "{}"), "");
  const Response response = Call("GET", "/api/task/t1/report");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.Header("Content-Type"), HasSubstr("application/json"));
  EXPECT_EQ(Bytes(response), "{}");
}

TEST_F(ServiceTest, ThePageIsServed) {
  EXPECT_EQ(Call("GET", "/ui/").body, "<p>page</p>");
  EXPECT_EQ(Call("GET", "/ui/app.js").Header("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(Call("GET", "/ui").Header("Location"), "/ui/");
  ExpectError(Call("GET", "/ui/none.js"), 404, "not_found");
}

// A store that cannot be reached is no missing task.
class UnreachableTasks : public stores::TaskStore {
 public:
  Status Create(const stores::NewTask&) override { return Gone(); }
  StatusOr<stores::Task> Get(const std::string&) override { return Gone(); }
  StatusOr<std::vector<stores::Task>> List(int, int) override { return Gone(); }
  StatusOr<std::vector<stores::Task>> ListProcessing(int) override { return Gone(); }
  StatusOr<std::vector<text::TranscriptLine>> ReadTranscript(const std::string&) override { return Gone(); }
  StatusOr<bool> Claim(const std::string&) override { return Gone(); }
  Status SetProgress(const std::string&, int) override { return Gone(); }
  Status Finish(const std::string&, const std::string&, const std::string&) override { return Gone(); }
  Status Delete(const std::string&) override { return Gone(); }
  std::string Describe() const override { return "nowhere"; }

 private:
  static Status Gone() { return Unavailable("the database does not answer"); }
};

TEST_F(ServiceTest, AStoreThatFailsIsABadGateway) {
  tasks_ = std::make_unique<UnreachableTasks>();
  Build({});
  ExpectError(Call("GET", "/api/task/t1/status"), 502, "upstream_failed", "database");
  ExpectError(Call("POST", "/api/start_tts", R"({"task_id":"t1"})"), 502, "upstream_failed");
  ExpectError(Call("POST", "/api/task", TaskBody("t1")), 502, "upstream_failed");
  ExpectError(Call("GET", "/api/tasks"), 502, "upstream_failed");
  EXPECT_EQ(Call("GET", "/api/health").status, 200);
  EXPECT_EQ(Call("GET", "/api/ready").status, 503);
}

TEST_F(ServiceTest, ATranscriptIsNotWaitedForForEver) {
  ASSERT_TRUE(AddTask(*tasks_, *objects_, "t1").ok());
  const auto real = std::move(tasks_);
  auto hanging = std::make_unique<testing::HangingTasks>(*real);
  hanging->hangs().Set("ReadTranscript", true);
  tasks_ = std::move(hanging);
  ServiceOptions options;
  options.transcript_patience = std::chrono::milliseconds(20);
  Build(options);
  ExpectError(Call("GET", "/api/debug/t1"), 504, "timeout", "transcript");
  service_.reset();
  manager_.reset();
}

TEST_F(ServiceTest, WhatTheServersEndStopsIsNotTheClientsDoing) {
  class Stopped : public stores::ObjectStoreView {
   public:
    using ObjectStoreView::ObjectStoreView;
    StatusOr<stores::ObjectInfo> Head(const std::string&) override { return Cancelled("stopped"); }
  };
  const auto real = std::move(objects_);
  objects_ = std::make_unique<Stopped>(*real);
  Build({});
  ExpectError(Call("GET", "/media/a.mp4"), 503, "not_ready", "shutting down");
  service_.reset();
  manager_.reset();
}

TEST_F(ServiceTest, AfterShutdownItIsNotReady) {
  ASSERT_TRUE(AddTask(*tasks_, *objects_, "t1").ok());
  manager_->Shutdown();
  ExpectError(Call("POST", "/api/start_tts", R"({"task_id":"t1"})"), 503, "not_ready");
  EXPECT_EQ(Call("GET", "/api/ready").status, 503);
  EXPECT_EQ(Call("GET", "/api/health").status, 200);
}

}  // namespace
}  // namespace waveshift::service
