// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/worker.h"

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "service/hanging_testing.h"
#include "service/worker_routes_testing.h"
#include "stores/object_store_view.h"

namespace waveshift::service {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Json;
using testing::kBase;
using ::testing::SizeIs;
using ::testing::StartsWith;
using testing::ToneKokoro;

class WorkerTest : public testing::WorkerRoutes {};

TEST_P(WorkerTest, RegistersATask) {
  const Json first = Initialize();
  EXPECT_EQ(first["success"], true);
  EXPECT_EQ(first["task_id"], "task-1");
  EXPECT_EQ(first["error"], nullptr);
  EXPECT_EQ(first["has_separated_audio"], false);
  EXPECT_EQ(first["local_audio_path"], "users/user 1/task-1/audio.aac");
  EXPECT_EQ(first["local_video_path"], nullptr);  // it is not there
  EXPECT_TRUE(first["message"].is_string());
  const Json state = Get("GET", "/tasks/task-1/status");
  const auto etag = objects_->Head("journal/task-1/worker/task.json")->etag;
  EXPECT_EQ(Initialize(), first);
  Build();
  EXPECT_EQ(Initialize(), first);
  EXPECT_EQ(objects_->Head("journal/task-1/worker/task.json")->etag, etag);
  EXPECT_EQ(Get("GET", "/tasks/task-1/status"), state);
  EXPECT_EQ(state["user_id"], "user 1");
  EXPECT_EQ(state["initialized"], true);
  EXPECT_EQ(state["has_local_audio"], true);
  EXPECT_EQ(state["has_local_video"], false);
  EXPECT_EQ(state["has_separated_audio"], false);
  EXPECT_EQ(state["error"], nullptr);
  EXPECT_THAT(state["created_at"].get<std::string>(), StartsWith("20"));
}

// Whoever asks for a status waits; reading an object may take minutes where a store hangs.
TEST_P(WorkerTest, AStatusAsksTheStoreWhatItAnswersSoonest) {
  class Hanging : public stores::ObjectStoreView {
   public:
    using ObjectStoreView::ObjectStoreView;
    StatusOr<std::string> Get(const std::string&, int64_t) override {
      ADD_FAILURE() << "read";
      return DeadlineExceeded("took longer than it may");
    }
    StatusOr<stores::ObjectInfo> Head(const std::string&) override {
      return DeadlineExceeded("took longer than it may");
    }
  };
  Initialize();
  const auto store = std::move(objects_);
  objects_ = std::make_unique<Hanging>(*store);
  Build();
  ExpectError(Ask("GET", "/tasks/task-1/status"), 504, "timeout", "longer");
}

// The caller has no time limit of its own, and Cloudflare gives an answer up after 100 s.
TEST_P(WorkerTest, AStoreThatHangsIsWaitedForAsLongAsItIsWorth) {
  testing::Hangs hangs;
  const auto store = std::move(objects_);
  objects_ = std::make_unique<testing::HangingObjects>(*store, hangs);
  const auto ask_while = [&](const std::string& hanging, const std::string& method, const std::string& target,
                             const Json& body) {
    WorkerOptions options;
    options.register_patience = options.look_patience = options.patience = std::chrono::milliseconds(30);
    Build(options);
    hangs.Set(hanging, true);
    Response response = Ask(method, target, body);
    hangs.Set(hanging, false);
    Build();
    return response;
  };
  constexpr char kNoAnswer[] = "object store gave no answer";
  for (const char* call : {"Get", "Put"}) {
    ExpectError(ask_while(call, "POST", "/tasks/task-1/initialize", Init()), 504, "timeout", kNoAnswer);
    ExpectError(Ask("GET", "/tasks/task-1/status"), 404, "not_found", "task-1");
  }
  Initialize();  // as if nothing had been
  ExpectError(ask_while("Get", "GET", "/tasks/task-1/status", nullptr), 504, "timeout", kNoAnswer);
  ExpectError(ask_while("Get", "POST", "/tasks/task-1/synthesize", Batch()), 503, "not_ready", "ask again");
  ExpectError(ask_while("Get", "POST", "/synthesize", Batch()), 503, "not_ready", "ask again");
  ExpectError(ask_while("Delete", "DELETE", "/tasks/task-1", nullptr), 504, "timeout", kNoAnswer);
  EXPECT_EQ(Speak(Batch())["success"], true);
  service_.reset();  // the store outlives who uses it
  worker_.reset();
  manager_.reset();
  objects_.reset();
}

TEST_P(WorkerTest, DeletingForgetsTheTaskAndKeepsItsSounds) {
  Initialize();
  const std::string sound = Speak(Batch())["results"][0]["audioKey"];
  EXPECT_EQ(Get("DELETE", "/tasks/task-1")["success"], true);
  const Json again = Get("DELETE", "/tasks/task-1", nullptr, 404);
  EXPECT_EQ(again["success"], false);
  EXPECT_THAT(again["error"].get<std::string>(), HasSubstr("task-1"));
  EXPECT_EQ(again["code"], "not_found");
  ExpectError(Ask("GET", "/tasks/task-1/status"), 404, "not_found", "task-1");
  ExpectError(Ask("POST", "/tasks/task-1/synthesize", Batch()), 404, "not_found", "not initialised");
  Initialize();
  EXPECT_EQ(Speak(Batch())["results"][0]["audioKey"], sound);
  EXPECT_THAT(std::static_pointer_cast<ToneKokoro>(engine_)->asked(), SizeIs(3));
}

TEST_P(WorkerTest, SpeaksABatch) {
  Initialize();
  const Json answer = Speak(Batch());
  EXPECT_EQ(answer["success"], true);
  EXPECT_EQ(answer["error"], nullptr);
  EXPECT_EQ(answer["task_id"], "task-1");
  EXPECT_EQ(answer["output_url"], nullptr);
  EXPECT_EQ(answer["processing_stages"], Json::array({"synthesis"}));
  ASSERT_THAT(answer["results"], SizeIs(3));
  for (size_t i = 0; i < 3; ++i) {
    const Json& result = answer["results"][i];
    EXPECT_EQ(result["sequence"], i + 1);
    EXPECT_EQ(result["success"], true);
    EXPECT_EQ(result["error"], nullptr);
    const std::string key = result["audioKey"];
    const std::string prefix = std::string(kBase) + "/users/user%201/task-1/tts-audio/";
    ASSERT_THAT(key, StartsWith(prefix));
    const auto bytes = objects_->Get("users/user 1/task-1/tts-audio/" + key.substr(prefix.size()), 1 << 26);
    ASSERT_TRUE(bytes.ok());
    const double ms = audio::DecodeWav(*bytes, "x")->seconds() * 1000;
    EXPECT_NEAR(result["durationMs"].get<double>(), ms, 1);
    EXPECT_NEAR(ms, 50.0 * Batch()["sentences"][i]["text"].get<std::string>().size(), 1);
  }
  base_ = "";
  Build();
  EXPECT_THAT(Speak(Batch())["results"][0]["audioKey"].get<std::string>(),
              StartsWith("users/user 1/task-1/tts-audio/"));
}

TEST_P(WorkerTest, TheSameAgainIsAnsweredWithoutSpeaking) {
  Initialize();
  const Json first = Speak(Batch());
  EXPECT_EQ(Speak(Batch()), first);
  Build();
  EXPECT_EQ(Speak(Batch()), first);
  // Another batch with one sentence of this one: by content, not by number.
  Json other = BatchOf(Batch()["sentences"][1]);
  other["sentences"][0]["sequence"] = 9;
  EXPECT_EQ(Speak(other)["results"][0]["audioKey"], first["results"][1]["audioKey"]);
  EXPECT_THAT(std::static_pointer_cast<ToneKokoro>(engine_)->asked(), SizeIs(3));
  Json faster = Batch();
  faster["settings"]["speed"] = 1.5;
  EXPECT_NE(Speak(faster)["results"][0]["audioKey"], first["results"][0]["audioKey"]);
}

TEST_P(WorkerTest, EqualRequestsAtOnceShareTheWork) {
  const auto engine = UseEngine<ToneKokoro>();
  Initialize();
  engine->Hold("Who");
  std::vector<Json> answers(4);
  {
    std::vector<std::jthread> callers;
    for (Json& answer : answers) callers.emplace_back([this, at = &answer] { *at = Speak(Batch()); });
    ASSERT_TRUE(engine->WaitUntilHeld());
    engine->Release();
  }
  EXPECT_THAT(answers, Each(answers[0]));
  EXPECT_THAT(engine->asked(), SizeIs(3));
}

// A retry finds what went on in the meantime: the caller repeats 503.
TEST_P(WorkerTest, WhatTakesTooLongIsAnsweredInTimeAndGoesOn) {
  const auto engine = UseEngine<ToneKokoro>();
  Build({.patience = std::chrono::milliseconds(50)});
  Initialize();
  engine->Hold("Who");
  const Response late = Ask("POST", "/tasks/task-1/synthesize", Batch());
  ExpectError(late, 503, "not_ready", "ask again");
  EXPECT_NE(late.Header("Retry-After"), "");
  engine->Release();
  const auto end = std::chrono::steady_clock::now() + testing::kPatience;
  Response answer;
  do {
    answer = Ask("POST", "/tasks/task-1/synthesize", Batch());
  } while (answer.status == 503 && std::chrono::steady_clock::now() < end);
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_THAT(engine->asked(), SizeIs(3));
}

TEST_P(WorkerTest, MoreRequestsThanAllowedAreTold) {
  const auto engine = UseEngine<ToneKokoro>();
  Build({.most_requests = 1});
  Initialize();
  engine->Hold("Who");
  std::jthread caller([&] { EXPECT_EQ(Speak(Batch())["success"], true); });
  ASSERT_TRUE(engine->WaitUntilHeld());
  ExpectError(Ask("POST", "/tasks/task-1/synthesize", Batch()), 429, "too_many", "try again");
  engine->Release();
}

TEST_P(WorkerTest, AStopAnswersThatItMayBeAskedAgain) {
  const auto engine = UseEngine<ToneKokoro>();
  Initialize();
  engine->Hold("Who");
  Response answer;
  {
    std::jthread caller([&] { answer = Ask("POST", "/tasks/task-1/synthesize", Batch()); });
    ASSERT_TRUE(engine->WaitUntilHeld());
    service_->StopSpeech();
  }
  ExpectError(answer, 503, "not_ready", "shutting down");
  ExpectError(Ask("POST", "/tasks/task-1/synthesize", Batch()), 503, "not_ready", "shutting down");
}

TEST_P(WorkerTest, AFailedSentenceNeverFailsTheOthers) {
  Initialize();
  Json batch = Batch();
  batch["sentences"][1]["text"] = "FAIL";
  batch["sentences"].push_back(Sentence(4, "...", "", "Anna"));
  const Json answer = Speak(batch);
  EXPECT_EQ(answer["success"], true);
  EXPECT_EQ(answer["error"], nullptr);
  EXPECT_EQ(answer["results"][0]["success"], true);
  EXPECT_EQ(answer["results"][1]["success"], false);
  EXPECT_EQ(answer["results"][1]["audioKey"], nullptr);
  EXPECT_EQ(answer["results"][1]["durationMs"], 0);
  EXPECT_THAT(answer["results"][1]["error"].get<std::string>(), HasSubstr("told to fail"));
  EXPECT_EQ(answer["results"][2]["success"], true);
  EXPECT_THAT(answer["results"][3]["error"].get<std::string>(), HasSubstr("to say"));
  const Json failed = Speak(BatchOf(batch["sentences"][1]));
  EXPECT_EQ(failed["success"], false);
  EXPECT_THAT(failed["error"].get<std::string>(), HasSubstr("told to fail"));
  const Json empty = Speak({{"sentences", Json::array()}, {"mode", "simple"}});
  EXPECT_EQ(empty["success"], true);
  EXPECT_THAT(empty["results"], IsEmpty());
}

TEST_P(WorkerTest, SpeaksWithoutATask) {
  const Json answer = Get("POST", "/synthesize", Batch());
  EXPECT_EQ(answer["success"], true);
  EXPECT_EQ(answer["task_id"], nullptr);
  EXPECT_THAT(answer["results"][0]["audioKey"].get<std::string>(),
              StartsWith(std::string(kBase) + "/tts-audio/"));
  EXPECT_EQ(Get("POST", "/synthesize", Batch()), answer);
  EXPECT_THAT(std::static_pointer_cast<ToneKokoro>(engine_)->asked(), SizeIs(3));
  Json of_task = Batch();
  of_task["task_id"] = "task-1";
  ExpectError(Ask("POST", "/synthesize", of_task), 404, "not_found", "not initialised");
  Initialize();
  EXPECT_THAT(Get("POST", "/synthesize", of_task)["results"][0]["audioKey"].get<std::string>(),
              HasSubstr("/users/user%201/task-1/"));
  of_task["task_id"] = "another";
  ExpectError(Ask("POST", "/tasks/task-1/synthesize", of_task), 422, "invalid_field", "task_id");
}

TEST_P(WorkerTest, FitsIntoSlotsAndMovesStarts) {
  Initialize();
  Json batch = Batch();  // slots of 900 ms from 1000, 2000, 3000; spoken in 650, 500, 450 ms
  batch["mode"] = "full";
  batch["enable_duration_align"] = true;
  batch["enable_timestamp_adjust"] = true;
  batch["sentences"][0]["endMs"] = 1600;
  batch["sentences"][1]["startMs"] = 1550;
  batch["sentences"][1]["endMs"] = 2000;
  batch["sentences"][2]["text"] = "Far too many words for so short a slot.";
  const Json answer = Speak(batch);
  EXPECT_EQ(answer["processing_stages"], Json::array({"synthesis", "duration_align", "timestamp_adjust"}));
  const Json& results = answer["results"];
  EXPECT_NEAR(results[0]["durationMs"].get<double>(), 600, 1);
  EXPECT_EQ(results[0]["startMs"], 1000);
  EXPECT_NEAR(results[1]["durationMs"].get<double>(), 450, 1);
  EXPECT_EQ(results[1]["startMs"], results[0]["endMs"]);
  EXPECT_EQ(results[2]["startMs"], 3000);
  EXPECT_EQ(results[2]["speed"], kFastestFit);
  EXPECT_THAT(results[2]["warnings"].dump(), HasSubstr("longer than its slot"));
  Json plain = Batch();
  EXPECT_FALSE(Speak(plain)["results"][0].contains("startMs"));
}

TEST_P(WorkerTest, ErrorsHaveTheUsualForm) {
  ExpectError(Ask("POST", "/tasks/nobody/synthesize", Batch()), 404, "not_found", "nobody");
  ExpectError(Ask("POST", "/tasks/a%20b/initialize", Init()), 422, "invalid_field", "task_id");
  ExpectError(Ask("POST", "/tasks/task-1/initialize"), 400, "bad_request", "JSON");
  Json init = Init();
  init["audio_url"] = "http://169.254.169.254/";
  ExpectError(Ask("POST", "/tasks/task-1/initialize", init), 422, "invalid_field", "audio_url");
  Json batch = Batch();
  batch["mode"] = "quick";
  ExpectError(Ask("POST", "/synthesize", batch), 422, "invalid_field", "mode");
  batch = Batch();
  batch["settings"]["language"] = "eo";  // Kokoro does not speak it
  ExpectError(Ask("POST", "/synthesize", batch), 422, "invalid_field", "settings.language");
  ExpectError(Ask("GET", "/tasks/task-1"), 405, "method_not_allowed", "GET");
}

TEST_P(WorkerTest, NothingSpeaks) {
  Build();
  WorkerDeps deps{.objects = objects_.get(), .tasks = tasks_.get(), .inputs = &manager_->inputs()};
  deps.engine = [](const std::string&) { return Engine(); };
  Worker worker({}, std::move(deps));
  WorkerRequest request;
  request.sentences.push_back({.sequence = 1, .text = "One."});
  EXPECT_EQ(worker.Synthesize(request).status().code(), StatusCode::kFailedPrecondition);
}

TEST_P(WorkerTest, HealthDoesNotWaitForTheEngine) {
  int asked = 0;
  check_ready_ = [&asked] {
    ++asked;
    return FailedPrecondition("espeak-ng is not installed");
  };
  Build();
  EXPECT_EQ(Get("GET", "/health")["loaded_services"].size(), 3);
  EXPECT_EQ(asked, 0);
  Get("GET", "/api/ready", nullptr, 503);
  EXPECT_THAT(Get("GET", "/health")["loaded_services"], IsEmpty());
  EXPECT_EQ(asked, 1);
}

TEST_P(WorkerTest, HealthAndToken) {
  const Json health = Get("GET", "/health");
  EXPECT_EQ(health["status"], "healthy");
  EXPECT_EQ(health["version"], "4.0.0");
  EXPECT_EQ(health["mode"], "dual");
  EXPECT_EQ(health["batch_size"], 3);
  EXPECT_TRUE(health["service"].is_string());
  EXPECT_TRUE(health["loaded_services"].is_array());
  Build({}, "s3cret");
  ExpectError(Ask("GET", "/health"), 401, "unauthorized", "Bearer");
  ExpectError(Ask("POST", "/tasks/task-1/initialize", Init()), 401, "unauthorized", "Bearer");
  ExpectError(Ask("POST", "/synthesize", Batch()), 401, "unauthorized", "Bearer");
}

INSTANTIATE_TEST_SUITE_P(Stores, WorkerTest, ::testing::Bool(),
                         [](const auto& which) { return which.param ? "Files" : "Memory"; });

}  // namespace
}  // namespace waveshift::service
