// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/speech_request.h"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace waveshift::service {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using Json = nlohmann::json;

Json Good() { return {{"model", "tts-1"}, {"input", "Good morning."}, {"voice", "alloy"}}; }

SpeechError Parse(const Json& json, SpeechRequest& request, int most = 4096) {
  return ParseSpeechRequest(json.dump(), most, request);
}

SpeechError Refused(const std::string& field, const Json& value) {
  Json json = Good();
  json[field] = value;
  SpeechRequest request;
  return Parse(json, request);
}

TEST(SpeechRequest, HasOpenAisDefaults) {
  SpeechRequest request;
  ASSERT_FALSE(Parse(Good(), request).is_error());
  EXPECT_EQ(request.model, "tts-1");
  EXPECT_EQ(request.input, "Good morning.");
  EXPECT_EQ(request.voice, "alloy");
  EXPECT_EQ(request.format, media::SoundFormat::kMp3);
  EXPECT_EQ(request.speed, 1);
  EXPECT_EQ(request.language, "");
  EXPECT_FALSE(request.as_events);
  EXPECT_FALSE(request.has_instructions);
}

TEST(SpeechRequest, ReadsEveryField) {
  Json json = Good();
  json["voice"] = {{"id", "af_heart"}};
  json["response_format"] = "opus";
  json["speed"] = 0.25;
  json["language"] = "pt_br";
  json["stream_format"] = "sse";
  json["instructions"] = "cheerful";
  json["something_new"] = {1, 2};
  SpeechRequest request;
  const SpeechError error = Parse(json, request);
  ASSERT_FALSE(error.is_error()) << error.message;
  EXPECT_EQ(request.voice, "af_heart");
  EXPECT_EQ(request.format, media::SoundFormat::kOpus);
  EXPECT_EQ(request.speed, 0.25);
  EXPECT_EQ(request.language, "pt-BR");
  EXPECT_TRUE(request.as_events);
  EXPECT_TRUE(request.has_instructions);
  for (const char* field : {"response_format", "speed", "language", "stream_format", "instructions"})
    json[field] = nullptr;
  EXPECT_FALSE(Parse(json, request).is_error());
}

TEST(SpeechRequest, NamesTheFieldAtFault) {
  const std::vector<std::pair<std::string, Json>> wrong = {{"model", 5},
                                                           {"model", ""},
                                                           {"model", nullptr},
                                                           {"model", std::string(300, 'm')},
                                                           {"input", 5},
                                                           {"input", ""},
                                                           {"input", nullptr},
                                                           {"input", " ... \n"},
                                                           {"input", "\U0001F600"},
                                                           {"voice", 5},
                                                           {"voice", ""},
                                                           {"voice", nullptr},
                                                           {"voice", Json::object()},
                                                           {"voice", {{"id", 7}}},
                                                           {"response_format", "ogg"},
                                                           {"response_format", 3},
                                                           {"speed", "1"},
                                                           {"speed", 0.2},
                                                           {"speed", 4.1},
                                                           {"speed", -1},
                                                           {"speed", 1e300},
                                                           {"language", "!!"},
                                                           {"language", 5},
                                                           {"stream_format", "ws"},
                                                           {"stream_format", true},
                                                           {"instructions", 5}};
  for (const auto& [field, value] : wrong) {
    const SpeechError error = Refused(field, value);
    EXPECT_EQ(error.status, 400) << field << value;
    EXPECT_EQ(error.param, field) << value;
    EXPECT_EQ(error.code, "invalid_field");
    EXPECT_THAT(error.message, StartsWith(field + ": "));
    EXPECT_NE(error.openai_code, "");
  }
  for (const char* field : {"model", "input", "voice"}) {
    Json json = Good();
    json.erase(field);
    SpeechRequest request;
    const SpeechError error = Parse(json, request);
    EXPECT_EQ(error.param, field);
    EXPECT_EQ(error.openai_code, "missing_required_parameter");
  }
}

TEST(SpeechRequest, CountsCharactersNotBytes) {
  Json json = Good();
  std::string text;
  for (int i = 0; i < 10; ++i) text += "\u4E2D";
  json["input"] = text;
  SpeechRequest request;
  EXPECT_FALSE(Parse(json, request, 10).is_error());
  const SpeechError error = Parse(json, request, 9);
  EXPECT_EQ(error.param, "input");
  EXPECT_EQ(error.openai_code, "string_above_max_length");
  EXPECT_THAT(error.message, HasSubstr("10 characters"));
  EXPECT_GE(LongestSpeechBody(10), static_cast<int64_t>(json.dump(-1, ' ', true).size()));
}

TEST(SpeechRequest, WhatIsNoJsonIsSaidSo) {
  SpeechRequest request;
  const std::string deep = std::string(100, '[') + std::string(100, ']');
  for (const std::string& body : {std::string(), std::string("{"), std::string("{\"input\": \"\xff\"}"), deep,
                                  std::string("[]"), std::string("{\"input\": \"\\ud800\"}")}) {
    const SpeechError error = ParseSpeechRequest(body, 4096, request);
    EXPECT_EQ(error.status, 400) << body;
    EXPECT_EQ(error.code, "bad_request") << body;
    EXPECT_EQ(error.param, "");
  }
}

}  // namespace
}  // namespace waveshift::service
