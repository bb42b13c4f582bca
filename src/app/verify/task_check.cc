// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/verify/task_check.h"

#include <cstdio>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

#include <nlohmann/json.hpp>

#include "app/verify/hls_check.h"
#include "app/verify/sample.h"
#include "app/verify/task_watch.h"
#include "service/task_state.h"

namespace waveshift::app {
namespace {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

// A status is answered within 3 s; one that is late is asked for again.
constexpr std::chrono::milliseconds kStatusPatience{10000};
// Looks in a row that may fail before the watching ends.
constexpr int kMostFailedLooks = 20;

std::string Seconds(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f s", seconds);
  return text;
}

bool IsGoodStart(const Answer& answer) { return answer.Is(200) || answer.Is(202); }

// The start beside the watching: where jobs run within the request, its answer comes with the task's end. On
// Function Compute it is asked for as an asynchronous invocation, which is answered at once.
class Start {
 public:
  Start(Prober& prober, const std::string& task_id, std::chrono::seconds patience, bool is_async)
      : passed_on_(prober.stop(), [this] { stop_.request_stop(); }) {
    Question question = {
        .method = "POST", .path = "/api/start_tts", .body = Json{{"task_id", task_id}}.dump()};
    question.patience = patience;
    question.counts = false;
    question.stop = stop_.get_token();
    if (is_async) question.headers.push_back({"X-Fc-Invocation-Type", "Async"});
    thread_ = std::jthread([this, &prober, question] {
      Answer answer = prober.Ask(question);
      const std::lock_guard lock(mutex_);
      answer_ = std::move(answer);
    });
  }
  ~Start() { stop_.request_stop(); }
  Start(const Start&) = delete;
  Start& operator=(const Start&) = delete;
  // Nothing while it is on its way.
  std::optional<Answer> Get() {
    const std::lock_guard lock(mutex_);
    return answer_;
  }

 private:
  std::stop_source stop_;
  std::stop_callback<std::function<void()>> passed_on_;
  std::mutex mutex_;
  std::optional<Answer> answer_;  // guarded by mutex_
  std::jthread thread_;           // the last member: it ends first
};

class TaskChecker {
 public:
  TaskChecker(Prober& prober, Prober& watcher, const TaskCheckOptions& options, VerifyReport& report)
      : prober_(prober),
        watcher_(watcher),
        options_(options),
        report_(report),
        watch_(options.task_id),
        path_("/api/task/" + options.task_id),
        end_(Clock::now() + options.patience) {}
  void Run();

 private:
  bool Watch(Start& start);
  bool Look();
  bool ReportStart(const Answer& answer);
  std::string NotEnded() const;
  void ReportEnd(double seconds);
  void CheckReport();
  void CheckStream();

  Prober& prober_;
  Prober& watcher_;
  const TaskCheckOptions& options_;
  VerifyReport& report_;
  TaskWatch watch_;
  const std::string path_;
  const Clock::time_point end_;
  std::string last_failure_;
  int failed_looks_ = 0;
};

bool TaskChecker::Look() {
  const Answer answer =
      watcher_.Ask({.path = path_ + "/status", .patience = kStatusPatience, .counts = false});
  if (!answer.Is(200)) {
    last_failure_ = Explain(answer).what;
    return ++failed_looks_ < kMostFailedLooks;
  }
  failed_looks_ = 0;
  watch_.See(answer.body);
  if (options_.on_progress) options_.on_progress(ShownText(watch_.status(), 32), watch_.percent());
  return true;
}

// The start's row; false when the task will not run. A start that was cut off, by a proxy's time limit for
// example, does not end a job that is seen at work.
bool TaskChecker::ReportStart(const Answer& answer) {
  if (IsGoodStart(answer)) {
    const bool is_async = answer.status == 202;
    if (!is_async) watch_.StartAnswered();
    report_.Ok("task: start", "HTTP " + std::to_string(answer.status) +
                                  (is_async ? ", taken over" : ", answered") + " after " +
                                  Seconds(answer.seconds));
    return true;
  }
  const Explanation why = Explain(answer);
  if (watch_.status() == "processing") {
    report_.Warn("task: start", why.what + "; the task runs nevertheless",
                 "raise the time limits of what lies before the engine, or start tasks asynchronously");
    return true;
  }
  report_.Fail("task: start", why.what + " (wanted: HTTP 200 or 202)", why.remedy);
  return false;
}

// True when the task has ended; else a row says why nobody waits any longer.
bool TaskChecker::Watch(Start& start) {
  for (bool is_reported = false;;) {
    const auto answer = start.Get();
    if (!Look()) {
      report_.Fail("task: status", last_failure_);
      return false;
    }
    if (answer && !std::exchange(is_reported, true) && !ReportStart(*answer)) return false;
    if (watch_.has_ended()) {
      if (!is_reported) report_.Ok("task: start", "the job runs within the request");
      return true;
    }
    if (Clock::now() > end_) {
      report_.Fail("task: end", NotEnded(),
                   "give it more time with --timeout, or look at the instance's log");
      return false;
    }
    if (watcher_.Wait(options_.poll)) return false;
  }
}

std::string TaskChecker::NotEnded() const {
  return "not ended within " + std::to_string(options_.patience.count()) + " s: \"" +
         ShownText(watch_.status(), 40) + "\"" +
         (last_failure_.empty() ? "" : "; last failure: " + last_failure_);
}

void TaskChecker::ReportEnd(double seconds) {
  report_.task_s = seconds;
  if (watch_.problem().empty()) {
    report_.Ok("task: progress", std::to_string(watch_.seen()) + " status answers, never back");
  } else {
    report_.Fail("task: progress", watch_.problem());
  }
  if (watch_.is_completed()) return report_.Ok("task: end", "completed after " + Seconds(seconds));
  const std::string why = watch_.error_message();
  report_.Fail("task: end", ShownText(watch_.status(), 40) + " after " + Seconds(seconds) +
                                (why.empty() ? "" : ": " + why));
}

void TaskChecker::CheckReport() {
  constexpr int64_t kMostReportBytes = 64 << 20;
  const Answer answer = watcher_.Ask({.path = path_ + "/report", .most_bytes = kMostReportBytes});
  if (!answer.Is(200)) {
    const Explanation why = Explain(answer);
    return report_.Fail("task: report", why.what, why.remedy);
  }
  const Json json = Json::parse(answer.body, nullptr, false);
  const auto totals = json.is_object() ? json.find("totals") : json.end();
  if (!json.is_object() || totals == json.end() || !totals->is_object())
    return report_.Fail("task: report", "report.json has no totals");
  const auto count = [&](const char* name) {
    const auto it = totals->find(name);
    return it != totals->end() && it->is_number_integer() ? it->get<int64_t>() : -1;
  };
  const std::string detail = std::to_string(count("lines")) + " lines: " + std::to_string(count("dubbed")) +
                             " dubbed, " + std::to_string(count("failed")) + " failed";
  if (count("lines") < 0 || count("dubbed") < 0 || count("failed") < 0)
    return report_.Fail("task: report", "totals are not whole");
  if (count("failed") > 0) return report_.Warn("task: report", detail, "its report.json says why");
  report_.Ok("task: report", detail);
}

void TaskChecker::CheckStream() {
  if (watch_.playlist_url().empty())
    return report_.Fail("hls: playlists", "the task is completed, but its status names no stream");
  const auto url = PlaylistUrl(watcher_.instance(), watch_.playlist_url());
  if (!url.ok()) return report_.Fail("hls: playlists", Message(url.status()));
  CheckHls(watcher_, *url, {.web_origin = options_.web_origin, .end = end_}, report_);
}

void TaskChecker::Run() {
  report_.task_id = options_.task_id;
  // What an earlier run left is known before the new one begins.
  if (!Look() || watch_.seen() == 0) return report_.Fail("task: status", last_failure_);
  const auto begin = Clock::now();
  bool has_ended = false;
  {
    Start start(prober_, options_.task_id, options_.patience, report_.on_function_compute);
    has_ended = Watch(start);
  }
  if (!has_ended) return;
  ReportEnd(std::chrono::duration<double>(Clock::now() - begin).count());
  if (!watch_.is_completed()) return;
  CheckReport();
  CheckStream();
}

}  // namespace

std::string CreateSampleTask(Prober& prober, VerifyReport& report) {
  constexpr std::chrono::seconds kUploadPatience{60};
  const std::string id = "verify-" + service::MakeUuid();
  const std::string key = "uploads/" + id + ".mp4";
  const Answer stored = prober.Ask({.method = "PUT",
                                    .path = "/api/objects/" + key,
                                    .body = std::string(SampleVideo()),
                                    .headers = {{"Content-Type", "video/mp4"}},
                                    .patience = kUploadPatience});
  if (!stored.Is(201)) {
    const Explanation why = Explain(stored);
    report.Fail("sample", "the clip could not be stored: " + why.what, why.remedy);
    return "";
  }
  const Answer created = prober.Ask({.method = "POST", .path = "/api/task", .body = SampleTaskJson(id, key)});
  if (!created.Is(201)) {
    const Explanation why = Explain(created);
    report.Fail("sample", "the task could not be created: " + why.what, why.remedy);
    return "";
  }
  report.Ok("sample", "task " + id + " (waveshift tasks rm " + id + " takes it away)");
  return id;
}

void CheckTask(Prober& prober, Prober& watcher, const TaskCheckOptions& options, VerifyReport& report) {
  TaskChecker(prober, watcher, options, report).Run();
}

}  // namespace waveshift::app
