// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The routes below /v1/ without a transport.
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "service/service.h"
#include "service/speech_testing.h"
#include "service/testing.h"

namespace waveshift::service {
namespace {

using testing::DepsOf;
using testing::FakeEngines;
using testing::FakeJob;
using testing::FastOptions;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Json = nlohmann::json;

class SpeechTest : public ::testing::Test {
 protected:
  SpeechTest() { Build({}); }

  void Build(ServiceOptions options) {
    ServiceDeps deps;
    deps.manager = &manager_;
    deps.tasks = tasks_.get();
    deps.objects = objects_.get();
    deps.speech = engines_.All();
    deps.check_sound_format = check_format_;
    deps.log = [this](const std::string&, const std::string& line) { log_.push_back(line); };
    service_ = std::make_unique<Service>(std::move(options), std::move(deps));
  }

  Response Call(const std::string& method, const std::string& target, const std::string& body = "",
                const std::string& token = "") {
    Request request;
    request.method = method;
    request.target = target;
    if (!token.empty()) request.headers["Authorization"] = "Bearer " + token;
    request.has_body = method == "POST";
    if (request.has_body) {
      request.content_length = static_cast<int64_t>(body.size());
      request.headers["Content-Type"] = "application/json";
    }
    return service_->Handle(request, [&](const BodySink& sink) { return sink(body); });
  }
  Response Speak(const Json& more = Json::object(), const std::string& token = "") {
    Json body = {{"model", "kokoro"}, {"input", "One. Two."}, {"voice", "alloy"}, {"response_format", "pcm"}};
    body.update(more);
    return Call("POST", "/v1/audio/speech", body.dump(), token);
  }
  static std::string Drain(const Response& response, bool* cut = nullptr) {
    std::string all;
    while (response.stream) {
      const auto bytes = response.stream();
      if (cut != nullptr) *cut = !bytes.ok();
      if (!bytes.ok() || !bytes->has_value()) break;
      all += **bytes;
    }
    return all;
  }
  static void ExpectError(const Response& response, int status, const Json& param, const Json& code) {
    EXPECT_EQ(response.status, status) << response.body;
    const Json body = Json::parse(response.body, nullptr, false);
    ASSERT_TRUE(body.is_object()) << response.body;
    EXPECT_EQ(body["error"]["param"], param) << response.body;
    EXPECT_EQ(body["error"]["code"], code) << response.body;
    EXPECT_EQ(body["error"]["message"], body["detail"]);
    EXPECT_TRUE(body["error"]["type"].is_string());
    EXPECT_TRUE(body["code"].is_string());
    EXPECT_EQ(body["request_id"], response.Header("X-Request-Id"));
  }

  FakeJob job_;
  std::unique_ptr<stores::TaskStore> tasks_ = stores::MakeMemoryTaskStore();
  std::unique_ptr<stores::ObjectStore> objects_ = stores::MakeMemoryObjectStore();
  TaskManager manager_{FastOptions(), DepsOf(*tasks_, *objects_, job_)};
  FakeEngines engines_;
  std::function<Status(media::SoundFormat)> check_format_ = &media::CheckSoundFormat;
  std::vector<std::string> log_;
  std::unique_ptr<Service> service_;
};

TEST_F(SpeechTest, SpeaksAText) {
  const Response response = Speak();
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(response.Header("Content-Type"), "audio/pcm");
  EXPECT_EQ(response.Header("X-WaveShift-Engine"), "kokoro");
  EXPECT_EQ(response.Header("X-WaveShift-Voice"), "af_alloy");
  EXPECT_EQ(response.Header("X-WaveShift-Language"), "en");
  EXPECT_EQ(response.Header("X-WaveShift-Notice"), "");
  // Two tones of 0.2 s and a pause of 0.4 s.
  EXPECT_NEAR(static_cast<double>(Drain(response).size()), 0.8 * 48000, 100);
  EXPECT_EQ(Speak({{"response_format", nullptr}}).Header("Content-Type"), "audio/mpeg");
  EXPECT_EQ(Speak({{"instructions", "cheerful"}}).Header("X-WaveShift-Notice"),
            "instructions are not followed");
}

TEST_F(SpeechTest, TheFirstSoundIsThereBeforeTheLastIsSpoken) {
  engines_.kokoro->Hold("Two");
  const Response response = Speak();
  ASSERT_EQ(response.status, 200);
  const auto first = response.stream();
  ASSERT_TRUE(first.ok() && first->has_value());
  EXPECT_GT((*first)->size(), 0U);
  EXPECT_EQ(engines_.kokoro->asked().size(), 1U);
  engines_.kokoro->Release();
  EXPECT_GT(Drain(response).size(), 0U);
  EXPECT_EQ(engines_.kokoro->asked().size(), 2U);
}

TEST_F(SpeechTest, EventsCarryTheSameBytes) {
  const std::string plain = Drain(Speak());
  const Response response = Speak({{"stream_format", "sse"}});
  EXPECT_EQ(response.Header("Content-Type"), "text/event-stream");
  std::string text = Drain(response);
  std::vector<Json> events;
  for (size_t end = text.find("\n\n"); end != std::string::npos; end = text.find("\n\n")) {
    ASSERT_THAT(text, StartsWith("data: "));
    events.push_back(Json::parse(text.substr(6, end - 6)));
    text.erase(0, end + 2);
  }
  EXPECT_EQ(text, "");
  ASSERT_GE(events.size(), 3U);
  size_t characters = 0;
  for (size_t i = 0; i + 1 < events.size(); ++i) {
    EXPECT_EQ(events[i]["type"], "speech.audio.delta");
    const std::string audio = events[i]["audio"];
    characters += audio.size() / 4 * 3 - static_cast<size_t>(std::count(audio.begin(), audio.end(), '='));
  }
  EXPECT_EQ(characters, plain.size());
  EXPECT_EQ(events.back()["type"], "speech.audio.done");
  EXPECT_TRUE(events.back()["usage"]["total_tokens"].is_number());
}

TEST_F(SpeechTest, ALateErrorCutsTheConnectionAndIsLogged) {
  bool cut = false;
  EXPECT_GT(Drain(Speak({{"input", "One. FAIL."}}), &cut).size(), 0U);
  EXPECT_TRUE(cut);
  ASSERT_EQ(log_.size(), 1U);
  EXPECT_THAT(log_[0], HasSubstr("told to fail"));
  const std::string events = Drain(Speak({{"input", "One. FAIL."}, {"stream_format", "sse"}}), &cut);
  EXPECT_FALSE(cut);
  EXPECT_THAT(events, HasSubstr(R"("type":"error")"));
}

TEST_F(SpeechTest, ErrorsNameTheField) {
  ExpectError(Speak({{"model", "gpt-9"}}), 404, "model", "model_not_found");
  ExpectError(Speak({{"voice", "nobody"}}), 400, "voice", "invalid_value");
  ExpectError(Speak({{"input", ""}}), 400, "input", "invalid_value");
  ExpectError(Speak({{"input", "NOTHING."}}), 400, "input", "invalid_value");
  ExpectError(Speak({{"input", std::string(4097, 'a')}}), 400, "input", "string_above_max_length");
  ExpectError(Speak({{"speed", 5}}), 400, "speed", "invalid_value");
  ExpectError(Speak({{"language", "de"}}), 400, "language", "invalid_value");
  ExpectError(Speak({{"response_format", "ogg"}}), 400, "response_format", "invalid_value");
  ExpectError(Speak({{"input", "FAIL."}}), 500, nullptr, nullptr);
  ExpectError(Call("POST", "/v1/audio/speech", "{"), 400, nullptr, nullptr);
  ExpectError(Call("POST", "/v1/audio/speech", std::string(200 << 10, ' ')), 413, nullptr, nullptr);
  ExpectError(Call("GET", "/v1/audio/speech"), 405, nullptr, nullptr);
  ExpectError(Call("GET", "/v1/nowhere"), 404, nullptr, nullptr);
}

TEST_F(SpeechTest, AFormatThatFfmpegCannotMakeIsNamed) {
  check_format_ = [](media::SoundFormat format) {
    return format == media::SoundFormat::kMp3
               ? Unimplemented("mp3: the FFmpeg libraries of this machine have no encoder libmp3lame")
               : OkStatus();
  };
  Build({});
  const Response response = Speak({{"response_format", "mp3"}});
  ExpectError(response, 501, "response_format", nullptr);
  EXPECT_THAT(response.body, HasSubstr("libmp3lame"));
  EXPECT_EQ(Speak({{"response_format", "wav"}}).status, 200);
}

TEST_F(SpeechTest, NoMoreAtOnceThanAllowed) {
  ServiceOptions options;
  options.max_speech_requests = 2;
  Build(options);
  std::optional<Response> first = Speak();
  const Response second = Speak();
  ASSERT_EQ(first->status, 200);
  ASSERT_EQ(second.status, 200);
  const Response third = Speak();
  ExpectError(third, 429, nullptr, "rate_limit_exceeded");
  EXPECT_EQ(third.Header("Retry-After"), "1");
  // A place is free when a response is gone, spoken to its end or not.
  first.reset();
  EXPECT_EQ(Speak().status, 200);
  // What is refused takes no place.
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Speak({{"voice", "nobody"}}).status, 400);
  EXPECT_EQ(Speak().status, 200);
}

TEST_F(SpeechTest, StoppingEndsSpeechAndRefusesMore) {
  engines_.kokoro->Hold("Two");
  const Response response = Speak();
  ASSERT_TRUE(response.stream().ok());
  std::jthread stopper([&] {
    EXPECT_TRUE(engines_.kokoro->WaitUntilHeld());
    service_->StopSpeech();
  });
  EXPECT_EQ(response.stream().status().code(), StatusCode::kCancelled);
  engines_.kokoro->Hold("One");
  ExpectError(Speak(), 503, nullptr, nullptr);
}

TEST_F(SpeechTest, ListsModelsThatCanSpeakNow) {
  Json list = Json::parse(Call("GET", "/v1/models").body);
  EXPECT_EQ(list["object"], "list");
  ASSERT_EQ(list["data"].size(), 2U);
  EXPECT_EQ(list["data"][0]["id"], "kokoro");
  EXPECT_EQ(list["data"][0]["object"], "model");
  EXPECT_EQ(list["data"][0]["owned_by"], "waveshift");
  EXPECT_GT(list["data"][0]["created"].get<int64_t>(), 1700000000);
  EXPECT_EQ(Json::parse(Call("GET", "/v1/models/espeak").body)["id"], "espeak");
  EXPECT_EQ(Json::parse(Call("GET", "/v1/models/tts-1").body)["id"], "tts-1");
  ExpectError(Call("GET", "/v1/models/gpt-9"), 404, "model", "model_not_found");
  engines_.not_ready = "kokoro";
  list = Json::parse(Call("GET", "/v1/models").body);
  EXPECT_EQ(list["data"].size(), 1U);
  ExpectError(Call("GET", "/v1/models/kokoro"), 404, "model", "model_not_found");
}

TEST_F(SpeechTest, ListsVoices) {
  const Json list = Json::parse(Call("GET", "/v1/audio/voices").body);
  ASSERT_GT(list["voices"].size(), 100U);
  bool has_heart = false;
  bool has_german = false;
  for (const Json& voice : list["voices"]) {
    EXPECT_EQ(voice["id"], voice["name"]);
    has_heart = has_heart || voice == Json{{"id", "af_heart"},
                                           {"name", "af_heart"},
                                           {"engine", "kokoro"},
                                           {"language", "en-US"},
                                           {"gender", "female"}};
    has_german = has_german || (voice["engine"] == "espeak" && voice["language"] == "de");
  }
  EXPECT_TRUE(has_heart);
  EXPECT_TRUE(has_german);
}

TEST_F(SpeechTest, WantsTheTokenInOpenAisForm) {
  ServiceOptions options;
  options.api_token = "s3cret";
  Build(options);
  ExpectError(Speak(), 401, nullptr, "invalid_api_key");
  ExpectError(Speak(Json::object(), "wrong"), 401, nullptr, "invalid_api_key");
  ExpectError(Call("GET", "/v1/models"), 401, nullptr, "invalid_api_key");
  ExpectError(Call("GET", "/v1/audio/voices"), 401, nullptr, "invalid_api_key");
  EXPECT_EQ(Speak(Json::object(), "s3cret").status, 200);
}

}  // namespace
}  // namespace waveshift::service
