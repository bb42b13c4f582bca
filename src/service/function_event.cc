// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/function_event.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/base64.h"
#include "service/auth.h"
#include "service/json_object_internal.h"

namespace waveshift::service {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kProxyPrefix = "/2016-08-15/proxy/";
constexpr std::array<std::string_view, 7> kMethods = {"GET",    "HEAD",  "POST",   "PUT",
                                                      "DELETE", "PATCH", "OPTIONS"};
constexpr size_t kMostHeaders = 200;
constexpr size_t kMostTargetBytes = 8192;

bool IsToken(std::string_view text) {
  return !text.empty() && text.size() <= 128 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

// The first of the fields that is a text, else "".
std::string TextOf(const Json& object, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const auto it = object.find(name);
    if (it != object.end() && it->is_string()) return it->get<std::string>();
  }
  return "";
}

// A value of a query or a header as text: numbers and truth values as JSON writes them.
std::optional<std::string> PlainText(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return value.dump();
  return std::nullopt;
}

std::string EncodeQuery(std::string_view text) {
  std::string encoded = EncodePath(text);
  for (size_t at = 0; (at = encoded.find('/', at)) != std::string::npos; at += 3)
    encoded.replace(at, 1, "%2F");
  return encoded;
}

Status ReadHeaders(const Json& event, Request& request) {
  const auto it = event.find("headers");
  if (it == event.end() || it->is_null()) return OkStatus();
  if (!it->is_object() || it->size() > kMostHeaders) return InvalidArgument("headers: must be an object");
  for (const auto& [name, value] : it->items()) {
    const std::optional<std::string> text = PlainText(value);
    const bool is_plain = text && std::none_of(text->begin(), text->end(), [](char c) {
                            return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
                          });
    if (!IsToken(name) || !is_plain) return InvalidArgument("headers: has one that HTTP does not allow");
    request.headers[name] = *text;
  }
  return OkStatus();
}

Status ReadTarget(const Json& event, Request& request) {
  const Json none = Json::object();
  const Json* http = &none;
  if (const auto it = event.find("requestContext"); it != event.end() && it->is_object()) {
    if (const auto inner = it->find("http"); inner != it->end() && inner->is_object()) http = &*inner;
  }
  request.method = TextOf(event, {"httpMethod", "method"});
  if (request.method.empty()) request.method = TextOf(*http, {"method"});
  std::transform(request.method.begin(), request.method.end(), request.method.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  // Names that nobody knows would fill the metrics.
  if (std::find(kMethods.begin(), kMethods.end(), request.method) == kMethods.end())
    return InvalidArgument("httpMethod: must be a method of HTTP");
  request.target = TextOf(event, {"path", "rawPath"});
  if (request.target.empty()) request.target = TextOf(*http, {"path"});
  if (!request.target.starts_with('/')) return InvalidArgument("path: must begin with \"/\"");
  for (const char* name : {"queryParameters", "queryStringParameters"}) {
    const auto it = event.find(name);
    if (it == event.end() || it->is_null()) continue;
    if (!it->is_object()) return InvalidArgument(std::string(name) + ": must be an object");
    for (const auto& [key, value] : it->items()) {
      const std::optional<std::string> text = PlainText(value);
      if (!text) return InvalidArgument(std::string(name) + "." + key + ": must be a text");
      request.target += (request.target.find('?') == std::string::npos ? "?" : "&") + EncodeQuery(key) + "=" +
                        EncodeQuery(*text);
    }
  }
  if (request.target.size() > kMostTargetBytes) return InvalidArgument("path: is too long");
  return OkStatus();
}

Status ReadBodyField(const Json& event, FunctionEvent& to) {
  const auto it = event.find("body");
  if (it == event.end() || it->is_null()) return OkStatus();
  to.body = it->is_string() ? it->get<std::string>() : it->dump();
  const auto encoded = event.find("isBase64Encoded");
  if (encoded == event.end() || !encoded->is_boolean() || !encoded->get<bool>()) return OkStatus();
  const auto bytes = DecodeBase64(to.body);
  if (!bytes) return InvalidArgument("body: is not base64");
  to.body = *bytes;
  return OkStatus();
}

void Finish(FunctionEvent& event) {
  event.request.has_body = !event.body.empty();
  if (!event.request.has_body) return;
  event.request.content_length = static_cast<int64_t>(event.body.size());
  if (event.request.Header("content-type").empty())
    event.request.headers["Content-Type"] = "application/json";
}

StatusOr<Json> ReadObject(std::string_view payload) {
  Json object;
  const BodyError error = ParseJsonObject(payload, object);
  if (error.kind != BodyError::Kind::kNone) return InvalidArgument("event: " + error.detail);
  return object;
}

bool IsHttp(const Json& event) {
  return event.contains("httpMethod") || event.contains("path") || event.contains("rawPath") ||
         event.contains("requestContext");
}

}  // namespace

StatusOr<FunctionEvent> ParseFunctionEvent(std::string_view payload) {
  WS_ASSIGN_OR_RETURN(Json event, ReadObject(payload));
  if (const auto inner = event.find("event");
      inner != event.end() && !IsHttp(event) && !event.contains("task_id")) {
    WS_ASSIGN_OR_RETURN(Json unwrapped,
                        ReadObject(inner->is_string() ? inner->get<std::string>() : inner->dump()));
    event = std::move(unwrapped);
  }
  FunctionEvent result;
  if (IsHttp(event)) {
    WS_RETURN_IF_ERROR(ReadTarget(event, result.request));
    WS_RETURN_IF_ERROR(ReadHeaders(event, result.request));
    WS_RETURN_IF_ERROR(ReadBodyField(event, result));
  } else if (event.contains("task_id")) {
    result.request.method = "POST";
    result.request.target = "/api/start_tts";
    result.body = event.dump();
    result.is_http = false;
  } else {
    return InvalidArgument("event: must have \"httpMethod\" and \"path\", or \"task_id\"");
  }
  Finish(result);
  return result;
}

std::string FunctionAnswer(const Response& response, std::string_view body) {
  nlohmann::ordered_json answer;
  answer["statusCode"] = response.status;
  answer["headers"] = nlohmann::ordered_json::object();
  for (const auto& [name, value] : response.headers) answer["headers"][name] = value;
  answer["body"] = std::string(body);
  answer["isBase64Encoded"] = false;
  try {
    return answer.dump();
  } catch (const nlohmann::json::exception&) {  // bytes that are no UTF-8
    answer["body"] = EncodeBase64(body);
    answer["isBase64Encoded"] = true;
    return answer.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
}

std::string WithoutProxyPrefix(std::string_view path) {
  if (!path.starts_with(kProxyPrefix)) return std::string(path);
  size_t at = kProxyPrefix.size() - 1;
  for (int parts = 0; parts < 2; ++parts) {
    const size_t next = path.find('/', at + 1);
    if (next == at + 1) return std::string(path);
    if (next == std::string_view::npos) return parts == 1 && at + 1 < path.size() ? "/" : std::string(path);
    at = next;
  }
  return std::string(path.substr(at));
}

}  // namespace waveshift::service
