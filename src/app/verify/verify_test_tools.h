// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// For tests: a server that answers like an instance, except where the test says otherwise. What an instance
// really answers is checked against `waveshift serve` in tests/e2e/verify_test.py.
#ifndef WAVESHIFT_APP_VERIFY_VERIFY_TEST_TOOLS_H_
#define WAVESHIFT_APP_VERIFY_VERIFY_TEST_TOOLS_H_

#include <cstdlib>
#include <functional>
#include <string>

#include "app/verify/verify.h"
#include "net/test_server.h"

namespace waveshift::app {

class FakeInstance {
 public:
  // True when it answered in the instance's place.
  using Override = std::function<bool(const net::TestRequest&, const net::TestConnection&)>;

  explicit FakeInstance(std::string token, Override override = {})
      : token_(std::move(token)),
        override_(std::move(override)),
        server_([this](const auto& request, const auto& to) {
          if (!override_ || !override_(request, to)) Answer(request, to);
        }) {
    for (const char* name : {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"}) ::unsetenv(name);
  }

  InstanceUrl Url() const { return ParseInstanceUrl(server_.Url("/base/")).value(); }
  const net::TestServer& server() const { return server_; }
  // All checks of an instance on this machine, with one token.
  VerifyReport Verify(const std::string& token) const {
    return RunVerify({.instance = Url(),
                      .token = token,
                      .wait = std::chrono::seconds(5),
                      .keep_asking = true,
                      .samples = 2},
                     {})
        .value();
  }

  static std::string HeaderOf(const net::TestRequest& request, const std::string& name) {
    const size_t at = request.head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return "";
    const size_t from = at + name.size() + 4;
    return request.head.substr(from, request.head.find("\r\n", from) - from);
  }
  static void Error(const net::TestRequest& request, const net::TestConnection& to, int status,
                    const std::string& code) {
    const std::string sent = HeaderOf(request, "X-Request-Id");
    const std::string id = sent.empty() ? "made-1" : sent;
    to.Reply(status, R"({"detail": "why", "code": ")" + code + R"(", "request_id": ")" + id + "\"}",
             "Content-Type: application/json\r\nX-Request-Id: " + id + "\r\n");
  }
  static void Json(const net::TestConnection& to, const std::string& body, int status = 200) {
    to.Reply(status, body, "Content-Type: application/json\r\n");
  }

 private:
  void Answer(const net::TestRequest& request, const net::TestConnection& to) const {
    const std::string path = request.Target();
    if (path == "/base/api/health") return Json(to, R"({"status": "healthy", "version": "9.8.7"})");
    if (path == "/base/api/ready") return Json(to, R"({"ready": true})");
    if (path == "/base/") return Json(to, R"({"name": "WaveShift"})");
    if (!token_.empty() && !request.HasHeader("Authorization: Bearer " + token_))
      return Error(request, to, 401, "unauthorized");
    if (path == "/base/api/tasks?limit=1") return Json(to, R"({"tasks": []})");
    if (path != "/base/api/start_tts" || request.body.find("verify-") != std::string::npos)
      return Error(request, to, 404, "not_found");
    const bool is_whole = request.body.find('}') != std::string::npos;
    return Error(request, to, is_whole ? 422 : 400, is_whole ? "invalid_field" : "bad_request");
  }

  const std::string token_;
  const Override override_;
  net::TestServer server_;  // the last member: its threads end first
};

// The check of this name; fails the test's expectations when there is none.
inline VerifyCheck CheckNamed(const VerifyReport& report, const std::string& name) {
  for (const VerifyCheck& check : report.checks) {
    if (check.name == name) return check;
  }
  return {"(no check " + name + ")", VerifyCheck::Outcome::kFailed, "(missing)", ""};
}

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_VERIFY_VERIFY_TEST_TOOLS_H_
