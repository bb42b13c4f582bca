// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/verify/verify_report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include <nlohmann/json.hpp>

namespace waveshift::app {
namespace {

using Json = nlohmann::ordered_json;
using Outcome = VerifyCheck::Outcome;

// How many bytes the UTF-8 character at `at` has; 0 when there is none.
size_t CharacterLength(std::string_view text, size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const size_t length = lead < 0x80                   ? 1
                        : lead >= 0xC2 && lead < 0xE0 ? 2
                        : lead >= 0xE0 && lead < 0xF0 ? 3
                        : lead >= 0xF0 && lead < 0xF5 ? 4
                                                      : 0;
  if (length == 0 || at + length > text.size()) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((static_cast<unsigned char>(text[at + i]) & 0xC0) != 0x80) return 0;
  }
  // U+0080 to U+009F are control characters, too.
  if (length == 2 && lead == 0xC2 && static_cast<unsigned char>(text[at + 1]) < 0xA0) return 0;
  return length;
}

std::string Seconds(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, seconds < 1 ? "%.0f ms" : "%.1f s",
                seconds < 1 ? seconds * 1000 : seconds);
  return text;
}

Json TextOrNull(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json TimesJson(const AnswerTimes& times) {
  if (times.count == 0) return nullptr;
  return {{"answers", times.count}, {"median_s", times.median_s}, {"worst_s", times.worst_s}};
}

std::string Heading(const VerifyReport& report) {
  std::string text = "WaveShift " + (report.version.empty() ? "" : report.version + " ") + "at " + report.url;
  if (report.on_function_compute) text += ", on Function Compute";
  if (report.reachable) text += "; first answer after " + Seconds(report.first_s);
  return text + "\n\n";
}

std::string Summary(const VerifyReport& report) {
  std::string text;
  const std::pair<Outcome, const char*> kinds[] = {{Outcome::kOk, " ok"},
                                                   {Outcome::kWarning, " warnings"},
                                                   {Outcome::kFailed, " failed"},
                                                   {Outcome::kSkipped, " skipped"}};
  for (const auto& [outcome, word] : kinds) {
    const int count = report.Count(outcome);
    const bool is_one_warning = outcome == Outcome::kWarning && count == 1;
    text += (text.empty() ? "" : ", ") + std::to_string(count) + (is_one_warning ? " warning" : word);
  }
  return text + "\n";
}

}  // namespace

AnswerTimes TimesOf(std::vector<double> seconds) {
  std::sort(seconds.begin(), seconds.end());
  const size_t n = seconds.size();
  const double median = n % 2 == 1 ? seconds[n / 2] : (seconds[n / 2 - 1] + seconds[n / 2]) / 2;
  return {static_cast<int>(n), median, seconds.back()};
}

void VerifyReport::Ok(std::string name, std::string detail) {
  checks.push_back({std::move(name), Outcome::kOk, std::move(detail), ""});
}
void VerifyReport::Warn(std::string name, std::string detail, std::string remedy) {
  checks.push_back({std::move(name), Outcome::kWarning, std::move(detail), std::move(remedy)});
}
void VerifyReport::Fail(std::string name, std::string detail, std::string remedy) {
  checks.push_back({std::move(name), Outcome::kFailed, std::move(detail), std::move(remedy)});
}
void VerifyReport::Skip(std::string name, std::string why) {
  checks.push_back({std::move(name), Outcome::kSkipped, std::move(why), ""});
}
int VerifyReport::Count(Outcome outcome) const {
  return static_cast<int>(std::count_if(checks.begin(), checks.end(),
                                        [&](const VerifyCheck& check) { return check.outcome == outcome; }));
}

std::string_view OutcomeWord(Outcome outcome) {
  switch (outcome) {
    case Outcome::kOk:
      return "ok";
    case Outcome::kWarning:
      return "warning";
    case Outcome::kFailed:
      return "failed";
    case Outcome::kSkipped:
      return "skipped";
  }
  return "failed";
}

std::string VerifyReportText(const VerifyReport& report, bool only_problems) {
  constexpr size_t kWordWidth = 9;
  size_t name_width = 0;
  for (const VerifyCheck& check : report.checks) name_width = std::max(name_width, check.name.size());
  std::string text = only_problems ? "" : Heading(report);
  for (const VerifyCheck& check : report.checks) {
    if (only_problems && (check.outcome == Outcome::kOk || check.outcome == Outcome::kSkipped)) continue;
    const std::string word(OutcomeWord(check.outcome));
    text += word + std::string(kWordWidth - word.size(), ' ') + check.name +
            std::string(name_width - check.name.size() + 2, ' ') + check.detail + "\n";
    if (!check.remedy.empty()) text += std::string(kWordWidth, ' ') + "-> " + check.remedy + "\n";
  }
  return only_problems ? text : text + "\n" + Summary(report);
}

std::string VerifyReportJson(const VerifyReport& report) {
  Json checks = Json::array();
  for (const VerifyCheck& check : report.checks) {
    checks.push_back({{"name", check.name},
                      {"result", OutcomeWord(check.outcome)},
                      {"detail", check.detail},
                      {"remedy", TextOrNull(check.remedy)}});
  }
  const bool has_task = !report.task_id.empty();
  const Json json = {
      {"url", report.url},
      {"reachable", report.reachable},
      {"passed", report.passed()},
      {"version", TextOrNull(report.version)},
      {"on_function_compute", report.on_function_compute},
      {"first_answer_s", report.reachable ? Json(report.first_s) : Json(nullptr)},
      {"health_latency", TimesJson(report.health)},
      {"status_latency", TimesJson(report.status)},
      {"task", has_task ? Json{{"task_id", report.task_id}, {"seconds", report.task_s}} : Json(nullptr)},
      {"counts",
       {{"ok", report.Count(Outcome::kOk)},
        {"warning", report.Count(Outcome::kWarning)},
        {"failed", report.Count(Outcome::kFailed)},
        {"skipped", report.Count(Outcome::kSkipped)}}},
      {"checks", std::move(checks)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string ShownText(std::string_view text, size_t most) {
  std::string shown;
  for (size_t at = 0; at < text.size();) {
    const size_t length = CharacterLength(text, at);
    if (shown.size() + std::max<size_t>(length, 1) > most) return shown + "…";
    const auto byte = static_cast<unsigned char>(text[at]);
    const bool is_plain = length > 1 || (byte >= 0x20 && byte < 0x7F);
    const bool is_space = byte == '\n' || byte == '\r' || byte == '\t';
    shown += is_plain ? text.substr(at, length) : is_space ? " " : "?";
    at += std::max<size_t>(length, 1);
  }
  return shown;
}

}  // namespace waveshift::app
