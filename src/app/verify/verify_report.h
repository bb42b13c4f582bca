// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What `waveshift verify` found, and how it is shown.
#ifndef WAVESHIFT_APP_VERIFY_VERIFY_REPORT_H_
#define WAVESHIFT_APP_VERIFY_VERIFY_REPORT_H_

#include <string>
#include <string_view>
#include <vector>

namespace waveshift::app {

struct VerifyCheck {
  enum class Outcome { kOk, kWarning, kFailed, kSkipped };
  std::string name;  // "unknown task: status"
  Outcome outcome = Outcome::kOk;
  std::string detail;  // what was seen; holds no control characters and no secret
  std::string remedy;  // what to do; "" when there is nothing to do
};

// Of answers to the same question, in seconds.
struct AnswerTimes {
  int count = 0;
  double median_s = 0;
  double worst_s = 0;
};
// Of at least one answer.
AnswerTimes TimesOf(std::vector<double> seconds);

struct VerifyReport {
  std::string url;
  bool reachable = false;
  bool on_function_compute = false;
  std::string version;  // as the instance says; "" when it does not
  double first_s = 0;   // until the first answer: a cold start is in it
  AnswerTimes health;   // without the first answer
  AnswerTimes status;   // of a task that is not there
  std::string task_id;  // of the real task; "" when none was asked for
  double task_s = 0;    // from its start to its end
  std::vector<VerifyCheck> checks;

  void Ok(std::string name, std::string detail);
  void Warn(std::string name, std::string detail, std::string remedy);
  void Fail(std::string name, std::string detail, std::string remedy = "");
  void Skip(std::string name, std::string why);
  int Count(VerifyCheck::Outcome outcome) const;
  bool passed() const { return reachable && Count(VerifyCheck::Outcome::kFailed) == 0; }
};

// "ok", "warning", "failed", "skipped".
std::string_view OutcomeWord(VerifyCheck::Outcome outcome);

// A table for people; `only_problems` leaves out what is well.
std::string VerifyReportText(const VerifyReport& report, bool only_problems);
std::string VerifyReportJson(const VerifyReport& report);

// Text of a server for a terminal: one line, without control characters, valid UTF-8, at most `most` bytes.
std::string ShownText(std::string_view text, size_t most = 160);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_VERIFY_VERIFY_REPORT_H_
