// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// A language model behind an HTTP API, and the providers that are known.
#ifndef WAVESHIFT_SIMPLIFY_CHAT_MODEL_H_
#define WAVESHIFT_SIMPLIFY_CHAT_MODEL_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/status.h"
#include "config/secret.h"
#include "net/http_client.h"
#include "net/retry.h"

namespace waveshift::simplify {

struct ChatPrompt {
  std::string system;
  std::string user;
  int max_output_tokens = 4096;
};

struct ChatAnswer {
  std::string text;      // whatever the model wrote; hostile until checked
  int64_t tokens = 0;    // of question and answer, as the provider counts, else estimated
  bool refused = false;  // the provider or its model declines this content; there is no text
};

// Any number of threads at once.
class ChatModel {
 public:
  virtual ~ChatModel() = default;
  // Asks once, trying again where that can help. Besides the codes of net::HttpClient and net::StatusOfHttp:
  // Unavailable when the answer is not what the provider's API promises. Messages begin with the provider's
  // name, and name the configuration key when the key is at fault.
  virtual StatusOr<ChatAnswer> Complete(const ChatPrompt& prompt, const std::stop_token& stop) = 0;
  // "deepseek deepseek-chat": part of cache keys and reports.
  virtual std::string id() const = 0;
};

struct ChatOptions {
  std::string provider;  // deepseek, gemini, grok, groq, openai
  std::string base_url;  // without a slash at its end
  config::Secret api_key;
  std::string model;                            // "" = DefaultModelOf(provider)
  std::chrono::milliseconds time_limit{30000};  // of one attempt
  net::RetryPolicy retry{.max_attempts = 3, .budget = std::chrono::milliseconds(90000)};
  net::RetryClock clock;
};

// "deepseek-chat" and so on; "" for openai, which has none.
std::string_view DefaultModelOf(std::string_view provider);

// The configuration key of the provider's API key: "XAI_API_KEY".
std::string_view ApiKeyNameOf(std::string_view provider);

// `http` outlives the model. Pre: the provider is one of the five.
//
// DeepSeek, xAI, Groq and every "openai" server are asked through OpenAI's chat completions. Gemini is asked
// through its own generateContent: that is what lies under GEMINI_BASE_URL, its key travels in a header of
// its own, and a refusal comes with its reason.
std::unique_ptr<ChatModel> MakeChatModel(ChatOptions options, net::HttpClient& http);

}  // namespace waveshift::simplify

#endif  // WAVESHIFT_SIMPLIFY_CHAT_MODEL_H_
