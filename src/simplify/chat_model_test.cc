// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The providers' protocols against a local server with every way to fail.
#include "simplify/chat_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "net/test_server.h"

namespace waveshift::simplify {
namespace {

using net::TestConnection;
using net::TestRequest;
using net::TestServer;
using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

constexpr char kKey[] = "sk-abcdef1234567890";

std::string OpenAiAnswer(const std::string& text) {
  return json{
      {"choices", {{{"message", {{"role", "assistant"}, {"content", text}}}, {"finish_reason", "stop"}}}},
      {"usage", {{"total_tokens", 321}}}}
      .dump();
}

std::string GeminiAnswer(const std::string& text) {
  return json{{"candidates", {{{"content", {{"parts", {{{"text", text}}}}}}, {"finishReason", "STOP"}}}},
              {"usageMetadata", {{"totalTokenCount", 123}}}}
      .dump();
}

class ChatModelTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"}) ::unsetenv(name);
  }
  std::unique_ptr<ChatModel> Model(const std::string& provider, const TestServer& server) {
    ChatOptions options{
        .provider = provider, .base_url = server.Url("/base"), .api_key = config::Secret(kKey)};
    options.time_limit = time_limit_;
    options.clock.sleep = [this](std::chrono::milliseconds time, const std::stop_token&) { waited_ += time; };
    return MakeChatModel(options, http_);
  }
  StatusOr<ChatAnswer> Ask(const std::string& provider, const TestServer::Handler& what) {
    TestServer server(what);
    auto answer = Model(provider, server)->Complete({.system = "be brief", .user = "{\"a\":1}"}, {});
    requests_ = server.Requests();
    return answer;
  }
  StatusOr<ChatAnswer> Reply(const std::string& provider, int status, const std::string& body,
                             const std::string& headers = "") {
    return Ask(provider,
               [&](const TestRequest&, const TestConnection& to) { to.Reply(status, body, headers); });
  }

  net::HttpClient http_;
  std::chrono::milliseconds time_limit_{20000};
  std::chrono::milliseconds waited_{0};
  std::vector<TestRequest> requests_;
};

TEST_F(ChatModelTest, OpenAiProtocol) {
  const std::pair<const char*, const char*> providers[] = {
      {"deepseek", "deepseek-chat"},
      {"grok", "grok-3-mini-fast"},
      {"groq", "meta-llama/llama-4-maverick-17b-128e-instruct"}};
  for (const auto& [provider, model] : providers) {
    const auto answer = Reply(provider, 200, OpenAiAnswer("hello"));
    ASSERT_TRUE(answer.ok()) << Message(answer.status());
    EXPECT_EQ(answer->text, "hello");
    EXPECT_EQ(answer->tokens, 321);
    EXPECT_FALSE(answer->refused);
    ASSERT_EQ(requests_.size(), 1U);
    EXPECT_EQ(requests_[0].Method(), "POST");
    EXPECT_EQ(requests_[0].Target(), "/base/chat/completions");
    EXPECT_TRUE(requests_[0].HasHeader(std::string("Authorization: Bearer ") + kKey));
    EXPECT_TRUE(requests_[0].HasHeader("Content-Type: application/json"));
    const json body = json::parse(requests_[0].body);
    EXPECT_EQ(body["model"], model);
    EXPECT_EQ(body["messages"][0], (json{{"role", "system"}, {"content", "be brief"}}));
    EXPECT_EQ(body["messages"][1], (json{{"role", "user"}, {"content", "{\"a\":1}"}}));
    EXPECT_EQ(body["response_format"]["type"], "json_object");
    EXPECT_EQ(body["temperature"], std::string_view(provider) == "deepseek" ? 1.3 : 0.7);
  }
}

TEST_F(ChatModelTest, GeminiProtocol) {
  const auto answer = Reply("gemini", 200, GeminiAnswer("hello"));
  ASSERT_TRUE(answer.ok()) << Message(answer.status());
  EXPECT_EQ(answer->text, "hello");
  EXPECT_EQ(answer->tokens, 123);
  EXPECT_EQ(requests_[0].Target(), "/base/models/gemini-2.0-flash:generateContent");
  EXPECT_TRUE(requests_[0].HasHeader(std::string("x-goog-api-key: ") + kKey));
  const json body = json::parse(requests_[0].body);
  EXPECT_EQ(body["systemInstruction"]["parts"][0]["text"], "be brief");
  EXPECT_EQ(body["contents"][0]["parts"][0]["text"], "{\"a\":1}");
  EXPECT_EQ(body["generationConfig"]["responseMimeType"], "application/json");
}

TEST_F(ChatModelTest, AServerWithoutKey) {
  TestServer server([](const TestRequest&, const TestConnection& to) { to.Reply(200, OpenAiAnswer("hi")); });
  const auto model =
      MakeChatModel({.provider = "openai", .base_url = server.Url("/v1"), .model = "qwen3:8b"}, http_);
  EXPECT_EQ(model->id(), "openai qwen3:8b");
  ASSERT_TRUE(model->Complete({.system = "s", .user = "u"}, {}).ok());
  EXPECT_THAT(server.Requests().at(0).head, Not(HasSubstr("Authorization")));
}

// llama.cpp and others answer 400 to fields that they do not know.
TEST_F(ChatModelTest, OptionalFieldsAreLeftOutWhereTheyAreRefused) {
  const TestServer server([](const TestRequest& request, const TestConnection& to) {
    const bool plain = !json::parse(request.body).contains("response_format");
    plain ? to.Reply(200, OpenAiAnswer("ok")) : to.Reply(400, R"({"error":{"message":"unknown field"}})");
  });
  const auto model = Model("openai", server);
  ASSERT_TRUE(model->Complete({.system = "s", .user = "u"}, {}).ok());
  ASSERT_TRUE(model->Complete({.system = "s", .user = "u"}, {}).ok());
  EXPECT_EQ(server.Requests().size(), 3U);  // it is remembered
}

TEST_F(ChatModelTest, AWrongKeyIsNamedAndNotTriedAgain) {
  const std::pair<const char*, const char*> keys[] = {{"deepseek", "DEEPSEEK_API_KEY"},
                                                      {"gemini", "GEMINI_API_KEY"},
                                                      {"grok", "XAI_API_KEY"},
                                                      {"groq", "GROQ_API_KEY"},
                                                      {"openai", "OPENAI_API_KEY"}};
  for (const auto& [provider, key] : keys) {
    const auto answer = Reply(
        provider, 401, std::string(R"({"error":{"message":"Incorrect API key provided: )") + kKey + "\"}}");
    EXPECT_EQ(answer.status().code(), StatusCode::kUnauthenticated);
    EXPECT_THAT(Message(answer.status()), HasSubstr(key));
    EXPECT_THAT(Message(answer.status()), HasSubstr("401"));
    EXPECT_THAT(Message(answer.status()), Not(HasSubstr("abcdef")));
    EXPECT_EQ(requests_.size(), 1U);
  }
  // Providers show parts of a key.
  EXPECT_THAT(Message(Reply("openai", 401, R"({"error":{"message":"wrong: sk-a******7890"}})").status()),
              Not(HasSubstr("7890")));
}

TEST_F(ChatModelTest, TheProvidersReasonIsToldInOneLine) {
  const auto answer = Reply(
      "deepseek", 402, R"({"error":{"message":"Insufficient\nBalance )" + std::string(500, 'x') + "\"}}");
  EXPECT_THAT(Message(answer.status()), HasSubstr("DeepSeek: HTTP 402 Payment Required (Insufficient"));
  EXPECT_THAT(Message(answer.status()), Not(HasSubstr("\n")));
  EXPECT_LT(Message(answer.status()).size(), 300U);
  EXPECT_THAT(Message(Reply("gemini", 400, R"([{"error":{"message":"no such model"}}])").status()),
              HasSubstr("no such model"));
  EXPECT_THAT(Message(Reply("grok", 400, R"({"error":"bad","code":"x"})").status()), HasSubstr("(bad)"));
}

TEST_F(ChatModelTest, TooManyRequestsAreWaitedFor) {
  int calls = 0;
  const auto answer = Ask("groq", [&](const TestRequest&, const TestConnection& to) {
    ++calls == 1 ? to.Reply(429, "{}", "Retry-After: 7\r\n") : to.Reply(200, OpenAiAnswer("now"));
  });
  ASSERT_TRUE(answer.ok()) << Message(answer.status());
  EXPECT_EQ(answer->text, "now");
  EXPECT_EQ(waited_, std::chrono::seconds(7));
  const auto never = Reply("groq", 429, "{}", "Retry-After: 3600\r\n");
  EXPECT_EQ(never.status().code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(requests_.size(), 1U);
}

TEST_F(ChatModelTest, BrokenServersAreTriedAgainAFewTimes) {
  for (const int status : {500, 502, 503, 529}) {
    const auto answer = Reply("deepseek", status, "<html>oops</html>");
    EXPECT_EQ(answer.status().code(), StatusCode::kUnavailable);
    EXPECT_EQ(requests_.size(), status == 529 ? 1U : 3U) << status;
    EXPECT_THAT(Message(answer.status()), HasSubstr("DeepSeek: HTTP " + std::to_string(status)));
  }
  const auto cut = Ask("deepseek", [](const TestRequest&, const TestConnection& to) {
    to.Send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"choices\"");
    to.HangUp();
  });
  EXPECT_EQ(cut.status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(requests_.size(), 3U);
}

TEST_F(ChatModelTest, ASilentServerIsGivenUp) {
  time_limit_ = std::chrono::milliseconds(100);
  const auto answer = Ask("deepseek", [](const TestRequest&, const TestConnection& to) { to.WaitForEnd(); });
  EXPECT_EQ(answer.status().code(), StatusCode::kDeadlineExceeded);
  EXPECT_THAT(Message(answer.status()), HasSubstr("DeepSeek"));
}

TEST_F(ChatModelTest, HugeAnswersAreRefused) {
  EXPECT_EQ(Reply("deepseek", 200, OpenAiAnswer(std::string(3 << 20, 'x'))).status().code(),
            StatusCode::kOutOfRange);
}

TEST_F(ChatModelTest, AnswersOfTheWrongShape) {
  for (const std::string& body :
       {std::string("not json"), std::string("[]"), std::string("{}"), std::string(R"({"choices":[]})"),
        std::string(R"({"choices":{"0":1}})"), std::string(R"({"choices":[{"message":{"content":null}}]})"),
        std::string(R"({"choices":[{"message":{"content":[1]}}]})"), std::string(R"({"choices":[null]})"),
        std::string(R"({"candidates":[{"content":{"parts":{}}}]})"),
        std::string(R"({"candidates":[{"content":{"parts":[1,{"text":2}]}}]})"), std::string(100000, '['),
        OpenAiAnswer(""), GeminiAnswer("")}) {
    for (const char* provider : {"openai", "gemini"}) {
      const auto answer = Reply(provider, 200, body);
      EXPECT_EQ(answer.status().code(), StatusCode::kUnavailable) << provider << " " << body.substr(0, 80);
    }
  }
}

TEST_F(ChatModelTest, RefusalsAreNoFailures) {
  EXPECT_TRUE(
      Reply("openai", 200, R"({"choices":[{"finish_reason":"content_filter","message":{"content":""}}]})")
          ->refused);
  EXPECT_TRUE(
      Reply("openai", 200, R"({"choices":[{"message":{"content":null,"refusal":"I can't"}}]})")->refused);
  EXPECT_TRUE(Reply("gemini", 200, R"({"promptFeedback":{"blockReason":"SAFETY"}})")->refused);
  EXPECT_TRUE(Reply("gemini", 200, R"({"candidates":[{"finishReason":"SAFETY"}]})")->refused);
}

TEST_F(ChatModelTest, TokensAreEstimatedWhereNobodyCounts) {
  const auto answer = Reply("openai", 200, R"({"choices":[{"message":{"content":"0123456789"}}]})");
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->tokens, static_cast<int64_t>(std::string("be brief{\"a\":1}0123456789").size()) / 3);
}

TEST_F(ChatModelTest, Thoughts) {
  EXPECT_EQ(
      Reply(
          "gemini", 200,
          R"({"candidates":[{"content":{"parts":[{"text":"hm","thought":true},{"text":"a"},{"text":"b"}]}}]})")
          ->text,
      "ab");
}

TEST_F(ChatModelTest, AStopIsObeyed) {
  std::stop_source stop;
  TestServer server([&](const TestRequest&, const TestConnection& to) {
    stop.request_stop();
    to.WaitForEnd();
  });
  EXPECT_EQ(Model("deepseek", server)->Complete({.user = "u"}, stop.get_token()).status().code(),
            StatusCode::kCancelled);
}

}  // namespace
}  // namespace waveshift::simplify
