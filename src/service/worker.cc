// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/worker.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/files.h"
#include "service/deadline.h"
#include "service/http_types.h"
#include "service/lease_fence.h"
#include "service/worker_voices.h"
#include "text/guess_language.h"
#include "text/language.h"

namespace waveshift::service {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr char kNotYet[] = "not all sentences are spoken yet; ask again for the same";

// What a sentence's error means for the request as a whole: true when asking again may help.
bool EndsRequest(const Status& status) {
  return IsRetryable(status) || status.code() == StatusCode::kCancelled ||
         status.code() == StatusCode::kFailedPrecondition;
}

std::string LanguageOf(const WorkerRequest& request) {
  if (!request.language.empty()) return request.language;
  std::string all;
  for (const WorkerSentence& sentence : request.sentences) all += sentence.text + "\n";
  const std::string guess = text::GuessLanguage(all);
  return guess.empty() ? "en" : guess;
}

// Where each sentence can begin: at its own time, or when the one before it, by time, is over.
void MoveStarts(const std::vector<WorkerSentence>& sentences, std::vector<SentenceResult>& results) {
  std::vector<size_t> order(sentences.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return sentences[a].start_ms < sentences[b].start_ms; });
  int64_t free_from = 0;
  for (const size_t i : order) {
    results[i].start_ms = std::max(free_from, sentences[i].start_ms.value_or(0));
    free_from = *results[i].start_ms + results[i].duration_ms;
  }
}

}  // namespace

Worker::Worker(WorkerOptions options, WorkerDeps deps)
    : options_(std::move(options)),
      deps_(std::move(deps)),
      lines_({.batch_size = std::max<size_t>(1, options_.batch_size)}, deps_.objects) {}

void Worker::Stop() {
  stop_.request_stop();
  lines_.Stop();
}

std::string Worker::AddressOf(const std::string& key) const {
  std::string base = options_.public_base_url;
  if (base.empty()) return key;
  while (base.ends_with('/')) base.pop_back();
  return base + "/" + EncodePath(key);
}

StatusOr<WorkerTaskState> Worker::StateOf(WorkerTask task) {
  WorkerTaskState state{.task = std::move(task)};
  const auto look = [&](const char* field, const std::string& place, std::string& key) -> Status {
    if (place.empty()) return OkStatus();
    const auto found = deps_.inputs->FindObject(field, place);
    if (found.ok()) key = *found;
    // What the product has not written yet, or may not be read any more, is not here.
    const StatusCode code = found.status().code();
    const bool is_answer = code == StatusCode::kNotFound || code == StatusCode::kInvalidArgument;
    return is_answer ? OkStatus() : found.status();
  };
  WS_RETURN_IF_ERROR(look("audio_url", state.task.audio_url, state.audio_key));
  WS_RETURN_IF_ERROR(look("video_url", state.task.video_url, state.video_key));
  return state;
}

template <typename Question>
auto Worker::AskInTime(const std::string& id, std::chrono::milliseconds patience, const Question& ask)
    -> decltype(ask(std::declval<WorkerTasks&>())) {
  const Deadline deadline(SteadyClock::now() + patience, stop_.get_token());
  const auto objects = deps_.objects->WithStop(deadline.token());
  WorkerTasks tasks(objects.get());
  auto answer = ask(tasks);
  const Status status = StatusOf(answer);
  if (status.ok()) return answer;
  return deadline.Explain(
      status, "task " + id + ": the object store gave no answer within " +
                  std::to_string(std::chrono::ceil<std::chrono::seconds>(patience).count()) + " s");
}

StatusOr<WorkerTaskState> Worker::Initialize(const std::string& id, const WorkerInit& init) {
  WS_ASSIGN_OR_RETURN(
      WorkerTask task, AskInTime(id, options_.register_patience, [&](WorkerTasks& tasks) {
        return tasks.Register(
            {.id = id, .user_id = init.user_id, .audio_url = init.audio_url, .video_url = init.video_url});
      }));
  return StateOf(std::move(task));
}

StatusOr<WorkerTaskState> Worker::Find(const std::string& id) {
  WS_ASSIGN_OR_RETURN(WorkerTask task,
                      AskInTime(id, options_.look_patience, [&](WorkerTasks& tasks) -> StatusOr<WorkerTask> {
                        WS_RETURN_IF_ERROR(tasks.CheckRegistered(id));
                        return tasks.Find(id);
                      }));
  return StateOf(std::move(task));
}

Status Worker::Forget(const std::string& id) {
  return AskInTime(id, options_.register_patience, [&](WorkerTasks& tasks) { return tasks.Forget(id); });
}

StatusOr<std::vector<SentenceResult>> Worker::Synthesize(const WorkerRequest& request) {
  const auto end = SteadyClock::now() + options_.patience;
  if (requests_.fetch_add(1) >= options_.most_requests) {
    requests_.fetch_sub(1);
    return ResourceExhausted("too many requests are being spoken; try again soon");
  }
  const std::shared_ptr<void> slot(nullptr, [this](void*) { requests_.fetch_sub(1); });
  if (stop_.stop_requested()) return FailedPrecondition("the server is shutting down");
  const Deadline deadline(end, stop_.get_token());
  auto results = Speak(request, end, deadline.token());
  if (results.ok()) return results;
  return deadline.Explain(results.status(), kNotYet);
}

StatusOr<Worker::Prefixes> Worker::PrefixesFor(const std::string& task_id, WorkerTasks& tasks) {
  if (task_id.empty()) return Prefixes{.sound = "tts-audio/", .notes = ".waveshift/tts-audio/"};
  WS_ASSIGN_OR_RETURN(const WorkerTask task, tasks.Find(task_id));
  return Prefixes{.sound = "users/" + task.user_id + "/" + task.id + "/tts-audio/",
                  .notes = WorkerTasks::LinesPrefix(task.id)};
}

StatusOr<std::vector<SentenceResult>> Worker::Speak(const WorkerRequest& request,
                                                    SteadyClock::time_point deadline,
                                                    const std::stop_token& stop) {
  const auto objects = deps_.objects->WithStop(stop);
  WorkerTasks tasks(objects.get());
  WS_ASSIGN_OR_RETURN(const Prefixes prefixes, PrefixesFor(request.task_id, tasks));
  if (request.sentences.empty()) return std::vector<SentenceResult>();
  const std::string language = LanguageOf(request);
  WS_ASSIGN_OR_RETURN(const Engine engine, deps_.engine(language));
  if (engine.synthesizer == nullptr) return FailedPrecondition("WAVESHIFT_ENGINE is none: nothing is spoken");
  WS_ASSIGN_OR_RETURN(ScratchDirectory scratch, ScratchDirectory::Make(options_.scratch_parent));
  const auto folder = std::make_shared<const ScratchDirectory>(std::move(scratch));
  const auto transcripts =
      deps_.tasks == nullptr ? nullptr : deps_.tasks->With({.stop = stop, .before_write = {}});
  WorkerVoices voices({.inputs = deps_.inputs,
                       .tasks = &tasks,
                       .transcripts = transcripts.get(),
                       .task_id = request.task_id,
                       .folder = folder},
                      engine, language);
  WS_ASSIGN_OR_RETURN(const std::vector<SentenceVoice> choices, voices.Choose(request.sentences, stop));
  Plan plan;
  LineOrder order;
  order.engine = engine.synthesizer;
  order.request.language = language;
  order.request.speed = request.speed;
  order.pitch = request.pitch;
  order.sound_prefix = prefixes.sound;
  order.notes_prefix = prefixes.notes;
  order.folder = folder;
  for (size_t i = 0; i < choices.size(); ++i) AddToPlan(request, i, choices[i], order, plan);
  WS_RETURN_IF_ERROR(Collect(lines_.Make(plan.orders, deadline), plan));
  if (request.move_starts) MoveStarts(request.sentences, plan.results);
  return std::move(plan.results);
}

void Worker::AddToPlan(const WorkerRequest& request, size_t index, const SentenceVoice& choice,
                       const LineOrder& like, Plan& plan) {
  const WorkerSentence& sentence = request.sentences[index];
  SentenceResult& result = plan.results.emplace_back();
  result.sequence = sentence.sequence;
  result.warnings = choice.warnings;
  if (!choice.status.ok()) {
    result.error = Message(choice.status);
    return;
  }
  if (!text::HasSayableWords(sentence.text)) {
    result.error = "text: has neither a letter nor a digit to say";
    return;
  }
  LineOrder order = like;
  order.request.text = sentence.text;
  order.request.voice = choice.voice;
  if (request.fit_slots) order.slot_ms = *sentence.end_ms - *sentence.start_ms;
  plan.orders.push_back(std::move(order));
  plan.places.push_back(index);
}

Status Worker::Collect(const std::vector<LineOutcome>& outcomes, Plan& plan) const {
  bool is_pending = false;
  for (size_t n = 0; n < outcomes.size(); ++n) {
    is_pending = is_pending || outcomes[n].is_pending;
    if (outcomes[n].is_pending) continue;
    const StatusOr<MadeLine>& line = outcomes[n].line;
    SentenceResult& result = plan.results[plan.places[n]];
    if (!line.ok() && EndsRequest(line.status())) return line.status();
    if (!line.ok()) {
      result.error = Message(line.status());
      continue;
    }
    result.audio = AddressOf(line->sound_key);
    result.duration_ms = line->duration_ms;
    result.speed = line->speed;
    result.engine = line->engine;
    result.voice = line->voice;
    result.warnings.insert(result.warnings.end(), line->warnings.begin(), line->warnings.end());
  }
  return is_pending ? DeadlineExceeded(kNotYet) : OkStatus();
}

}  // namespace waveshift::service
