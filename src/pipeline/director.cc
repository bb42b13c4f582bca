// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/director.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace waveshift::pipeline {
namespace {

constexpr Samples kChunk = kTimelineRateHz;   // one second
constexpr Samples kWorthMixing = kChunk / 2;  // shorter stretches wait for more

bool Speaks(const LineState& state) {
  return state.status == LineStatus::kToSpeak || state.status == LineStatus::kDubbed;
}

}  // namespace

void CueBook::Add(const LineState& line, const std::string& language) {
  const text::Cue whole{.start_ms = static_cast<int64_t>(std::llround(MsFromSamples(line.start))),
                        .end_ms = static_cast<int64_t>(std::llround(MsFromSamples(line.end()))),
                        .speaker = line.line.speaker,
                        .text = line.request.text};
  const auto cues = text::CuesOfLine(whole, language);
  const std::lock_guard lock(mutex_);
  for (const text::Cue& cue : cues) {
    const auto at =
        std::upper_bound(cues_.begin(), cues_.end(), cue,
                         [](const text::Cue& a, const text::Cue& b) { return a.start_ms < b.start_ms; });
    cues_.insert(at, cue);
  }
}

std::vector<text::Cue> CueBook::Cues() const {
  const std::lock_guard lock(mutex_);
  return cues_;
}

Director::Director(PreparedJob& job, Mixer* mixer, CueBook& cues, Options options)
    : job_(job), mixer_(mixer), cues_(cues), options_(std::move(options)) {
  planner_ = alignment::MakeGreedyPlanner(options_.planner, job_.plan.length);
  Samples until = 0;
  for (const LineState& state : job_.lines) {
    starts_.push_back(state.slot_start);
    spoken_until_.push_back(until);
    if (state.status == LineStatus::kToSpeak) until = std::max(until, state.slot_end);
  }
  next_kept_.assign(starts_.size() + 1, std::numeric_limits<Samples>::max());
  for (size_t i = starts_.size(); i-- > 0;) {
    next_kept_[i] = Speaks(job_.lines[i]) ? next_kept_[i + 1] : starts_[i];
  }
}

Status Director::PlaceAndMix(BoundedQueue<ReadyLine>& ready, const std::vector<ChunkQueue*>& queues,
                             const std::stop_token& stop) {
  for (size_t next = 0; next < job_.lines.size();) {
    const auto line = ready.Pop(stop);
    if (!line) return Cancelled("stopped");
    WS_RETURN_IF_ERROR(Place(*line));
    next = line->index + 1;
    WS_RETURN_IF_ERROR(MixUntil(SafeUntil(next), queues, stop));
  }
  return MixAll(queues, stop);
}

Status Director::PlaceAll(BoundedQueue<ReadyLine>& ready, const std::stop_token& stop) {
  for (size_t next = 0; next < job_.lines.size(); ++next) {
    const auto line = ready.Pop(stop);
    if (!line) return Cancelled("stopped");
    WS_RETURN_IF_ERROR(Place(*line));
  }
  return OkStatus();
}

Status Director::MixAll(const std::vector<ChunkQueue*>& queues, const std::stop_token& stop) {
  WS_RETURN_IF_ERROR(MixUntil(job_.plan.length, queues, stop));
  for (ChunkQueue* queue : queues) queue->Close();
  return OkStatus();
}

alignment::LineToPlace Director::Describe(size_t index, Samples natural_length) const {
  const LineState& state = job_.lines[index];
  alignment::LineToPlace line{.slot_start = state.slot_start,
                              .slot_end = state.slot_end,
                              .natural_length = natural_length,
                              .speaker = state.line.speaker,
                              .take_speed = state.request.voice.natural_rate * state.request.speed,
                              .next_onset = job_.plan.length};
  const auto at_or_after =
      std::lower_bound(starts_.begin() + static_cast<ptrdiff_t>(index) + 1, starts_.end(), state.slot_end);
  if (at_or_after != starts_.end()) line.next_onset = *at_or_after;
  line.next_kept = next_kept_[static_cast<size_t>(at_or_after - starts_.begin())];
  for (size_t j = index + 1; j < job_.lines.size() && starts_[j] < state.slot_end; ++j) {
    if (Speaks(job_.lines[j])) line.overlaps_next = true;
  }
  line.overlaps_previous = spoken_until_[index] > state.slot_start;
  return line;
}

Status Director::Place(const ReadyLine& ready) {
  LineState& state = job_.lines[ready.index];
  if (state.status == LineStatus::kToSpeak) {
    const alignment::LineToPlace line = Describe(ready.index, ready.natural_length);
    alignment::Placement placement = planner_->Place(line);
    state.warnings.insert(state.warnings.end(), placement.warnings.begin(), placement.warnings.end());
    if (placement.fits) {
      state.status = LineStatus::kDubbed;
      state.start = placement.start;
      state.length = placement.length;
      state.speed = line.take_speed * placement.speed;
      cues_.Add(state, options_.language);
      if (options_.on_placed) WS_RETURN_IF_ERROR(options_.on_placed(state));
    } else {
      state.status = LineStatus::kFailed;
      state.error =
          placement.warnings.empty() ? "does not fit before the end of the video" : placement.warnings.back();
    }
  }
  if (mixer_ != nullptr) mixer_->AddLine(state);
  return OkStatus();
}

Samples Director::SafeUntil(size_t next) const {
  if (next >= job_.lines.size()) return job_.plan.length;
  return std::max<Samples>(0, starts_[next] - options_.planner.max_early - Mixer::LookBack());
}

Status Director::MixUntil(Samples end, const std::vector<ChunkQueue*>& queues, const std::stop_token& stop) {
  if (mixer_ == nullptr) return OkStatus();
  const bool last = end >= job_.plan.length;
  while (mixer_->position() < end) {
    const Samples left = end - mixer_->position();
    if (!last && left < kWorthMixing) return OkStatus();
    WS_ASSIGN_OR_RETURN(MixChunk chunk, mixer_->Next(std::min(left, kChunk), stop));
    const auto shared = std::make_shared<const MixChunk>(std::move(chunk));
    for (ChunkQueue* queue : queues) {
      if (!queue->Push(shared, stop)) return Cancelled("stopped");
    }
  }
  return OkStatus();
}

}  // namespace waveshift::pipeline
