// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What function platforms call, and start_tts within a request.
#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "service/lease_testing.h"
#include "service/service.h"
#include "service/testing.h"

namespace waveshift::service {
namespace {

using testing::AddTask;
using testing::DepsOf;
using testing::FakeJob;
using ::testing::HasSubstr;
using Json = nlohmann::json;
using Headers = std::map<std::string, std::string, HeaderLess>;

constexpr char kToken[] = "s3cret-token";

class ControlRoutesTest : public ::testing::Test {
 protected:
  ControlRoutesTest() {
    options_.api_token = kToken;
    options_.run_within_request = true;
    options_.trusts_platform = true;
    Build();
  }

  void Build() {
    service_.reset();
    TaskManagerOptions manager;
    manager.heartbeat = std::chrono::milliseconds(10);
    manager.lease_lifetime = lease_lifetime_;
    manager_ = std::make_unique<TaskManager>(manager, DepsOf(*tasks_, unreliable_, job_));
    ServiceDeps deps;
    deps.manager = manager_.get();
    deps.tasks = tasks_.get();
    deps.objects = objects_.get();
    deps.initialize = [this](const std::stop_token&) {
      ++initialized_;
      return initialize_;
    };
    deps.is_loaded = [this] { return initialized_ > 0; };
    deps.on_task_request = [this](const std::string& task, const std::string& request, bool begins) {
      task_requests_.push_back((begins ? "+" : "-") + task + "@" + request);
    };
    if (goes_on_) {
      deps.go_on_later = [this](const std::string& task) {
        went_on_.push_back(task);
        return go_on_;
      };
    }
    service_ = std::make_unique<Service>(options_, std::move(deps));
  }

  Response Call(const std::string& method, const std::string& target, const std::string& body = "",
                Headers headers = {}) {
    Request request;
    request.method = method;
    request.target = target;
    request.headers = std::move(headers);
    request.has_body = method == "POST";
    if (request.has_body) request.content_length = static_cast<int64_t>(body.size());
    return service_->Handle(request, [&body](const BodySink& sink) { return sink(body); });
  }
  // As the platform itself does.
  Response Control(const std::string& method, const std::string& path, const std::string& body = "",
                   Headers headers = {}) {
    headers["x-fc-control-path"] = path;
    headers["x-fc-request-id"] = "req-1";
    return Call(method, path, body, std::move(headers));
  }
  Response Invoke(const Json& event, Headers headers = {}) {
    return Control("POST", "/invoke", event.dump(), std::move(headers));
  }
  Response StartByHttp(const std::string& body, Headers headers = {}) {
    headers["Authorization"] = std::string("Bearer ") + kToken;
    headers["Content-Type"] = "application/json";
    return Call("POST", "/api/start_tts", body, std::move(headers));
  }
  void Add(const std::string& id) { ASSERT_TRUE(AddTask(*tasks_, *objects_, id).ok()); }
  // Such a limit winds jobs down after half of it.
  std::jthread CompleteBehindALimitOfOneSecond() {
    return std::jthread([this] {
      job_.WaitForStarts(job_.starts() + 1);
      std::this_thread::sleep_for(std::chrono::milliseconds(700));
      job_.LetComplete();
    });
  }
  static Json Body(const Response& response) { return Json::parse(response.body); }
  void ShowWork(int64_t new_work) {
    pipeline::Progress progress;
    progress.new_work = new_work;
    job_.SetProgress(progress);
  }

  std::unique_ptr<stores::TaskStore> tasks_ = stores::MakeMemoryTaskStore();
  std::unique_ptr<stores::ObjectStore> objects_ = stores::MakeMemoryObjectStore();
  testing::UnreliableObjects unreliable_{*objects_};
  std::chrono::seconds lease_lifetime_{60};
  FakeJob job_;
  ServiceOptions options_;
  int initialized_ = 0;
  Status initialize_;
  bool goes_on_ = false;
  Status go_on_;
  std::vector<std::string> went_on_;
  std::vector<std::string> task_requests_;
  std::unique_ptr<TaskManager> manager_;
  std::unique_ptr<Service> service_;
};

TEST_F(ControlRoutesTest, AreOpenExactlyWhenTheHeaderNamesThePath) {
  const std::vector<std::pair<std::string, std::string>> routes = {
      {"POST", "/initialize"}, {"POST", "/init"},       {"POST", "/invoke"}, {"POST", "/event-invoke"},
      {"GET", "/pre-freeze"},  {"POST", "/pre-freeze"}, {"GET", "/pre-stop"}};
  for (const auto& [method, path] : routes) {
    EXPECT_EQ(Call(method, path, "{}").status, 401) << path;
    for (const char* other : {"/http-invoke", "/", "initialize", "/invoke/"})
      EXPECT_EQ(Call(method, path, "{}", {{"x-fc-control-path", other}}).status, 401) << path << " " << other;
    EXPECT_NE(Control(method, path, "{}").status, 401) << path;
  }
  EXPECT_EQ(Call("GET", "/api/tasks", "", {{"x-fc-control-path", "/api/tasks"}}).status, 401);
  const std::string old = "/2016-08-15/proxy/s/f/pre-freeze";
  EXPECT_EQ(Call("GET", old, "", {{"x-fc-control-path", "/pre-freeze"}}).status, 401);
}

TEST_F(ControlRoutesTest, InitializeLoadsAndSaysSo) {
  EXPECT_EQ(Body(Call("GET", "/api/health"))["model_loaded"], false);
  EXPECT_EQ(Control("POST", "/initialize").status, 200);
  EXPECT_EQ(Body(Call("GET", "/api/health"))["model_loaded"], true);
  initialize_ = FailedPrecondition("no engine");
  const Response failed = Control("POST", "/init");
  EXPECT_EQ(failed.status, 503);
  EXPECT_THAT(failed.body, HasSubstr("no engine"));
  initialize_ = InvalidArgument("engine: must be");
  EXPECT_EQ(Control("POST", "/initialize").status, 500);
}

TEST_F(ControlRoutesTest, EventsAreAnsweredInTheirForm) {
  const Response health = Invoke({{"httpMethod", "GET"}, {"path", "/api/health"}});
  EXPECT_EQ(health.status, 200);
  EXPECT_EQ(health.Header("x-fc-status"), "200");
  EXPECT_EQ(Body(health)["statusCode"], 200);
  EXPECT_EQ(Json::parse(Body(health)["body"].get<std::string>())["status"], "healthy");
  EXPECT_EQ(Body(health)["headers"]["X-Request-Id"], "req-1");
  const Response missing = Invoke({{"httpMethod", "GET"}, {"path", "/api/task/nobody/status"}});
  EXPECT_EQ(missing.status, 200);
  EXPECT_EQ(Body(missing)["statusCode"], 404);
  const Response empty = Invoke({{"httpMethod", "POST"}, {"path", "/api/start_tts"}, {"body", ""}});
  EXPECT_EQ(Body(empty)["statusCode"], 400);
  ASSERT_TRUE(objects_->Put("uploads/x.bin", std::string("\xff\x00", 2), {}).ok());
  const Response bytes = Invoke({{"httpMethod", "GET"}, {"path", "/media/uploads/x.bin"}});
  EXPECT_EQ(Body(bytes)["isBase64Encoded"], true);
  EXPECT_EQ(Body(bytes)["body"], "/wA=");
  const Response prefixed = Invoke({{"httpMethod", "GET"}, {"path", "/2016-08-15/proxy/s/f/api/health"}});
  EXPECT_EQ(Body(prefixed)["statusCode"], 200);
  for (const char* broken : {"", "{", "{}", R"({"httpMethod":"GET","path":"x"})"}) {
    const Response refused = Control("POST", "/invoke", broken);
    EXPECT_EQ(refused.status, 404) << broken;
    EXPECT_EQ(refused.Header("x-fc-status"), "404") << broken;
    EXPECT_EQ(Body(refused)["request_id"], "req-1");
  }
}

TEST_F(ControlRoutesTest, AnEventCarriesNoEventAndNoHeadersOfThePlatform) {
  const Json inner = {{"httpMethod", "POST"},
                      {"path", "/invoke"},
                      {"headers", {{"x-fc-control-path", "/invoke"}}},
                      {"body", R"({"httpMethod":"GET","path":"/api/health"})"}};
  EXPECT_EQ(Body(Invoke(inner))["statusCode"], 404);
  Add("t");
  const std::jthread late = CompleteBehindALimitOfOneSecond();
  // A limit of the event's own would stop the job.
  const Json start = {{"httpMethod", "POST"},
                      {"path", "/api/start_tts"},
                      {"headers", {{"X-Fc-Function-Timeout", "1"}}},
                      {"body", {{"task_id", "t"}}}};
  EXPECT_EQ(Json::parse(Body(Invoke(start))["body"].get<std::string>())["status"], "completed");
}

TEST_F(ControlRoutesTest, ElsewhereTheHeaderOpensTheRouteAndNotWhatItCarries) {
  options_.trusts_platform = false;
  Build();
  Add("t");
  const Json list = {{"httpMethod", "GET"}, {"path", "/api/tasks"}};
  EXPECT_EQ(Body(Invoke(list))["statusCode"], 401);
  const Response start = Invoke({{"task_id", "t"}});
  EXPECT_EQ(start.status, 404);
  EXPECT_EQ(Body(start)["code"], "unauthorized");
  EXPECT_EQ(job_.starts(), 0);
  Json with_token = list;
  with_token["headers"] = {{"authorization", std::string("Bearer ") + kToken}};
  EXPECT_EQ(Body(Invoke(with_token))["statusCode"], 200);
  EXPECT_EQ(Body(Invoke(list, {{"Authorization", std::string("Bearer ") + kToken}}))["statusCode"], 200);
  EXPECT_EQ(Body(Control("GET", "/pre-stop"))["status"], "unchanged");
  EXPECT_FALSE(manager_->IsShutDown());
}

TEST_F(ControlRoutesTest, PlatformsWithoutTheHeaderCallOpenRoutes) {
  options_.trusts_platform = false;
  options_.open_control_routes = true;
  Build();
  EXPECT_EQ(Call("POST", "/init").status, 200);
  EXPECT_EQ(Body(Call("POST", "/event-invoke", R"({"httpMethod":"GET","path":"/api/health"})"))["statusCode"],
            200);
  EXPECT_EQ(Body(Call("POST", "/event-invoke", R"({"httpMethod":"GET","path":"/api/tasks"})"))["statusCode"],
            401);
}

TEST_F(ControlRoutesTest, ATaskRunsWithinItsEvent) {
  Add("t");
  job_.LetComplete();
  const Response done = Invoke({{"task_id", "t"}});
  EXPECT_EQ(done.status, 200);
  EXPECT_EQ(Body(done)["status"], "completed");
  EXPECT_EQ(Body(done)["result"]["status"], "success");
  EXPECT_EQ(Body(done)["result"]["output_path"], "hls/t/playlist.m3u8");
  EXPECT_THAT(task_requests_, ::testing::ElementsAre("+t@req-1", "-t@req-1"));
  EXPECT_EQ(Invoke({{"task_id", "nobody"}}).status, 404);
  Add("u");
  job_.Let(Internal("disk full"));
  const Response failed = Invoke({{"task_id", "u"}});
  EXPECT_EQ(failed.status, 200);  // another try would not mend it
  EXPECT_EQ(Body(failed)["result"]["status"], "error");
  EXPECT_EQ(Body(failed)["result"]["message"], "disk full");
}

TEST_F(ControlRoutesTest, WhenTimeRunsOutThePlatformDeliversAgain) {
  Add("t");
  const Headers limit = {{"x-fc-function-timeout", "1"}};
  const Response event = Invoke({{"task_id", "t"}}, limit);
  EXPECT_EQ(event.status, 404);
  EXPECT_EQ(event.Header("x-fc-status"), "404");
  EXPECT_EQ(Body(event)["status"], "processing");
  EXPECT_EQ(Body(event)["code"], "time_limit");
  const Response http = StartByHttp(R"({"task_id":"t"})", limit);
  EXPECT_EQ(http.status, 503);
  EXPECT_EQ(http.Header("Retry-After"), "1");
  EXPECT_EQ(Body(http)["code"], "time_limit");
  job_.LetComplete();
  EXPECT_EQ(Body(StartByHttp(R"({"task_id":"t"})"))["status"], "completed");
}

TEST_F(ControlRoutesTest, TheLimitIsTheLesserOfTheTwoAndTheHeaderIsThePlatforms) {
  options_.time_limit = std::chrono::seconds(1);
  Build();
  Add("t");
  EXPECT_EQ(StartByHttp(R"({"task_id":"t"})", {{"x-fc-function-timeout", "7200"}}).status, 503);
  options_.time_limit = std::chrono::seconds(0);
  options_.trusts_platform = false;
  Build();
  const std::jthread late = CompleteBehindALimitOfOneSecond();
  EXPECT_EQ(StartByHttp(R"({"task_id":"t"})", {{"x-fc-function-timeout", "1"}}).status, 200);
}

TEST_F(ControlRoutesTest, GoesOnByItselfAsLongAsThereIsProgress) {
  goes_on_ = true;
  options_.time_limit = std::chrono::seconds(1);
  Build();
  Add("t");
  ShowWork(3);
  const Response first = Invoke({{"task_id", "t"}});
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(Body(first)["status"], "processing");
  EXPECT_EQ(Body(first)["goes_on"], true);
  EXPECT_THAT(went_on_, ::testing::ElementsAre("t"));
  EXPECT_EQ(StartByHttp(R"({"task_id":"t"})").status, 202);
  EXPECT_EQ(went_on_.size(), 2u);
  ShowWork(0);
  const Response stuck = StartByHttp(R"({"task_id":"t"})");
  EXPECT_EQ(stuck.status, 503);
  EXPECT_THAT(Body(stuck)["detail"].get<std::string>(), HasSubstr("no further"));
  EXPECT_EQ(went_on_.size(), 2u);
  ShowWork(1);
  go_on_ = Unavailable("WAVESHIFT_SELF_URL: answered with status 403");
  const Response unsent = StartByHttp(R"({"task_id":"t"})");
  EXPECT_EQ(unsent.status, 503);
  EXPECT_THAT(Body(unsent)["detail"].get<std::string>(), HasSubstr("403"));
}

TEST_F(ControlRoutesTest, ATaskThatTheStoreLeftUsNotKnowingOfIsDeliveredAgain) {
  lease_lifetime_ = std::chrono::seconds(0);  // it has run out as soon as the store gives no answer
  Build();
  Add("t");
  Response event;
  {
    const std::jthread request([&] { event = Invoke({{"task_id", "t"}}); });
    ASSERT_TRUE(job_.WaitForStarts(1));
    unreliable_.SetSilent(true);
  }
  EXPECT_EQ(event.status, 404);
  EXPECT_EQ(Body(event)["code"], "not_ready");
  EXPECT_THAT(Body(event)["detail"].get<std::string>(), HasSubstr("gave no answer"));
  EXPECT_EQ(tasks_->Get("t")->status, "processing");
  unreliable_.SetSilent(false);
  job_.LetComplete();
  EXPECT_EQ(Body(StartByHttp(R"({"task_id":"t"})"))["status"], "completed");
}

TEST_F(ControlRoutesTest, PreStopEndsJobsAtALineAndTakesNoMore) {
  Add("t");
  Response within;
  {
    const std::jthread request([&] { within = Invoke({{"task_id", "t"}}); });
    ASSERT_TRUE(job_.WaitForStarts(1));
    EXPECT_EQ(Body(Control("GET", "/pre-stop"))["status"], "stopping");
  }
  EXPECT_EQ(within.status, 404);  // delivered again, to another instance
  EXPECT_EQ(tasks_->Get("t")->status, "processing");
  EXPECT_EQ(StartByHttp(R"({"task_id":"t"})").status, 503);
  EXPECT_EQ(Call("GET", "/api/health").status, 200);
}

TEST_F(ControlRoutesTest, RequestIdsOfOtherPlatforms) {
  EXPECT_EQ(Call("GET", "/api/health", "", {{"x-scf-request-id", "scf-1"}}).Header("X-Request-Id"), "scf-1");
  EXPECT_EQ(Call("GET", "/api/health", "", {{"X-CFF-Request-Id", "cff-1"}}).Header("X-Request-Id"), "cff-1");
}

// Bodies are large, and a body must be read before a token in it can be seen.
TEST_F(ControlRoutesTest, FewEventsAreReadWhoseCallersAreNotKnown) {
  const std::string event = R"({"httpMethod": "GET", "path": "/api/health"})";
  int depth = 0;
  int deepest = 0;
  std::vector<int> statuses;
  const auto invoke = [&](const auto& self, const std::string& authorization) -> void {
    Request request;
    request.method = "POST";
    request.target = "/invoke";
    request.headers = {{"x-fc-control-path", "/invoke"}, {"Authorization", authorization}};
    request.has_body = true;
    const Response response = service_->Handle(request, [&](const BodySink& sink) {
      deepest = std::max(deepest, ++depth);
      if (depth < 5) self(self, authorization);  // another one comes while this body is being sent
      --depth;
      return sink(event);
    });
    statuses.push_back(response.status);
  };
  options_.trusts_platform = false;
  Build();
  invoke(invoke, "");
  EXPECT_EQ(deepest, 2);
  EXPECT_THAT(statuses, ::testing::ElementsAre(503, 200, 200));
  statuses.clear();
  deepest = 0;
  invoke(invoke, std::string("Bearer ") + kToken);
  EXPECT_EQ(deepest, 5);
  EXPECT_THAT(statuses, ::testing::Each(200));
  options_.trusts_platform = true;  // nobody else can come
  Build();
  deepest = 0;
  invoke(invoke, "");
  EXPECT_EQ(deepest, 5);
}

}  // namespace
}  // namespace waveshift::service
