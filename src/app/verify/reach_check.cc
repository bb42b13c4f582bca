// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/verify/reach_check.h"

#include <algorithm>
#include <string>

#include <nlohmann/json.hpp>

#include "app/verify/answer_internal.h"

namespace waveshift::app {
namespace {

using Json = nlohmann::json;

// The answer that shows that somebody is there; not OK: why there is none.
Answer FirstAnswer(Prober& prober, std::chrono::seconds patience, bool keep_asking) {
  constexpr std::chrono::seconds kPause{1};
  const auto end = std::chrono::steady_clock::now() + patience;
  while (true) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    Answer answer = prober.Ask({.path = "/api/health",
                                .patience = std::max<std::chrono::milliseconds>(left, kPause),
                                .counts = false});
    const bool is_there = answer.transport.ok() && answer.status < 500 && !IsPlatformError(answer);
    const bool may_come = answer.transport.ok() || answer.transport.code() == StatusCode::kUnavailable;
    if (is_there || !may_come || !keep_asking || std::chrono::steady_clock::now() + kPause >= end)
      return answer;
    if (prober.Wait(kPause)) return answer;
  }
}

void CheckConnection(const InstanceUrl& instance, VerifyReport& report) {
  if (instance.is_tls) {
    report.Ok("connection", "TLS, the certificate is trusted");
  } else if (instance.is_loopback) {
    report.Ok("connection", "HTTP, on this machine");
  } else {
    report.Warn("connection", "plain HTTP: the token and the videos can be read on the way",
                "put TLS before the engine (a reverse proxy, or a custom domain with a certificate)");
  }
  if (instance.is_default_fc) {
    report.Warn("domain", "browsers download what this domain of the platform answers instead of showing it",
                "set up a custom domain for /ui/ and players");
  }
}

bool CheckHealth(const Answer& answer, VerifyReport& report) {
  const Json json = Parsed(answer);
  report.version = ShownText(TextOf(json, "version"), 32);
  const std::string status = TextOf(json, "status");
  if (IsTriggerRefusal(answer)) {
    report.Fail("health", Explain(answer).what,
                "the platform's trigger wants a token: --token-file or WAVESHIFT_API_TOKEN");
  } else if (!answer.Is(200)) {
    const Explanation why = Explain(answer);
    report.Fail("health", why.what + " (wanted: HTTP 200)", why.remedy);
  } else if (status != "healthy") {
    report.Fail("health", "HTTP 200 without {\"status\": \"healthy\"}: " + ShownText(answer.body, 60),
                "check that the URL is the engine's base");
  } else {
    report.Ok("health", "healthy, " + Ms(answer.seconds));
    return true;
  }
  report.Skip("everything else", "the engine does not answer here");
  return false;
}

}  // namespace

bool CheckReachable(Prober& prober, std::chrono::seconds patience, bool keep_asking, VerifyReport& report) {
  const Answer answer = FirstAnswer(prober, patience, keep_asking);
  if (!answer.transport.ok()) {
    const Explanation why = Explain(answer);
    report.Fail("connection", why.what, why.remedy);
    report.reachable = answer.transport.code() == StatusCode::kOutOfRange;  // somebody answers, endlessly
    return false;
  }
  report.reachable = true;
  report.first_s = answer.seconds;
  report.on_function_compute = prober.instance().is_default_fc || !answer.Header("X-Fc-Request-Id").empty();
  CheckConnection(prober.instance(), report);
  return CheckHealth(answer, report);
}

}  // namespace waveshift::app
