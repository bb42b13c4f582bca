// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// A task while it runs: the job's inputs, its progress, the heartbeat beside it, and its end.
#include <algorithm>
#include <cmath>
#include <exception>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/files.h"
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
  std::stop_source late;
  const std::jthread timer([&](const std::stop_token& done) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any never;
    if (!never.wait_for(lock, done, patience, [] { return false; }) && !done.stop_requested())
      late.request_stop();
  });
  return objects.WithStop(late.get_token())->Get(key, kMaxReportBytes);
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
  StatusOr<pipeline::JobResult> result = Internal("the job gave no result");
  try {
    result = RunJobOf(entry);
  } catch (const std::exception&
               error) {  // memory that ran out, a library that broke its word: the task still gets its end
    result = Internal(std::string("unexpected failure: ") + error.what());
  }
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

StatusOr<pipeline::JobResult> TaskManager::RunJobOf(const EntryPtr& entry) {
  WS_ASSIGN_OR_RETURN(const ScratchDirectory scratch, ScratchDirectory::Make(options_.scratch_parent));
  const std::stop_token stop = entry->stop.get_token();
  const std::unique_ptr<stores::ObjectStore> objects = deps_.objects->WithStop(stop);
  WS_ASSIGN_OR_RETURN(pipeline::JobSpec spec, BuildSpec(entry->task, scratch.path(), stop));
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
  FencedObjectStore output(*objects, *entry->fence);
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

StatusOr<pipeline::JobSpec> TaskManager::BuildSpec(const stores::Task& task, const std::string& scratch,
                                                   const std::stop_token& stop) {
  pipeline::JobSpec spec;
  WS_ASSIGN_OR_RETURN(spec.transcript.lines, deps_.tasks->ReadTranscript(task.id));
  if (spec.transcript.lines.empty()) return InvalidArgument("task " + task.id + " has no transcript");
  auto language = text::CanonicalLanguage(task.target_language);
  if (!language.ok()) return Annotate(language.status(), "target_language");
  spec.target_language = *language;
  spec.transcript.target_language = *language;
  if (task.video_path.empty()) return InvalidArgument("video_path: the task has none");
  WS_ASSIGN_OR_RETURN(spec.video, inputs_.Materialize("video_path", task.video_path, scratch, stop));
  if (!task.audio_path.empty()) {
    WS_ASSIGN_OR_RETURN(spec.audio, inputs_.Materialize("audio_path", task.audio_path, scratch, stop));
  }
  spec.layout = pipeline::LayoutForTask(task.id);
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
  StopReason reason;
  pipeline::Progress progress;
  {
    const std::lock_guard lock(mutex_);
    reason = entry->reason;
    progress = entry->progress;
  }
  const std::string& id = entry->task.id;
  const std::lock_guard io(entry->io_mutex);
  entry->is_concluded = true;
  // A process that was frozen for a while may not know yet that somebody else has gone on with the task.
  entry->fence->Renew().IgnoreError();
  if (entry->fence->is_lost()) reason = StopReason::kLeaseLost;
  const Status ended = WriteEnd(*entry, result, reason);
  if (ended.ok()) {
    progress.stage = "done";
    progress.percent = 100;
  }
  Remember(id, progress);
  if (reason == StopReason::kCancelled) {
    if (const Status status = deps_.objects->Delete(CancelKey(id)); !status.ok())
      Log(id, true, Message(status));
  }
  entry->fence->Release();
  const std::lock_guard lock(mutex_);
  active_.erase(id);
  Changed();
  return ended;
}

// How the task ends, written to the store. OK only for a completed job.
Status TaskManager::WriteEnd(const Entry& entry, const StatusOr<pipeline::JobResult>& result,
                             StopReason reason) {
  // The lease's new holder, or the next start, writes how it ends.
  if (reason == StopReason::kLeaseLost) return entry.fence->WhyLost();
  const std::string& id = entry.task.id;
  Status outcome = result.status();
  if (outcome.ok() && !result->completed) outcome = Internal(result->failure);
  std::string word = stores::kStatusCompleted;
  std::string error;
  if (!outcome.ok()) {
    if (reason == StopReason::kShutdown) return Cancelled("interrupted; it goes on at the next start");
    // The next request goes on. What failed for a reason of its own has failed.
    if (reason == StopReason::kTimeLimit && outcome.code() == StatusCode::kCancelled)
      return Cancelled("the request's time is over; the next one goes on");
    const bool cancelled = reason == StopReason::kCancelled;
    word = cancelled ? stores::kStatusCancelled : options_.failure_status;
    error = cancelled ? kCancelledOnRequest : Message(outcome).substr(0, kMaxErrorBytes);
    if (error.empty()) error = std::string(CodeWord(outcome));
    outcome = WithMessage(outcome, error);
  }
  if (const Status written = FinishWithRetry(id, word, error); !written.ok()) {
    return Annotate(written, "its end (\"" + word + "\") could not be stored");
  }
  return outcome;
}

Status TaskManager::FinishWithRetry(const std::string& id, const std::string& status,
                                    const std::string& error) {
  std::chrono::milliseconds pause{100};
  for (int i = 1;; ++i) {
    const Status written = deps_.tasks->Finish(id, status, error);
    if (written.ok() || !IsRetryable(written) || i == kFinishTries) return written;
    std::this_thread::sleep_for(pause);
    pause *= 2;
  }
}

void TaskManager::Heartbeat(const std::stop_token& stop) {
  SteadyClock::time_point last_recovery = SteadyClock::now();
  while (true) {
    std::vector<EntryPtr> entries;
    bool recovers = false;
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, stop, options_.heartbeat, [] { return false; });
      if (stop.stop_requested()) return;
      for (const auto& [id, entry] : active_) entries.push_back(entry);
      recovers = has_workers_;  // a process that only runs one task does not take up others
    }
    for (const EntryPtr& entry : entries) Tend(entry);
    if (recovers && SteadyClock::now() - last_recovery >= options_.recovery_interval) {
      Recover();
      last_recovery = SteadyClock::now();
    }
  }
}

void TaskManager::Tend(const EntryPtr& entry) {
  const std::string& id = entry->task.id;
  int percent = 0;
  {
    const std::lock_guard lock(mutex_);
    percent = static_cast<int>(std::clamp(entry->progress.percent, 0.0, 99.0));
  }
  const std::lock_guard io(entry->io_mutex);
  if (entry->is_concluded) return;
  if (const Status renewed = entry->fence->Tend(); entry->fence->is_lost()) {
    Log(id, true, "lease lost: " + Message(renewed));
    RequestStop(entry, StopReason::kLeaseLost);
    return;
  }
  const SteadyClock::time_point now = SteadyClock::now();
  if (deps_.objects->Head(CancelKey(id)).ok()) RequestStop(entry, StopReason::kCancelled);
  if (percent == entry->written_percent || now - entry->last_write < options_.progress_interval) return;
  entry->last_write = now;
  const Status written = deps_.tasks->SetProgress(id, percent);
  if (written.ok()) entry->written_percent = percent;
  if (!written.ok()) Log(id, true, "progress could not be stored: " + Message(written));
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
