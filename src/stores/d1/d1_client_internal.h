// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Statements for Cloudflare D1 over its REST API: one request, its answer, and what each failure means
// (data contract 1.1 to 1.4). Not for other rooms.
#ifndef WAVESHIFT_STORES_D1_D1_CLIENT_INTERNAL_H_
#define WAVESHIFT_STORES_D1_D1_CLIENT_INTERNAL_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/status.h"
#include "net/http_client.h"
#include "net/rate_budget.h"
#include "net/retry.h"
#include "stores/d1/d1_task_store.h"

namespace waveshift::stores::internal {

using D1Value = std::variant<std::nullptr_t, int64_t, std::string>;

struct D1Statement {
  std::string sql;
  std::vector<D1Value> params;
};

// By column name; NULL is absent, numbers are text.
using D1Row = std::map<std::string, std::string>;
using D1Rows = std::vector<D1Row>;

// The cell, "" when it is NULL or not there.
std::string Cell(const D1Row& row, const std::string& column);

// What an answer of D1 means. `retry`: the same request may succeed later.
struct D1Verdict {
  Status status;
  bool retry = false;
  // Everybody with this token is refused for a while, not only this request.
  bool is_account_limit = false;
  std::vector<D1Rows> results;  // one for each statement, when the status is OK
};
D1Verdict JudgeD1(int http_status, std::string_view body, size_t statements);

struct D1Answer {
  std::vector<D1Rows> results;  // one for each statement
  // An earlier attempt may have been carried out although its answer was lost.
  bool repeated = false;
};

// Of calls that begin after a stop was requested.
inline constexpr std::chrono::milliseconds kLatePatience{4000};

// How a call may wait.
struct D1Call {
  std::chrono::milliseconds patience{0};         // for all its attempts
  std::chrono::milliseconds longest_attempt{0};  // 0: as the options say
  std::stop_token stop;
  std::function<Status()> before_attempt;  // an error ends the call with it; may be empty
};

class D1Client {
 public:
  explicit D1Client(const D1Options& options);
  D1Client(const D1Client&) = delete;
  D1Client& operator=(const D1Client&) = delete;

  // Runs the statements in one transaction, and again (the whole of it) where the table of 1.4 says so, for
  // at most the call's patience. All statements must bear being repeated. A stop ends calls that are under
  // way; those that come after it have kLatePatience. Any thread.
  //   Unavailable, DeadlineExceeded   D1 is broken or cannot be reached
  //   ResourceExhausted               D1 is overloaded, or a limit of the account is reached
  //   PermissionDenied                token or account are refused
  //   FailedPrecondition              the database or the route does not exist; or the schema does not fit
  //   AlreadyExists                   a UNIQUE constraint
  StatusOr<D1Answer> Run(const std::vector<D1Statement>& statements, D1Call call);

 private:
  // `refused` gets the error of the call's before_attempt.
  StatusOr<net::HttpResponse> SendOnce(net::HttpRequest& request, const D1Call& call,
                                       std::chrono::steady_clock::time_point end, Status& refused);
  net::HttpRequest RequestOf(const std::vector<D1Statement>& statements, const D1Call& call) const;
  std::string WithoutToken(std::string text) const;

  const D1Options options_;
  const std::string url_;
  net::HttpClient http_;
  net::RateBudget budget_;
};

}  // namespace waveshift::stores::internal

#endif  // WAVESHIFT_STORES_D1_D1_CLIENT_INTERNAL_H_
