// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// For tests: the worker routes without a transport, over stores in memory and over SQLite with files.
#ifndef WAVESHIFT_SERVICE_WORKER_ROUTES_TESTING_H_
#define WAVESHIFT_SERVICE_WORKER_ROUTES_TESTING_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "service/service.h"
#include "service/testing.h"
#include "service/worker.h"
#include "service/worker_testing.h"

namespace waveshift::service::testing {

using Json = nlohmann::json;

inline constexpr char kBase[] = "https://media.example";
inline constexpr char kSegments[] = "users/user 1/task-1/audio-segments/";

class WorkerRoutes : public ::testing::TestWithParam<bool> {
 public:
  void SetUp() override {
    tasks_ = stores::MakeMemoryTaskStore();
    objects_ = stores::MakeMemoryObjectStore();
    if (GetParam()) {
      tasks_ = stores::OpenSqliteTaskStore(folder_.path() + "/tasks.db").value();
      objects_ = stores::OpenFileObjectStore(folder_.path() + "/objects").value();
    }
    // As the product cuts them: a low and a high voice.
    PutSample("sequence_0001_张 三.wav", 110);
    PutSample("sequence_0002_Anna.wav", 220);
    ASSERT_TRUE(objects_->Put("users/user 1/task-1/audio.aac", "adts", {}).ok());
    Build();
  }
  void PutSample(const std::string& name, double pitch_hz) {
    ASSERT_TRUE(objects_->Put(kSegments + name, Recording(pitch_hz), {}).ok());
  }
  static std::string Sample(const std::string& name) { return std::string(kBase) + "/" + kSegments + name; }

  // As after a restart: nothing of the process is left.
  void Build(WorkerOptions options = {}, const std::string& token = "") {
    service_.reset();
    worker_.reset();
    manager_.reset();
    TaskManagerOptions manager_options = FastOptions();
    manager_options.public_base_url = kBase;
    TaskManagerDeps manager_deps = DepsOf(*tasks_, *objects_, job_);
    manager_deps.fetcher = fetcher_;
    manager_ = std::make_unique<TaskManager>(std::move(manager_options), std::move(manager_deps));
    options.public_base_url = base_;
    WorkerDeps deps{.objects = objects_.get(), .tasks = tasks_.get(), .inputs = &manager_->inputs()};
    deps.engine = [this](const std::string& language) -> StatusOr<Engine> {
      WS_RETURN_IF_ERROR(engine_->CheckLanguage(language));
      return Engine{.synthesizer = engine_, .voice_namer = namer_, .notice = ""};
    };
    worker_ = std::make_unique<Worker>(std::move(options), std::move(deps));
    ServiceDeps service_deps;
    service_deps.manager = manager_.get();
    service_deps.tasks = tasks_.get();
    service_deps.objects = objects_.get();
    service_deps.worker = worker_.get();
    service_deps.check_ready = check_ready_;
    service_ = std::make_unique<Service>(ServiceOptions{.api_token = token}, std::move(service_deps));
  }
  template <typename T>
  std::shared_ptr<T> UseEngine() {
    auto engine = std::make_shared<T>();
    engine_ = engine;
    Build();
    return engine;
  }

  Response Ask(const std::string& method, const std::string& target, const Json& body = nullptr) {
    const std::string text = body.is_null() ? "" : body.dump();
    Request request;
    request.method = method;
    request.target = target;
    request.has_body = !body.is_null();
    if (request.has_body) {
      request.content_length = static_cast<int64_t>(text.size());
      request.headers["Content-Type"] = "application/json";
    }
    return service_->Handle(request, [&](const BodySink& sink) { return sink(text); });
  }
  Json Get(const std::string& method, const std::string& target, const Json& body = nullptr,
           int status = 200) {
    const Response response = Ask(method, target, body);
    EXPECT_EQ(response.status, status) << response.body;
    return Json::parse(response.body, nullptr, false);
  }
  void ExpectError(const Response& response, int status, const std::string& code, const std::string& word) {
    EXPECT_EQ(response.status, status) << response.body;
    const Json error = Json::parse(response.body, nullptr, false);
    ASSERT_TRUE(error.is_object());
    EXPECT_EQ(error["code"], code);
    EXPECT_THAT(error["detail"].get<std::string>(), ::testing::HasSubstr(word));
    EXPECT_EQ(error["request_id"], response.Header("X-Request-Id"));
  }
  static Json Init() {
    return {{"user_id", "user 1"},
            {"audio_url", std::string(kBase) + "/users/user 1/task-1/audio.aac"},
            {"video_url", std::string(kBase) + "/users/user 1/task-1/video.mp4"},
            {"enable_audio_separation", true}};
  }
  Json Initialize(const std::string& id = "task-1") {
    return Get("POST", "/tasks/" + id + "/initialize", Init());
  }

  static Json Sentence(int sequence, const std::string& text, const std::string& sample,
                       const std::string& speaker) {
    return {{"sequence", sequence},
            {"text", text},
            {"audioSample", sample.empty() ? Json(nullptr) : Json(sample)},
            {"speaker", speaker},
            {"startMs", 1000 * sequence},
            {"endMs", 1000 * sequence + 900}};
  }
  static Json Batch() {
    return {{"sentences",
             {Sentence(1, "Good morning.", Sample("sequence_0001_张 三.wav"), "张 三"),
              Sentence(2, "Who is it?", Sample("sequence_0002_Anna.wav"), "Anna"),
              Sentence(3, "It is me.", Sample("sequence_0001_张 三.wav"), "张 三")}},
            {"settings", {{"language", "english"}, {"speed", 1}, {"pitch", 1}}},
            {"mode", "simple"}};
  }
  static Json BatchOf(Json sentence) {
    Json batch = Batch();
    batch["sentences"] = Json::array({std::move(sentence)});
    return batch;
  }
  Json Speak(const Json& body, const std::string& id = "task-1") {
    return Get("POST", "/tasks/" + id + "/synthesize", body);
  }

  ScratchDirectory folder_ = ScratchDirectory::Make().value();
  std::unique_ptr<stores::TaskStore> tasks_;
  std::unique_ptr<stores::ObjectStore> objects_;
  std::shared_ptr<tts::Synthesizer> engine_ = std::make_shared<ToneKokoro>();
  voices::VoiceNamer namer_ = &tts::KokoroCast;
  std::shared_ptr<net::PublicFetcher> fetcher_;
  std::string base_ = kBase;
  std::function<Status()> check_ready_;  // may be empty
  FakeJob job_;
  std::unique_ptr<TaskManager> manager_;
  std::unique_ptr<Worker> worker_;
  std::unique_ptr<Service> service_;
};

}  // namespace waveshift::service::testing

#endif  // WAVESHIFT_SERVICE_WORKER_ROUTES_TESTING_H_
