// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "stores/d1/d1_client_internal.h"

namespace waveshift::stores::internal {
namespace {

using Json = nlohmann::json;
using std::chrono::milliseconds;

constexpr int kMaxDepth = 32;
constexpr int64_t kMaxAnswerBytes = int64_t{96} << 20;
constexpr size_t kMaxQuotedBytes = 300;
// Without Retry-After: the window of the account's limit (1.3).
constexpr std::chrono::seconds kAccountWindow{300};
constexpr std::chrono::seconds kLongestRetryAfter{60};

// What D1 says when the same request may succeed in a moment (1.4).
constexpr std::array<std::string_view, 8> kTransientTexts = {"Network connection lost",
                                                             "storage caused object to be reset",
                                                             "reset because its code was updated",
                                                             "Cannot resolve D1 DB due to transient issue",
                                                             "overloaded",
                                                             "Too many requests queued",
                                                             "timed out",
                                                             "internal error; reference ="};

bool Has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

// On one line, of bounded length.
std::string Quoted(const std::string& text) {
  std::string out = text.substr(0, kMaxQuotedBytes);
  for (char& c : out) {
    const auto u = static_cast<unsigned char>(c);
    if (u < 0x20 || u == 0x7F) c = ' ';
  }
  return out;
}

Json ParseBounded(std::string_view body) {
  bool too_deep = false;
  const auto watch = [&](int depth, Json::parse_event_t, const Json&) {
    too_deep = too_deep || depth > kMaxDepth;
    return !too_deep;
  };
  Json value = Json::parse(body, watch, /*allow_exceptions=*/false);
  return too_deep ? Json(Json::value_t::discarded) : value;
}

std::string TextOf(const Json& cell) {
  if (cell.is_string()) return cell.get<std::string>();
  if (cell.is_boolean()) return cell.get<bool>() ? "1" : "0";
  return cell.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// The rows of one statement; nothing when it is not as the API says.
bool ReadRows(const Json& result, D1Rows& rows) {
  if (!result.is_object() || (result.contains("success") && result["success"] != true)) return false;
  const auto results = result.find("results");
  if (results == result.end() || results->is_null()) return true;  // a statement without rows
  if (!results->is_array()) return false;
  for (const Json& row : *results) {
    if (!row.is_object()) return false;
    D1Row& cells = rows.emplace_back();
    for (const auto& [column, cell] : row.items()) {
      if (!cell.is_null()) cells.emplace(column, TextOf(cell));
    }
  }
  return true;
}

struct D1Error {
  int64_t code = 0;
  std::string message;
};

D1Error FirstError(const Json& answer) {
  D1Error error;
  const auto errors = answer.find("errors");
  if (errors == answer.end() || !errors->is_array() || errors->empty() || !errors->front().is_object())
    return error;
  const Json& first = errors->front();
  if (first.contains("code") && first["code"].is_number_integer()) error.code = first["code"].get<int64_t>();
  if (first.contains("message") && first["message"].is_string())
    error.message = first["message"].get<std::string>();
  return error;
}

std::string Describe(int http_status, const D1Error& error) {
  std::string text = "D1: HTTP " + std::to_string(http_status);
  if (error.code != 0) text += ", code " + std::to_string(error.code);
  if (!error.message.empty()) text += ": " + Quoted(error.message);
  return text;
}

bool IsTransientText(const std::string& message) {
  return std::any_of(kTransientTexts.begin(), kTransientTexts.end(),
                     [&](std::string_view part) { return Has(message, part); });
}

bool IsAboutToken(int http_status, int64_t code) {
  return code == 10000 || code == 9109 || code == 6003 || code == 9106 || http_status == 401;
}

Status Refused(const std::string& message) { return MakeStatus(StatusCode::kPermissionDenied, message); }

D1Verdict Overloaded(int http_status, const D1Error& error, const std::string& what) {
  D1Verdict verdict{
      waveshift::Overloaded(what + (error.code == 7429 ? " (overloaded)" : "")), true, false, {}};
  verdict.is_account_limit = http_status == 429 && error.code != 7429 && !Has(error.message, "queued");
  return verdict;
}

// 7500 is every error of SQL, and some that are none.
D1Verdict JudgeSql(const D1Error& error, const std::string& what) {
  if (Has(error.message, "daily") && Has(error.message, "limit"))
    return {waveshift::Overloaded(what + " (until 00:00 UTC)"), false, false, {}};
  if (Has(error.message, "UNIQUE constraint failed")) return {AlreadyExists(what), false, false, {}};
  if (Has(error.message, "no such column") || Has(error.message, "no such table"))
    return {FailedPrecondition(what), false, false, {}};
  if (Has(error.message, "TOOBIG") || Has(error.message, "too big"))
    return {OutOfRange(what), false, false, {}};
  return {Internal(what), false, false, {}};
}

D1Verdict JudgeFailure(int http_status, const D1Error& error) {
  const std::string what = Describe(http_status, error);
  if (http_status == 429 || error.code == 7429) return Overloaded(http_status, error, what);
  if (IsAboutToken(http_status, error.code))
    return {Refused(what + " (is CLOUDFLARE_API_TOKEN right, with D1 rights?)"), false, false, {}};
  if (http_status == 403 || error.code == 7403)
    return {Refused(what + " (may CLOUDFLARE_API_TOKEN use CLOUDFLARE_ACCOUNT_ID?)"), false, false, {}};
  if (error.code == 7404)
    return {FailedPrecondition(what + " (is CLOUDFLARE_D1_DATABASE_ID right?)"), false, false, {}};
  if (error.code == 7400 || error.code == 7003 || error.code == 7000) {
    return {FailedPrecondition(what + " (are CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_D1_DATABASE_ID right?)"),
            false,
            false,
            {}};
  }
  if (IsTransientText(error.message)) return {Unavailable(what), true, false, {}};
  if (error.code == 7500 && http_status < 520) return JudgeSql(error, what);
  if (net::IsTransientHttp(http_status) || http_status >= 500) return {Unavailable(what), true, false, {}};
  if (http_status == 404 || (http_status >= 300 && http_status < 400))
    return {FailedPrecondition(what + " (is CLOUDFLARE_API_BASE_URL right?)"), false, false, {}};
  return {Internal(what), false, false, {}};
}

Json ParamsOf(const D1Statement& statement) {
  Json params = Json::array();
  for (const D1Value& value : statement.params) {
    if (const auto* text = std::get_if<std::string>(&value)) {
      params.push_back(*text);
    } else if (const auto* number = std::get_if<int64_t>(&value)) {
      params.push_back(*number);
    } else {
      params.push_back(nullptr);
    }
  }
  return params;
}

std::string BodyOf(const std::vector<D1Statement>& statements) {
  Json batch = Json::array();
  for (const D1Statement& statement : statements) {
    Json one = {{"sql", statement.sql}};
    if (!statement.params.empty()) one["params"] = ParamsOf(statement);
    batch.push_back(std::move(one));
  }
  const Json body = batch.size() == 1 ? std::move(batch.front()) : Json{{"batch", std::move(batch)}};
  return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string Cell(const D1Row& row, const std::string& column) {
  const auto it = row.find(column);
  return it == row.end() ? "" : it->second;
}

D1Verdict JudgeD1(int http_status, std::string_view body, size_t statements) {
  const Json answer = ParseBounded(body);
  if (!answer.is_object()) {
    D1Verdict verdict = JudgeFailure(http_status, {});
    if (http_status >= 200 && http_status < 300)
      verdict = {Unavailable("D1: the answer is no JSON object"), true, false, {}};
    return verdict;
  }
  if (http_status < 200 || http_status >= 300 || !answer.contains("success") || answer["success"] != true) {
    // A failure that comes with 200 is judged by its code alone.
    const bool is_success = http_status >= 200 && http_status < 300;
    return JudgeFailure(is_success ? 400 : http_status, FirstError(answer));
  }
  const auto result = answer.find("result");
  D1Verdict verdict;
  bool fits = result != answer.end() && result->is_array() && result->size() == statements;
  for (size_t i = 0; fits && i < statements; ++i)
    fits = ReadRows((*result)[i], verdict.results.emplace_back());
  if (!fits) return {Unavailable("D1: the answer is not as its API says"), true, false, {}};
  return verdict;
}

D1Client::D1Client(const D1Options& options)
    : options_(options),
      url_(options.api_base_url + "/accounts/" + options.account_id + "/d1/database/" + options.database_id +
           "/query"),
      budget_(options.limits, options.clock) {}

// What a server repeats of a request must not get into a log.
std::string D1Client::WithoutToken(std::string text) const {
  for (size_t at = 0;
       !options_.api_token.empty() && (at = text.find(options_.api_token)) != std::string::npos;)
    text.replace(at, options_.api_token.size(), "********");
  return text;
}

net::HttpRequest D1Client::RequestOf(const std::vector<D1Statement>& statements, const D1Call& call) const {
  net::HttpRequest request{.method = "POST", .url = url_};
  request.headers = {{"Authorization", "Bearer " + options_.api_token}, {"Content-Type", "application/json"}};
  request.body = BodyOf(statements);
  request.max_response_bytes = kMaxAnswerBytes;
  request.timeouts.connect = std::min(request.timeouts.connect, call.patience);
  return request;
}

StatusOr<net::HttpResponse> D1Client::SendOnce(net::HttpRequest& request, const D1Call& call,
                                               std::chrono::steady_clock::time_point end, Status& refused) {
  const auto left = [&] { return std::chrono::duration_cast<milliseconds>(end - options_.clock.now()); };
  WS_RETURN_IF_ERROR(Annotate(budget_.Take(call.stop, left()), "D1"));
  // Behind that, which may take a while.
  if (call.before_attempt) refused = call.before_attempt();
  if (!refused.ok()) return Internal("refused");  // not one that is tried again
  const milliseconds longest =
      call.longest_attempt.count() > 0 ? call.longest_attempt : options_.request_timeout;
  request.timeouts.total = std::max(milliseconds(1), std::min({options_.request_timeout, longest, left()}));
  return http_.Send(request, call.stop);
}

StatusOr<D1Answer> D1Client::Run(const std::vector<D1Statement>& statements, D1Call call) {
  if (call.stop.stop_requested()) {
    call.patience = std::min(call.patience, kLatePatience);
    call.stop = {};
  }
  net::HttpRequest request = RequestOf(statements, call);
  const auto end = options_.clock.now() + call.patience;
  D1Verdict verdict;
  bool may_be_done = false;
  D1Answer answer;
  Status refused;
  net::RetryPolicy policy{.max_attempts = options_.max_attempts, .first_delay = options_.first_delay};
  policy.budget = call.patience;
  policy.longest_retry_after = std::min<milliseconds>(call.patience, kLongestRetryAfter);
  policy.retry_response = [&](const net::HttpResponse&) { return verdict.retry; };
  const auto response = net::Retry(policy, options_.clock, call.stop, [&](int) {
    answer.repeated = may_be_done;
    auto sent = SendOnce(request, call, end, refused);
    if (!sent.ok()) {
      may_be_done = may_be_done || sent.status().code() != StatusCode::kResourceExhausted;
      return sent;
    }
    answer.repeated = answer.repeated || sent->times_sent > 1;
    verdict = JudgeD1(sent->status, sent->body, statements.size());
    // An overloaded database has not run the query (1.4); of all other failures that is not known.
    may_be_done = may_be_done || verdict.status.code() != StatusCode::kResourceExhausted;
    if (verdict.is_account_limit) {
      const auto asked = net::ParseRetryAfter(sent->Header("Retry-After"), options_.clock.wall());
      budget_.Pause(asked.value_or(kAccountWindow));
      verdict.retry = asked.has_value();
    }
    return sent;
  });
  if (!refused.ok()) return refused;
  if (!response.ok()) return WithMessage(response.status(), WithoutToken(Message(response.status())));
  if (!verdict.status.ok()) return WithMessage(verdict.status, WithoutToken(Message(verdict.status)));
  answer.results = std::move(verdict.results);
  return answer;
}

}  // namespace waveshift::stores::internal
