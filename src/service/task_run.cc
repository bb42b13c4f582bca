// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// A task while it runs: the job's inputs, its progress, and its end.
#include <algorithm>
#include <cmath>
#include <exception>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "net/retry.h"
#include "pipeline/output_keys.h"
#include "service/deadline.h"
#include "service/fenced_store.h"
#include "service/task_manager.h"
#include "service/task_manager_internal.h"
#include "text/language.h"

namespace waveshift::service {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr int64_t kMaxReportBytes = 64 << 20;
// A status answer is due within 3 s, with two looks at stores besides (deployment.cc).
constexpr std::chrono::milliseconds kReportPatience{700};
constexpr size_t kMaxErrorBytes = 2000;
constexpr int kFinishTries = 5;
constexpr int64_t kMostLines = 1000000;  // more are not believed

// An object that somebody waits for, or why it did not come in time.
StatusOr<std::string> GetWithin(stores::ObjectStore& objects, const std::string& key,
                                std::chrono::milliseconds patience) {
  const Deadline deadline(SteadyClock::now() + patience);
  return objects.WithStop(deadline.token())->Get(key, kMaxReportBytes);
}

}  // namespace

void TaskManager::Work(const std::stop_token& stop) {
  while (true) {
    EntryPtr entry;
    {
      std::unique_lock lock(mutex_);
      if (!changed_.wait(lock, stop, [this] { return !waiting_.empty(); }) || stop.stop_requested()) return;
      entry = waiting_.front();
      waiting_.pop_front();
      ++running_;
    }
    Execute(entry).IgnoreError();  // it is in the store and the log
  }
}

Status TaskManager::Execute(const EntryPtr& entry) {
  Log(entry->task.id, false, "job begins");
  const SteadyClock::time_point begin = SteadyClock::now();
  const std::jthread keeper([&](const std::stop_token& stop) { KeepLease(entry, stop); });
  const StatusOr<pipeline::JobResult> result = RunWatched(entry);
  {
    const std::lock_guard lock(mutex_);
    --running_;
  }
  const Status ended = Conclude(entry, result);
  const double seconds = std::chrono::duration<double>(SteadyClock::now() - begin).count();
  Log(entry->task.id, !ended.ok() && ended.code() != StatusCode::kCancelled,
      "job ended after " + std::to_string(std::llround(seconds)) +
          " s: " + (ended.ok() ? "completed" : Message(ended)));
  return ended;
}

// No progress is written any more when it returns.
StatusOr<pipeline::JobResult> TaskManager::RunWatched(const EntryPtr& entry) {
  const std::jthread watch([&](const std::stop_token& stop) { WatchJob(entry, stop); });
  try {
    return RunJobOf(entry);
  } catch (const std::exception& error) {
    // Memory that ran out, a library that broke its word: the task still gets its end.
    return Internal(std::string("unexpected failure: ") + error.what());
  }
}

StatusOr<pipeline::JobResult> TaskManager::RunJobOf(const EntryPtr& entry) {
  WS_ASSIGN_OR_RETURN(const ScratchDirectory scratch, ScratchDirectory::Make(options_.scratch_parent));
  const std::stop_token stop = entry->stop.get_token();
  const std::unique_ptr<stores::ObjectStore> objects = deps_.objects->WithStop(stop);
  WS_ASSIGN_OR_RETURN(pipeline::JobSpec spec, BuildSpec(*entry, scratch.path()));
  Engine engine;
  if (spec.options.speak) {
    WS_ASSIGN_OR_RETURN(engine, deps_.engine(spec.target_language));
  }
  pipeline::JobDeps deps;
  if (spec.options.speak && deps_.background) {
    WS_ASSIGN_OR_RETURN(Background background, deps_.background());
    spec.options.background = background.mode;
    deps.separator = std::move(background.separator);
    deps.notices = std::move(background.notices);
  }
  FencedObjectStore output(*objects, *entry->fence, stop);
  deps.output = &output;
  deps.synthesizer = engine.synthesizer.get();
  deps.voice_namer = engine.voice_namer;
  deps.other_namers = engine.other_namers;
  deps.scratch_parent = options_.scratch_parent;
  deps.chat_model = deps_.chat_model;
  deps.voice_activity = deps_.voice_activity.get();
  deps.read_clip = [this, stop](const std::string& key, int64_t max_bytes) {
    return inputs_.Read("audio_key", key, max_bytes, stop);
  };
  deps.on_progress = [this, &entry](const pipeline::Progress& progress) { OnProgress(entry, progress); };
  deps.on_notice = [this, &entry](const std::string& line) {
    Log(entry->task.id, false, line);
    if (entry->on_notice) entry->on_notice(line);
  };
  if (!engine.notice.empty()) deps.on_notice(engine.notice);
  deps.wind_down = entry->wind_down.get_token();
  return deps_.run_job(spec, deps, stop);
}

StatusOr<pipeline::JobSpec> TaskManager::BuildSpec(const Entry& entry, const std::string& scratch) {
  const stores::Task& task = entry.task;
  const std::stop_token stop = entry.stop.get_token();
  const auto materialize = [&](const std::string& field, const std::string& place) {
    const auto ask = [&] { return inputs_.Materialize(field, place, scratch, stop); };
    // Whether a host elsewhere answers has nothing to do with ours.
    return inputs_.IsElsewhere(place) ? ask() : AskUntilAnswered(*entry.fence, stop, ask);
  };
  pipeline::JobSpec spec;
  const auto tasks = deps_.tasks->With({.stop = stop, .before_write = {}});
  WS_ASSIGN_OR_RETURN(spec.transcript.lines,
                      AskUntilAnswered(*entry.fence, stop, [&] { return tasks->ReadTranscript(task.id); }));
  if (spec.transcript.lines.empty()) return InvalidArgument("task " + task.id + " has no transcript");
  auto language = text::CanonicalLanguage(task.target_language);
  if (!language.ok()) return Annotate(language.status(), "target_language");
  spec.target_language = *language;
  spec.transcript.target_language = *language;
  spec.layout = pipeline::LayoutForTask(task.id);
  if (task.video_path.empty()) return InvalidArgument("video_path: the task has none");
  for (const auto& [field, place] :
       {std::pair("video_path", task.video_path), {"audio_path", task.audio_path}}) {
    if (!pipeline::IsOutputKey(spec.layout, place)) continue;
    return InvalidArgument(std::string(field) + ": " + place + ": the dub would overwrite it");
  }
  WS_ASSIGN_OR_RETURN(spec.video, materialize("video_path", task.video_path));
  if (!task.audio_path.empty()) {
    WS_ASSIGN_OR_RETURN(spec.audio, materialize("audio_path", task.audio_path));
  }
  spec.options = options_.job;
  return spec;
}

void TaskManager::OnProgress(const EntryPtr& entry, const pipeline::Progress& progress) {
  {
    const std::lock_guard lock(mutex_);
    const double before = entry->progress.percent;
    entry->progress = progress;
    entry->progress.percent = std::max(before, progress.percent);
    Changed();
  }
  if (entry->on_progress) entry->on_progress(progress);
}

Status TaskManager::Conclude(const EntryPtr& entry, const StatusOr<pipeline::JobResult>& result) {
  const std::string& id = entry->task.id;
  const auto [is_written, ended] = WriteEnd(entry, result);
  pipeline::Progress progress;
  {
    const std::lock_guard lock(mutex_);
    progress = entry->progress;
  }
  if (ended.ok()) {
    progress.stage = "done";
    progress.percent = 100;
  }
  Remember(id, progress);
  if (ReasonOf(*entry) == StopReason::kCancelled) {
    const auto objects = deps_.objects->WithStop(entry->give_up.get_token());
    const Status status = is_written ? objects->Delete(CancelKey(id)) : PassCancelOn(entry);
    if (!status.ok()) Log(id, true, Message(status));
  }
  if (entry->fence->is_lost()) RequestStop(entry, StopReason::kLeaseLost);
  entry->fence->Release();
  const std::lock_guard lock(mutex_);
  active_.erase(id);
  Changed();
  return ended;
}

struct TaskManager::Ending {
  Status outcome;
  std::string word;
  std::string error;
};

TaskManager::Ending TaskManager::EndingOf(const StatusOr<pipeline::JobResult>& result,
                                          StopReason reason) const {
  Status outcome = result.status();
  if (outcome.ok() && !result->completed) outcome = Internal(result->failure);
  if (outcome.ok()) return {outcome, stores::kStatusCompleted, ""};
  if (reason == StopReason::kShutdown)
    return {Cancelled("interrupted; it goes on at the next start"), "", ""};
  // The next request goes on. What failed for a reason of its own has failed.
  if (reason == StopReason::kTimeLimit && outcome.code() == StatusCode::kCancelled)
    return {Cancelled("the request's time is over; the next one goes on"), "", ""};
  const bool is_cancelled = reason == StopReason::kCancelled;
  std::string error = is_cancelled ? kCancelledOnRequest : Message(outcome).substr(0, kMaxErrorBytes);
  if (error.empty()) error = std::string(CodeWord(outcome));
  outcome = WithMessage(outcome, error);
  return {outcome, is_cancelled ? stores::kStatusCancelled : options_.failure_status, error};
}

// How the task ends, written to the store if it is ours: whose it is may not be known, after a freeze or
// while the store gives no answer. What is not written is left to the lease's new holder, or the next start.
// OK only for a completed job.
std::pair<bool, Status> TaskManager::WriteEnd(const EntryPtr& entry,
                                              const StatusOr<pipeline::JobResult>& result) {
  Ending ending = EndingOf(result, ReasonOf(*entry));
  if (ending.word.empty()) return {false, ending.outcome};
  LeaseFence& fence = *entry->fence;
  const std::stop_token give_up = entry->give_up.get_token();
  if (const Status ours = fence.Renew(give_up); !ours.ok()) return {false, ours};
  ending = EndingOf(result, ReasonOf(*entry));  // that may have taken a while
  if (ending.word.empty()) return {false, ending.outcome};
  const Status written = FinishWithRetry(entry->task.id, ending.word, ending.error, fence, give_up);
  if (written.ok()) return {true, ending.outcome};
  if (fence.is_lost()) return {false, fence.WhyLost()};
  return {false, Annotate(written, "its end (\"" + ending.word + "\") could not be stored")};
}

Status TaskManager::FinishWithRetry(const std::string& id, const std::string& status,
                                    const std::string& error, LeaseFence& fence,
                                    const std::stop_token& stop) {
  const auto tasks = deps_.tasks->With(GuardOf(fence, stop));
  std::chrono::milliseconds pause{100};
  for (int i = 1;; ++i) {
    const bool is_late = stop.stop_requested();
    const Status written = tasks->Finish(id, status, error);
    if (written.ok() || is_late || fence.is_lost() || i == kFinishTries) return written;
    const bool was_cut_off = written.code() == StatusCode::kCancelled && stop.stop_requested();
    if (!was_cut_off && !IsRetryable(written)) return written;
    net::Wait({}, pause, stop);
    pause *= 2;
  }
}

TaskManager::StopReason TaskManager::ReasonOf(const Entry& entry) const {
  const std::lock_guard lock(mutex_);
  return entry.reason;
}

// The lines of a task that another run ended are in its report.
pipeline::Progress TaskManager::EndedProgress(const stores::Task& task) {
  pipeline::Progress progress;
  progress.percent = task.progress;
  {
    const std::lock_guard lock(mutex_);
    const auto it =
        std::find_if(recent_.begin(), recent_.end(), [&](const auto& item) { return item.first == task.id; });
    if (it != recent_.end()) {
      progress = it->second;
      progress.eta_s = -1;
      return progress;
    }
  }
  if (task.status != stores::kStatusCompleted) return progress;
  progress.stage = "done";
  progress.percent = 100;
  const auto report = GetWithin(
      *deps_.objects, pipeline::LayoutForTask(task.id).report_prefix + "report.json", kReportPatience);
  if (!report.ok()) return progress;
  const auto json = nlohmann::json::parse(*report, nullptr, false);
  if (!json.is_object() || !json.contains("totals") || !json["totals"].is_object()) return progress;
  const auto count = [&json](const char* name) -> int64_t {
    const auto it = json["totals"].find(name);
    const bool is_count = it != json["totals"].end() && it->is_number_integer();
    return is_count ? std::clamp<int64_t>(it->get<int64_t>(), 0, kMostLines) : 0;
  };
  progress.lines_done = progress.lines_total = count("dubbed") + count("failed");
  Remember(task.id, progress);
  return progress;
}

}  // namespace waveshift::service
