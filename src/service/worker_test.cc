// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The worker routes without a transport, over stores in memory and over SQLite with files.
#include "service/worker.h"

#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "net/test_tls_server.h"
#include "service/service.h"
#include "service/testing.h"
#include "service/worker_testing.h"

namespace waveshift::service {
namespace {

using net::TestTlsServer;
using testing::CloningTone;
using testing::DepsOf;
using ::testing::Each;
using testing::FakeJob;
using testing::FastOptions;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Recording;
using ::testing::SizeIs;
using ::testing::StartsWith;
using testing::ToneKokoro;
using Json = nlohmann::json;

constexpr char kBase[] = "https://media.example";
constexpr char kSegments[] = "users/user 1/task-1/audio-segments/";

class WorkerTest : public ::testing::TestWithParam<bool> {
 protected:
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
    EXPECT_THAT(error["detail"].get<std::string>(), HasSubstr(word));
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
  FakeJob job_;
  std::unique_ptr<TaskManager> manager_;
  std::unique_ptr<Worker> worker_;
  std::unique_ptr<Service> service_;
};

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

// ---- voices

TEST_P(WorkerTest, ACloneIsMadeOfTheSentencesOwnRecording) {
  const auto engine = UseEngine<CloningTone>();
  Initialize();
  EXPECT_EQ(Speak(Batch())["success"], true);
  std::map<std::string, std::string> reference;
  for (const tts::SpeakRequest& asked : engine->asked()) reference[asked.text] = asked.voice.reference_id;
  EXPECT_EQ(reference["Good morning."], reference["It is me."]);
  EXPECT_NE(reference["Good morning."], reference["Who is it?"]);
  EXPECT_NE(reference["Who is it?"], "");
  // Another recording of the same words is another line.
  Json other = BatchOf(Batch()["sentences"][0]);
  other["sentences"][0]["audioSample"] = Sample("sequence_0002_Anna.wav");
  EXPECT_EQ(Speak(other)["success"], true);
  EXPECT_THAT(engine->asked(), SizeIs(4));
}

TEST_P(WorkerTest, WithoutItsOwnRecordingTheSpeakersOtherOnesServe) {
  const auto engine = UseEngine<CloningTone>();
  Initialize();
  Json batch = Batch();
  batch["sentences"][2]["audioSample"] =
      Sample("sequence_0003_gone.wav");  // the same speaker's first is there
  Json answer = Speak(batch);
  EXPECT_EQ(answer["results"][2]["success"], true);
  EXPECT_THAT(answer["results"][2]["warnings"].dump(), HasSubstr("audioSample"));
  const auto of = [&](const std::string& text) {
    for (const tts::SpeakRequest& asked : engine->asked()) {
      if (asked.text == text) return asked.voice.reference_id;
    }
    return std::string("never asked");
  };
  EXPECT_EQ(of("It is me."), of("Good morning."));
  // One that an earlier request had, also after a restart.
  Build();
  Speak(BatchOf(Sentence(5, "Again.", "", "Anna")));
  EXPECT_EQ(of("Again."), of("Who is it?"));
  // One of the transcript.
  stores::NewTask task = testing::SmallTask("task-1");
  task.lines[0].speaker = "Berta";
  task.lines[0].audio_key = Sample("sequence_0002_Anna.wav");
  ASSERT_TRUE(tasks_->Create(task).ok());
  Speak(BatchOf(Sentence(6, "From the transcript.", "", "Berta")));
  EXPECT_EQ(of("From the transcript."), of("Who is it?"));
  // Nobody knows one: the engine's own voice.
  answer = Speak(BatchOf(Sentence(7, "A stranger.", "", "Nobody")));
  EXPECT_EQ(of("A stranger."), "");
  EXPECT_THAT(answer["results"][0]["warnings"].dump(), HasSubstr("no recording"));
}

TEST_P(WorkerTest, WhatIsNoRecordingIsPassedOver) {
  const auto engine = UseEngine<CloningTone>();
  Initialize();
  ASSERT_TRUE(objects_->Put("users/u/text.wav", "this is no sound", {}).ok());
  ASSERT_TRUE(objects_->Put("users/u/long.wav", Recording(110, 61), {}).ok());
  for (const char* place : {"users/u/text.wav", "users/u/long.wav"}) {
    const Json result = Speak(BatchOf(Sentence(1, std::string("From ") + place, place, place)))["results"][0];
    EXPECT_EQ(result["success"], true);
    EXPECT_THAT(result["warnings"].dump(), HasSubstr("audioSample"));
  }
}

TEST_P(WorkerTest, AnEngineThatDoesNotCloneGivesEachSpeakerAVoiceThatStays) {
  const auto engine = UseEngine<ToneKokoro>();
  Initialize();
  Speak(Batch());
  std::map<std::string, std::string> voice;
  for (const tts::SpeakRequest& asked : engine->asked()) voice[asked.text] = asked.voice.name;
  EXPECT_EQ(voice["Good morning."], voice["It is me."]);
  EXPECT_THAT(voice["Good morning."], HasSubstr("m_"));  // a low voice, like the recording
  EXPECT_THAT(voice["Who is it?"], HasSubstr("f_"));
  // New speakers do not change who speaks with which voice, and get others.
  Build();
  PutSample("sequence_0004_Berta.wav", 225);
  PutSample("sequence_0005_Carl.wav", 112);
  Speak(BatchOf(Sentence(4, "New.", Sample("sequence_0004_Berta.wav"), "Berta")));
  Speak(BatchOf(Sentence(5, "Newer.", Sample("sequence_0005_Carl.wav"), "Carl")));
  Speak(BatchOf(Sentence(6, "Old.", Sample("sequence_0002_Anna.wav"), "Anna")));
  for (const tts::SpeakRequest& asked : engine->asked()) voice[asked.text] = asked.voice.name;
  EXPECT_EQ(voice["Old."], voice["Who is it?"]);
  const std::set<std::string> different = {voice["Good morning."], voice["Who is it?"], voice["New."],
                                           voice["Newer."]};
  EXPECT_THAT(different, SizeIs(4));
}

TEST_P(WorkerTest, RealSpeechOfEspeak) {
  engine_ = tts::MakeEspeak();
  namer_ = &tts::EspeakVoiceName;
  Build();
  Initialize();
  Json batch = Batch();
  batch["settings"]["language"] = "zh";
  batch["sentences"][0]["text"] = "早上好，今天天气很好。";
  const Json answer = Speak(batch);
  for (const Json& result : answer["results"]) {
    EXPECT_EQ(result["success"], true) << result.dump();
    EXPECT_EQ(result["engine"], "espeak");
    EXPECT_GT(result["durationMs"].get<int>(), 300);
    EXPECT_LT(result["durationMs"].get<int>(), 6000);
  }
  EXPECT_NE(answer["results"][0]["voice"], answer["results"][1]["voice"]);
  EXPECT_EQ(Speak(batch), answer);
}

// ---- addresses

TEST_P(WorkerTest, AddressesThatAreNotAllowedFailTheirSentenceAlone) {
  for (const bool clones : {false, true}) {
    if (clones) UseEngine<CloningTone>();
    Initialize();
    Json batch = Batch();
    for (const char* place :
         {"http://169.254.169.254/latest/meta-data", "https://127.0.0.1/x.wav", "file:///etc/passwd",
          "https://elsewhere.example/x.wav", "../secret.wav", "journal/task-1/worker/task.json"}) {
      batch["sentences"].push_back(Sentence(9, "Never.", place, "Anna"));
    }
    const Json answer = Speak(batch);
    EXPECT_EQ(answer["success"], true);
    for (size_t i = 0; i < answer["results"].size(); ++i) {
      EXPECT_EQ(answer["results"][i]["success"], i < 3) << answer["results"][i].dump();
      if (i < 3) continue;
      EXPECT_THAT(answer["results"][i]["error"].get<std::string>(), StartsWith("audioSample: "));
    }
  }
}

TEST_P(WorkerTest, RecordingsOnHostsOfTheListAreRead) {
  int failures = 0;
  const TestTlsServer server(folder_.path() + "/certificate.pem", [&](const std::string& target) {
    if (target == "/busy.wav" && ++failures <= 3) return TestTlsServer::Reply(503, "soon");
    return TestTlsServer::Reply(target == "/gone.wav" ? 404 : 200, Recording(130));
  });
  fetcher_ = std::make_shared<net::PublicFetcher>(server.FetchOptions());
  const auto engine = UseEngine<CloningTone>();
  Initialize();
  EXPECT_EQ(Speak(BatchOf(Sentence(1, "One.", server.Url("/张 三.wav"), "A")))["success"], true);
  EXPECT_EQ(server.Targets().at(0), "/%E5%BC%A0%20%E4%B8%89.wav");
  EXPECT_NE(engine->asked().at(0).voice.reference_id, "");
  EXPECT_THAT(
      Speak(BatchOf(Sentence(2, "Two.", server.Url("/gone.wav"), "B")))["results"][0]["warnings"].dump(),
      HasSubstr("404"));
  // What may pass is the request's error, so that the caller asks again, and no other voice speaks.
  const Json busy = BatchOf(Sentence(3, "Three.", server.Url("/busy.wav"), "C"));
  ExpectError(Ask("POST", "/tasks/task-1/synthesize", busy), 502, "upstream_failed", "503");
  EXPECT_EQ(Speak(busy)["success"], true);
  EXPECT_NE(engine->asked().back().voice.reference_id, "");
}

// ---- steps

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
