// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/verify/task_watch.h"

#include <cmath>
#include <cstdio>
#include <utility>

#include <nlohmann/json.hpp>

#include "app/verify/verify_report.h"

namespace waveshift::app {
namespace {

using Json = nlohmann::json;

// "" when it is null or no text.
std::string TextOf(const Json& json, const char* name) {
  const auto it = json.find(name);
  return it != json.end() && it->is_string() ? it->get<std::string>() : "";
}

// 0 when it is null or no whole number.
int64_t NumberOf(const Json& json, const char* name) {
  const auto it = json.find(name);
  return it != json.end() && it->is_number_integer() ? it->get<int64_t>() : 0;
}

std::string Percent(double percent) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %%", percent);
  return text;
}

}  // namespace

TaskWatch::TaskWatch(std::string task_id) : task_id_(std::move(task_id)) {}

void TaskWatch::Problem(const std::string& what) {
  if (problem_.empty()) problem_ = what;
}

void TaskWatch::SeeProgress(double percent, bool is_completed) {
  if (!std::isfinite(percent) || percent < 0 || percent > 100)
    return Problem("progress is not within 0 and 100 %");
  if (percent < percent_ && has_worked_)
    Problem("progress went back from " + Percent(percent_) + " to " + Percent(percent));
  if (is_completed && percent < 100) Problem("the task is completed at " + Percent(percent));
  percent_ = percent;
}

void TaskWatch::See(std::string_view body) {
  ++seen_;
  const Json json = Json::parse(body, nullptr, false);
  if (!json.is_object()) return Problem("a status answer is no JSON object");
  if (TextOf(json, "task_id") != task_id_) Problem("a status answer is about another task");
  for (const char* name : {"status", "hls_playlist_url", "error_message", "progress"}) {
    if (!json.contains(name)) return Problem(std::string("a status answer has no \"") + name + "\"");
  }
  status_ = TextOf(json, "status");
  error_message_ = ShownText(TextOf(json, "error_message"), 300);
  playlist_url_ = TextOf(json, "hls_playlist_url");
  if (status_.empty()) return Problem("a status answer has no status");
  const Json& progress = json["progress"];
  const auto percent = progress.is_object() ? progress.find("percent") : progress.end();
  if (!progress.is_object() || percent == progress.end() || !percent->is_number())
    return Problem("a status answer has no progress.percent");
  SeeProgress(percent->get<double>(), is_completed());
  const int64_t started_ms = NumberOf(json, "started_at_ms");
  const bool is_new_run = seen_ > 1 && started_ms != started_ms_;
  started_ms_ = started_ms;
  has_worked_ = has_worked_ || is_new_run || status_ == "processing";
  const bool is_failed = status_ == "error" || status_ == "failed" || status_ == "cancelled";
  has_ended_ = is_completed() || (is_failed && (has_worked_ || start_answered_));
}

}  // namespace waveshift::app
