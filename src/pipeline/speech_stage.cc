// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/speech_stage.h"

#include <utility>
#include <vector>

#include "pipeline/render.h"
#include "pipeline/takes.h"

namespace waveshift::pipeline {
namespace {

// Small enough that the first line is heard soon, large enough to keep an engine's workers busy.
constexpr size_t kBatchToSpeak = 4;
constexpr size_t kBatchLines = 16;
}  // namespace

SpeechStage::SpeechStage(PreparedJob& job, Journal& journal, tts::Synthesizer* synthesizer,
                         ProgressTracker& tracker, LineFitter* fitter, WindDown& wind_down)
    : job_(job),
      journal_(journal),
      synthesizer_(synthesizer),
      tracker_(tracker),
      fitter_(fitter),
      wind_down_(wind_down) {
  for (const LineState& state : job_.lines) {
    if (state.status == LineStatus::kToSpeak && journal_.HasTake(state.take_key))
      from_earlier_run_.insert(state.take_key);
  }
}

Status SpeechStage::Run(BoundedQueue<ReadyLine>& ready, const std::stop_token& stop) {
  size_t index = 0;
  while (index < job_.lines.size()) {
    const size_t end = BatchEnd(index);
    std::map<size_t, Status> failed;
    WS_RETURN_IF_ERROR(SpeakBatch(index, end, failed, stop));
    for (; index < end; ++index) {
      WS_ASSIGN_OR_RETURN(const ReadyLine line, Complete(index, failed, stop));
      if (!ready.Push(line, stop)) return Cancelled("stopped");
    }
  }
  ready.Close();
  return OkStatus();
}

// A line that is spoken again in fewer words is still the same line: winding down waits for both.
Status SpeechStage::SpeakBatch(size_t first, size_t end, std::map<size_t, Status>& failed,
                               const std::stop_token& stop) {
  const WindDown::Speaking speaking(wind_down_);
  if (stop.stop_requested()) return Cancelled("stopped");
  if (fitter_ != nullptr) WS_RETURN_IF_ERROR(fitter_->BeforeSpeaking(first, end, stop));
  WS_RETURN_IF_ERROR(SpeakMissing(first, end, failed, stop));
  return fitter_ != nullptr ? fitter_->AfterSpeaking(first, end, stop) : OkStatus();
}

size_t SpeechStage::BatchEnd(size_t first) const {
  size_t to_speak = 0;
  size_t end = first;
  while (end < job_.lines.size() && end - first < kBatchLines) {
    const LineState& state = job_.lines[end];
    const bool missing = state.status == LineStatus::kToSpeak && !journal_.HasTake(state.take_key);
    if (missing && ++to_speak > kBatchToSpeak) break;
    ++end;
  }
  return end;
}

Status SpeechStage::SpeakMissing(size_t first, size_t end, std::map<size_t, Status>& failed,
                                 const std::stop_token& stop) {
  std::vector<tts::SpeakRequest> requests;
  std::vector<size_t> indices;
  std::set<std::string> asked;
  for (size_t i = first; i < end; ++i) {
    const LineState& state = job_.lines[i];
    if (state.status != LineStatus::kToSpeak || journal_.HasTake(state.take_key)) continue;
    if (!asked.insert(state.take_key).second) continue;  // the same words by the same voice twice
    requests.push_back(state.request);
    indices.push_back(i);
  }
  if (requests.empty()) return OkStatus();
  const auto keep = [&](size_t n, StatusOr<tts::SpokenLine> line) {
    failed[indices[n]] = KeepTake(journal_, job_.lines[indices[n]], std::move(line));
    if (failed[indices[n]].ok()) tracker_.NewWork();
  };
  const Status status = synthesizer_->Synthesize(requests, keep, stop);
  if (EndsJob(status)) return status;
  for (const size_t i : indices) {
    if (!failed.contains(i)) failed[i] = status.ok() ? Internal("the engine gave no answer") : status;
  }
  return OkStatus();
}

StatusOr<Take> SpeechStage::TakeOf(LineState& state, const std::stop_token& stop) {
  if (journal_.HasTake(state.take_key)) {
    auto take = journal_.LoadTake(state.take_key);
    if (take.ok()) {
      state.reused = from_earlier_run_.contains(state.take_key);
      return take;
    }
  }
  // Damaged since: it is spoken once more.
  WS_RETURN_IF_ERROR(KeepTake(journal_, state, tts::SpeakOne(*synthesizer_, state.request, stop)));
  return journal_.LoadTake(state.take_key);
}

StatusOr<ReadyLine> SpeechStage::Complete(size_t index, const std::map<size_t, Status>& failed,
                                          const std::stop_token& stop) {
  LineState& state = job_.lines[index];
  if (state.status != LineStatus::kToSpeak) return ReadyLine{.index = index};
  const auto why = failed.find(index);
  StatusOr<Take> take =
      why != failed.end() && !why->second.ok() ? StatusOr<Take>(why->second) : TakeOf(state, stop);
  tracker_.LineDone();
  if (!take.ok()) {
    if (EndsJob(take.status())) return take.status();
    state.status = LineStatus::kFailed;
    state.error = Message(take.status());
    return ReadyLine{.index = index};
  }
  state.engine = take->engine;
  state.voice = take->voice;
  state.warnings = take->warnings;
  const Samples natural_length = NaturalLength(*take);
  return ReadyLine{index, natural_length, std::make_shared<const Take>(*std::move(take))};
}

}  // namespace waveshift::pipeline
