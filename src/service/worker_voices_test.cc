// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/worker_voices.h"

#include <map>
#include <memory>
#include <set>
#include <string>

#include "net/test_tls_server.h"
#include "service/worker_routes_testing.h"

namespace waveshift::service {
namespace {

using net::TestTlsServer;
using testing::CloningTone;
using ::testing::HasSubstr;
using testing::Json;
using testing::Recording;
using ::testing::SizeIs;
using ::testing::StartsWith;
using testing::ToneKokoro;

class WorkerVoicesTest : public testing::WorkerRoutes {};

TEST_P(WorkerVoicesTest, ACloneIsMadeOfTheSentencesOwnRecording) {
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

TEST_P(WorkerVoicesTest, WithoutItsOwnRecordingTheSpeakersOtherOnesServe) {
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

TEST_P(WorkerVoicesTest, WhatIsNoRecordingIsPassedOver) {
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

TEST_P(WorkerVoicesTest, AnEngineThatDoesNotCloneGivesEachSpeakerAVoiceThatStays) {
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

TEST_P(WorkerVoicesTest, RealSpeechOfEspeak) {
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

TEST_P(WorkerVoicesTest, AddressesThatAreNotAllowedFailTheirSentenceAlone) {
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

TEST_P(WorkerVoicesTest, RecordingsOnHostsOfTheListAreRead) {
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

INSTANTIATE_TEST_SUITE_P(Stores, WorkerVoicesTest, ::testing::Bool(),
                         [](const auto& which) { return which.param ? "Files" : "Memory"; });

}  // namespace
}  // namespace waveshift::service
