// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/function_event.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace waveshift::service {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

FunctionEvent Parse(std::string_view payload) {
  auto event = ParseFunctionEvent(payload);
  EXPECT_TRUE(event.ok()) << payload << ": " << Message(event.status());
  return event.ok() ? *std::move(event) : FunctionEvent();
}

TEST(FunctionEvent, TheOriginalsForm) {
  const FunctionEvent event = Parse(
      R"({"httpMethod":"post","path":"/api/start_tts","body":"{\"task_id\":\"t\"}","headers":{"X-A":"b"}})");
  EXPECT_TRUE(event.is_http);
  EXPECT_EQ(event.request.method, "POST");
  EXPECT_EQ(event.request.target, "/api/start_tts");
  EXPECT_EQ(event.body, R"({"task_id":"t"})");
  EXPECT_EQ(event.request.Header("x-a"), "b");
  EXPECT_EQ(event.request.Header("content-type"), "application/json");
  EXPECT_TRUE(event.request.has_body);
  EXPECT_EQ(event.request.content_length, static_cast<int64_t>(event.body.size()));
  const FunctionEvent get = Parse(R"({"httpMethod":"GET","path":"/api/health","body":null,"headers":null})");
  EXPECT_FALSE(get.request.has_body);
  EXPECT_EQ(get.request.Header("content-type"), "");
}

TEST(FunctionEvent, GatewaysForms) {
  const FunctionEvent apig = Parse(
      R"({"httpMethod":"GET","path":"/api/tasks","queryStringParameters":{"limit":5,"a b/c":"d&e"},
          "requestContext":{"requestId":"r"},"isBase64Encoded":true,"body":""})");
  EXPECT_EQ(apig.request.target, "/api/tasks?a%20b%2Fc=d%26e&limit=5");
  const FunctionEvent raw = Parse(
      R"({"version":"v1","rawPath":"/api/task","body":"eyJhIjoxfQ==","isBase64Encoded":true,
          "queryParameters":{},"requestContext":{"http":{"method":"POST","path":"/ignored"}}})");
  EXPECT_EQ(raw.request.method, "POST");
  EXPECT_EQ(raw.request.target, "/api/task");
  EXPECT_EQ(raw.body, R"({"a":1})");
  EXPECT_EQ(Parse(R"({"httpMethod":"POST","path":"/x","body":{"a":1}})").body, R"({"a":1})");
}

TEST(FunctionEvent, ATaskIdAloneStartsIt) {
  const FunctionEvent event = Parse(R"({"task_id":"t","lang":3})");
  EXPECT_FALSE(event.is_http);
  EXPECT_EQ(event.request.method, "POST");
  EXPECT_EQ(event.request.target, "/api/start_tts");
  EXPECT_EQ(Json::parse(event.body)["task_id"], "t");
  EXPECT_EQ(Parse(R"({"event":{"task_id":"u"}})").request.target, "/api/start_tts");
  EXPECT_EQ(Parse(R"({"event":"{\"task_id\":\"u\"}","context":{}})").request.target, "/api/start_tts");
}

TEST(FunctionEvent, WhatIsWrongIsNamed) {
  const auto reason = [](std::string_view payload) { return Message(ParseFunctionEvent(payload).status()); };
  EXPECT_THAT(reason(""), HasSubstr("event"));
  EXPECT_THAT(reason("[]"), HasSubstr("event"));
  EXPECT_THAT(reason("{}"), HasSubstr("task_id"));
  EXPECT_THAT(reason(R"({"event":{"event":{}}})"), HasSubstr("task_id"));
  EXPECT_THAT(reason(R"({"path":"/x"})"), HasSubstr("httpMethod"));
  EXPECT_THAT(reason(R"({"httpMethod":"GET /","path":"/x"})"), HasSubstr("httpMethod"));
  EXPECT_THAT(reason(R"({"httpMethod":"BREW","path":"/x"})"), HasSubstr("httpMethod"));
  EXPECT_THAT(reason(R"({"httpMethod":"GET","path":"x"})"), HasSubstr("path"));
  EXPECT_THAT(reason(R"({"httpMethod":"GET","path":"/x","headers":[]})"), HasSubstr("headers"));
  EXPECT_THAT(reason(R"({"httpMethod":"GET","path":"/x","headers":{"a\r\nb":"c"}})"), HasSubstr("headers"));
  EXPECT_THAT(reason(R"({"httpMethod":"GET","path":"/x","headers":{"a":"b\nc"}})"), HasSubstr("headers"));
  EXPECT_THAT(reason(R"({"httpMethod":"GET","path":"/x","queryParameters":{"q":[]}})"),
              HasSubstr("queryParameters.q"));
  EXPECT_THAT(reason(R"({"httpMethod":"PUT","path":"/x","body":"%","isBase64Encoded":true})"),
              HasSubstr("body"));
  EXPECT_THAT(reason(std::string(3000, '[') + std::string(3000, ']')), HasSubstr("nested"));
  EXPECT_THAT(reason(R"({"httpMethod":"GET","path":"/)" + std::string(9000, 'x') + "\"}"), HasSubstr("path"));
}

TEST(FunctionEvent, AnswersCarryTextAndBytes) {
  Response response;
  response.status = 404;
  response.SetHeader("Content-Type", "application/json");
  const Json text = Json::parse(FunctionAnswer(response, "{\"a\": \"\xe4\xbd\xa0\"}"));
  EXPECT_EQ(text["statusCode"], 404);
  EXPECT_EQ(text["headers"]["Content-Type"], "application/json");
  EXPECT_EQ(text["body"], "{\"a\": \"\xe4\xbd\xa0\"}");
  EXPECT_EQ(text["isBase64Encoded"], false);
  const Json bytes = Json::parse(FunctionAnswer(response, std::string_view("\xff\x00\xfe", 3)));
  EXPECT_EQ(bytes["body"], "/wD+");
  EXPECT_EQ(bytes["isBase64Encoded"], true);
}

TEST(FunctionEvent, TheOldProxyPrefixGoes) {
  EXPECT_EQ(WithoutProxyPrefix("/2016-08-15/proxy/dub-service/dub.LATEST/api/health"), "/api/health");
  EXPECT_EQ(WithoutProxyPrefix("/2016-08-15/proxy/s/f/"), "/");
  EXPECT_EQ(WithoutProxyPrefix("/2016-08-15/proxy/s/f"), "/");
  for (const char* other :
       {"/", "/api/health", "/2016-08-15/proxy/", "/2016-08-15/proxy/s", "/2016-08-15/proxy/s/",
        "/2016-08-15/proxy//f/x", "/2016-08-15/proxy/s//x", "/x/2016-08-15/proxy/s/f/x"})
    EXPECT_EQ(WithoutProxyPrefix(other), other);
}

}  // namespace
}  // namespace waveshift::service
