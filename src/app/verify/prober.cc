// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/verify/prober.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace waveshift::app {
namespace {

// A token that nobody has: what is looked at is the refusal.
constexpr char kWrongToken[] = "waveshift-verify-sends-a-wrong-token";

bool IsLoopback(const std::string& host) {
  const bool is_v4 = host.find_first_not_of("0123456789.") == std::string::npos;
  return host == "localhost" || host == "[::1]" || (is_v4 && host.starts_with("127."));
}

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

bool SameName(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

bool HasHeader(const Question& question, std::string_view name) {
  return std::any_of(question.headers.begin(), question.headers.end(),
                     [&](const net::HttpHeader& header) { return SameName(header.name, name); });
}

}  // namespace

StatusOr<InstanceUrl> ParseInstanceUrl(const std::string& text) {
  WS_ASSIGN_OR_RETURN(const net::UrlParts parts, net::SplitUrl(text));
  const std::string shown = net::RedactedUrl(text);
  if (parts.has_user)
    return InvalidArgument(shown + ": must hold no user and password; the token goes with --token-file");
  if (parts.has_query || parts.has_fragment)
    return InvalidArgument(shown + ": must be the instance's base, without a query or fragment");
  InstanceUrl url;
  url.origin = parts.Origin();
  url.base = url.origin + parts.path;
  while (url.base.ends_with('/')) url.base.pop_back();
  url.is_tls = parts.scheme == "https";
  url.is_loopback = IsLoopback(parts.host);
  url.is_default_fc = EndsWith(parts.host, ".fcapp.run") || EndsWith(parts.host, ".fc.aliyuncs.com");
  return url;
}

bool Answer::Is(int http_status) const {
  return transport.ok() && status == http_status && !IsPlatformError(*this);
}

std::string Answer::Header(std::string_view name) const {
  for (const net::HttpHeader& header : headers) {
    if (SameName(header.name, name)) return header.value;
  }
  return "";
}

Prober::Prober(InstanceUrl instance, std::string token, std::stop_token stop)
    : instance_(std::move(instance)), token_(std::move(token)), stop_(std::move(stop)) {}

Answer Prober::Ask(const Question& question) {
  Answer answer;
  if (question.counts && gave_up()) {
    answer.transport = Unavailable("not asked: three questions running had no answer");
    return answer;
  }
  net::HttpRequest request;
  request.method = question.method;
  request.url = question.url.empty() ? instance_.base + question.path : question.url;
  request.headers = question.headers;
  request.body = question.body;
  request.max_response_bytes = question.most_bytes;
  request.timeouts.connect = std::min<std::chrono::milliseconds>(question.patience, request.timeouts.connect);
  request.timeouts.total = question.patience;
  if (!question.body.empty() && !HasHeader(question, "Content-Type"))
    request.headers.push_back({"Content-Type", "application/json"});
  const auto parts = net::SplitUrl(request.url);
  const bool is_own = parts.ok() && parts->Origin() == instance_.origin;
  if (question.token == TokenUse::kOurs && has_token() && is_own)
    request.headers.push_back({"Authorization", "Bearer " + token_});
  if (question.token == TokenUse::kWrong)
    request.headers.push_back({"Authorization", std::string("Bearer ") + kWrongToken});

  const auto begin = std::chrono::steady_clock::now();
  auto response = client_.Send(request, question.stop.stop_possible() ? question.stop : stop_);
  answer.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  answer.transport = response.status();
  // An answer that is too large or a bad URL say nothing about whether somebody answers.
  const StatusCode code = answer.transport.code();
  const bool is_unanswered = code == StatusCode::kUnavailable || code == StatusCode::kDeadlineExceeded;
  if (!is_unanswered) unanswered_ = 0;
  if (is_unanswered && question.counts) ++unanswered_;
  if (!response.ok()) return answer;
  answer.status = response->status;
  answer.headers = std::move(response->headers);
  answer.body = std::move(response->body);
  return answer;
}

bool Prober::Wait(std::chrono::milliseconds time) const {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait_for(lock, stop_, time, [] { return false; });
  return stop_.stop_requested();
}

}  // namespace waveshift::app
