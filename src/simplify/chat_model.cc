// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "simplify/chat_model.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <nlohmann/json.hpp>
#include <utility>

#include "text/language.h"

namespace waveshift::simplify {
namespace {

using nlohmann::json;

constexpr int64_t kMaxResponseBytes = 2 << 20;
constexpr int kMaxResponseDepth = 64;
constexpr int64_t kBytesPerToken = 3;  // a cautious guess, where the provider does not count
constexpr size_t kMaxReasonBytes = 160;

struct Provider {
  std::string_view word;
  std::string_view name;  // for people
  std::string_view model;
  std::string_view key;
  double temperature;
};

// Models and DeepSeek's temperature as in the original engine.
constexpr std::array<Provider, 5> kProviders = {
    {{"deepseek", "DeepSeek", "deepseek-chat", "DEEPSEEK_API_KEY", 1.3},
     {"gemini", "Gemini", "gemini-2.0-flash", "GEMINI_API_KEY", 0.7},
     {"grok", "xAI", "grok-3-mini-fast", "XAI_API_KEY", 0.7},
     {"groq", "Groq", "meta-llama/llama-4-maverick-17b-128e-instruct", "GROQ_API_KEY", 0.7},
     {"openai", "the OpenAI-compatible server", "", "OPENAI_API_KEY", 0.7}}};

const Provider& ProviderOf(std::string_view word) {
  const auto* const found = std::find_if(kProviders.begin(), kProviders.end(),
                                         [word](const Provider& provider) { return provider.word == word; });
  return found == kProviders.end() ? kProviders.back() : *found;
}

// nlohmann's parser does not recurse; what it makes is bounded here all the same.
json ParseResponse(const std::string& body) {
  bool too_deep = false;
  const auto watch = [&](int depth, json::parse_event_t, json&) {
    too_deep = too_deep || depth > kMaxResponseDepth;
    return !too_deep;
  };
  json value = json::parse(body, watch, /*allow_exceptions=*/false);
  return too_deep ? json() : value;
}

// A member on the way down, or null: never an exception.
const json& At(const json& value, std::initializer_list<std::string_view> path) {
  static const json none;
  const json* at = &value;
  for (const std::string_view step : path) {
    if (at->is_array()) {
      if (step != "0" || at->empty()) return none;
      at = &(*at)[0];
      continue;
    }
    if (!at->is_object()) return none;
    const auto found = at->find(std::string(step));
    if (found == at->end()) return none;
    at = &*found;
  }
  return *at;
}

std::string TextOf(const json& value) { return value.is_string() ? value.get<std::string>() : std::string(); }

int64_t TokensOf(const json& count, const std::string& question, const std::string& answer) {
  if (count.is_number_unsigned())
    return static_cast<int64_t>(std::min<uint64_t>(count.get<uint64_t>(), 1U << 30));
  return static_cast<int64_t>(question.size() + answer.size()) / kBytesPerToken;
}

class HttpChatModel : public ChatModel {
 public:
  HttpChatModel(ChatOptions options, net::HttpClient& http)
      : options_(std::move(options)), provider_(ProviderOf(options_.provider)), http_(http) {
    if (options_.model.empty()) options_.model = provider_.model;
  }

  std::string id() const override { return options_.provider + " " + options_.model; }

 protected:
  // The JSON of a 2xx answer.
  StatusOr<json> Ask(net::HttpRequest request, const std::stop_token& stop) {
    request.method = "POST";
    request.headers.push_back({"Content-Type", "application/json"});
    request.headers.push_back({"Accept", "application/json"});
    request.max_response_bytes = kMaxResponseBytes;
    request.timeouts = {.connect = std::min(options_.time_limit, std::chrono::milliseconds(10000)),
                        .idle = options_.time_limit,
                        .total = options_.time_limit};
    const auto response =
        net::Retry(options_.retry, options_.clock, stop, [&](int) { return http_.Send(request, stop); });
    if (response.status().code() == StatusCode::kCancelled) return response.status();
    if (!response.ok()) return Annotate(response.status(), provider_.name);
    if (!response->is_success()) return Refused(*response);
    json value = ParseResponse(response->body);
    if (!value.is_object()) return Broken("its answer is no JSON object");
    return value;
  }

  Status Broken(std::string_view why) const {
    return Unavailable(std::string(provider_.name) + ": " + std::string(why));
  }

  const ChatOptions& options() const { return options_; }
  const Provider& provider() const { return provider_; }

 private:
  Status Refused(const net::HttpResponse& response) const {
    const Status status = net::StatusOfHttp(response.status, provider_.name);
    std::string message = Message(status);
    const std::string reason = ReasonOf(response);
    if (!reason.empty()) message += " (" + reason + ")";
    if (response.status == 401 || response.status == 403) message += "; check " + std::string(provider_.key);
    return MakeStatus(status.code(), message);
  }

  // What the provider says itself: one short line, without the key should it be quoted there.
  std::string ReasonOf(const net::HttpResponse& response) const {
    const json value = ParseResponse(response.body);
    const json& error = At(value, {"error"});
    std::string reason = TextOf(error.is_string() ? error : At(error, {"message"}));
    if (reason.empty()) reason = TextOf(At(value, {"0", "error", "message"}));
    reason = text::CollapseWhitespace(std::string_view(reason).substr(0, 4 * kMaxReasonBytes));
    // Providers quote parts of a wrong key; its ends are enough to be careful.
    const std::string& key = options_.api_key.reveal();
    const bool names_key =
        !key.empty() &&
        (reason.find(key.substr(0, 6)) != std::string::npos ||
         reason.find(key.substr(key.size() - std::min<size_t>(4, key.size()))) != std::string::npos);
    if (names_key) return "";
    if (reason.size() > kMaxReasonBytes)
      reason = text::CollapseWhitespace(reason.substr(0, kMaxReasonBytes)) + "...";
    return reason;
  }

  ChatOptions options_;
  const Provider& provider_;
  net::HttpClient& http_;
};

class OpenAiChatModel : public HttpChatModel {
 public:
  using HttpChatModel::HttpChatModel;

  StatusOr<ChatAnswer> Complete(const ChatPrompt& prompt, const std::stop_token& stop) override {
    StatusOr<json> value = Ask(Request(prompt), stop);
    // Some servers know neither of the optional fields; the prompt says the same in words.
    if (value.status().code() == StatusCode::kInvalidArgument && !plain_) {
      plain_ = true;
      value = Ask(Request(prompt), stop);
    }
    WS_RETURN_IF_ERROR(value.status());
    const json& choice = At(*value, {"choices", "0"});
    if (TextOf(At(choice, {"finish_reason"})) == "content_filter" ||
        At(choice, {"message", "refusal"}).is_string())
      return ChatAnswer{.refused = true};
    ChatAnswer answer{.text = TextOf(At(choice, {"message", "content"}))};
    if (answer.text.empty()) return Broken("its answer holds no text");
    answer.tokens = TokensOf(At(*value, {"usage", "total_tokens"}), prompt.system + prompt.user, answer.text);
    return answer;
  }

 private:
  net::HttpRequest Request(const ChatPrompt& prompt) const {
    json body = {
        {"model", options().model},
        {"messages",
         {{{"role", "system"}, {"content", prompt.system}}, {{"role", "user"}, {"content", prompt.user}}}}};
    if (!plain_) {
      body["temperature"] = provider().temperature;
      body["max_tokens"] = prompt.max_output_tokens;
      body["response_format"] = {{"type", "json_object"}};
    }
    net::HttpRequest request{.url = options().base_url + "/chat/completions",
                             .body = body.dump(-1, ' ', false, json::error_handler_t::replace)};
    if (options().api_key.is_set())
      request.headers.push_back({"Authorization", "Bearer " + options().api_key.reveal()});
    return request;
  }

  std::atomic<bool> plain_{false};
};

class GeminiChatModel : public HttpChatModel {
 public:
  using HttpChatModel::HttpChatModel;

  StatusOr<ChatAnswer> Complete(const ChatPrompt& prompt, const std::stop_token& stop) override {
    WS_ASSIGN_OR_RETURN(const json value, Ask(Request(prompt), stop));
    const json& candidate = At(value, {"candidates", "0"});
    const std::string finish = TextOf(At(candidate, {"finishReason"}));
    const bool blocked = At(value, {"promptFeedback", "blockReason"}).is_string() || finish == "SAFETY" ||
                         finish == "RECITATION" || finish == "PROHIBITED_CONTENT" || finish == "BLOCKLIST";
    if (blocked) return ChatAnswer{.refused = true};
    ChatAnswer answer;
    const json& parts = At(candidate, {"content", "parts"});
    for (const json& part : parts.is_array() ? parts : json::array()) {
      const json& thought = At(part, {"thought"});
      if (!thought.is_boolean() || !thought.get<bool>()) answer.text += TextOf(At(part, {"text"}));
    }
    if (answer.text.empty()) return Broken("its answer holds no text");
    answer.tokens =
        TokensOf(At(value, {"usageMetadata", "totalTokenCount"}), prompt.system + prompt.user, answer.text);
    return answer;
  }

 private:
  net::HttpRequest Request(const ChatPrompt& prompt) const {
    const json body = {{"systemInstruction", {{"parts", {{{"text", prompt.system}}}}}},
                       {"contents", {{{"role", "user"}, {"parts", {{{"text", prompt.user}}}}}}},
                       {"generationConfig",
                        {{"temperature", provider().temperature},
                         {"maxOutputTokens", prompt.max_output_tokens},
                         {"responseMimeType", "application/json"}}}};
    return {.url = options().base_url + "/models/" + options().model + ":generateContent",
            .headers = {{"x-goog-api-key", options().api_key.reveal()}},
            .body = body.dump(-1, ' ', false, json::error_handler_t::replace)};
  }
};

}  // namespace

std::string_view DefaultModelOf(std::string_view provider) { return ProviderOf(provider).model; }
std::string_view ApiKeyNameOf(std::string_view provider) { return ProviderOf(provider).key; }

std::unique_ptr<ChatModel> MakeChatModel(ChatOptions options, net::HttpClient& http) {
  if (options.provider == "gemini") return std::make_unique<GeminiChatModel>(std::move(options), http);
  return std::make_unique<OpenAiChatModel>(std::move(options), http);
}

}  // namespace waveshift::simplify
