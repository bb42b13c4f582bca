// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// One deployed instance, asked from outside. Its answers are hostile until they were looked at: they are cut
// off at a size and a time, redirects are not followed, and the token goes to its own origin only.
#ifndef WAVESHIFT_APP_VERIFY_PROBER_H_
#define WAVESHIFT_APP_VERIFY_PROBER_H_

#include <atomic>
#include <chrono>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "net/http_client.h"

namespace waveshift::app {

// Where an instance is: "https://host/prefix" without a slash at its end.
struct InstanceUrl {
  std::string base;
  std::string origin;  // "https://host"
  bool is_tls = false;
  bool is_loopback = false;    // localhost, 127.x.x.x, ::1
  bool is_default_fc = false;  // a domain that Function Compute gives a trigger
};
// InvalidArgument: no URL, another scheme, a user or password, a query or fragment.
StatusOr<InstanceUrl> ParseInstanceUrl(const std::string& text);

enum class TokenUse { kOurs, kNone, kWrong };

struct Question {
  std::string method = "GET";
  std::string path;  // below the instance's base, with its slash; or `url`
  std::string url;   // whole; the token is sent only when it is of the instance's origin
  std::string body;  // JSON unless `headers` say otherwise
  std::vector<net::HttpHeader> headers;
  TokenUse token = TokenUse::kOurs;
  std::chrono::milliseconds patience{10000};
  int64_t most_bytes = 1 << 20;
  bool counts = true;    // towards giving up
  std::stop_token stop;  // of this question alone; without one the prober's
};

struct Answer {
  Status transport;  // not OK: there was no whole answer, and the rest says nothing
  int status = 0;
  std::vector<net::HttpHeader> headers;
  std::string body;
  double seconds = 0;

  // Whether the engine answered with this status: the platform's own errors come with any, also with 200.
  bool Is(int http_status) const;
  std::string Header(std::string_view name) const;  // "" when there is none
};

// Any thread.
class Prober {
 public:
  // `token` may be empty.
  Prober(InstanceUrl instance, std::string token, std::stop_token stop);

  // After three questions in a row without an answer it asks no more, so that nobody waits for a server that
  // hangs again and again: Unavailable.
  Answer Ask(const Question& question);
  // Waits; true when a stop was requested meanwhile.
  bool Wait(std::chrono::milliseconds time) const;
  bool gave_up() const { return unanswered_ >= kMostUnanswered; }

  const InstanceUrl& instance() const { return instance_; }
  bool has_token() const { return !token_.empty(); }
  const std::stop_token& stop() const { return stop_; }

 private:
  static constexpr int kMostUnanswered = 3;
  const InstanceUrl instance_;
  const std::string token_;
  const std::stop_token stop_;
  net::HttpClient client_;
  std::atomic<int> unanswered_{0};
};

// What an answer that was not wanted means, in one line: who gave it (the engine, the platform, a proxy),
// why, and in `remedy` what to do about it ("" when nothing is known).
struct Explanation {
  std::string what;
  std::string remedy;
};
Explanation Explain(const Answer& answer);

// True when the platform's own answer says that the function did not run (Function Compute answers a
// failed initializer with HTTP 200 and the header X-Fc-Error-Type).
bool IsPlatformError(const Answer& answer);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_VERIFY_PROBER_H_
