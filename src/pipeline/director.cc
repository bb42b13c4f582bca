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

}  // namespace

Director::Director(PreparedJob& job, Mixer* mixer, CueBook& cues, Options options)
    : job_(job),
      mixer_(mixer),
      cues_(cues),
      options_(std::move(options)),
      listener_(job.sound, options_.speech),
      match_(options_.match) {
  planner_ = alignment::MakePlanner(options_.planner, job_.plan.length);
  Samples kept_until = 0;
  Samples slots_until = 0;
  for (const LineState& state : job_.lines) {
    starts_.push_back(state.slot_start);
    kept_until_.push_back(kept_until);
    slots_until_.push_back(slots_until);
    slots_until = std::max(slots_until, state.slot_end);
    spoken_.push_back(state.status == LineStatus::kToSpeak);
    if (!spoken_.back()) kept_until = std::max(kept_until, state.slot_end);
  }
  next_kept_.assign(starts_.size() + 1, alignment::kNever);
  next_spoken_ = next_kept_;
  for (size_t i = starts_.size(); i-- > 0;) {
    next_kept_[i] = spoken_[i] ? next_kept_[i + 1] : starts_[i];
    next_spoken_[i] = spoken_[i] ? starts_[i] : next_spoken_[i + 1];
  }
}

Status Director::PlaceAndMix(BoundedQueue<ReadyLine>& ready, const std::vector<ChunkQueue*>& queues,
                             const std::stop_token& stop) {
  WS_RETURN_IF_ERROR(TakeLines(ready, &queues, stop));
  return MixAll(queues, stop);
}

Status Director::PlaceAll(BoundedQueue<ReadyLine>& ready, const std::stop_token& stop) {
  return TakeLines(ready, nullptr, stop);
}

Status Director::TakeLines(BoundedQueue<ReadyLine>& ready, const std::vector<ChunkQueue*>* queues,
                           const std::stop_token& stop) {
  for (size_t next = 0; next < job_.lines.size();) {
    const auto line = ready.Pop(stop);
    if (!line) return Cancelled("stopped");
    WS_RETURN_IF_ERROR(Take(*line, stop));
    next = line->index + 1;
    if (queues == nullptr) continue;
    WS_RETURN_IF_ERROR(MixUntil(SafeUntil(waiting_.empty() ? next : waiting_.front()), *queues, stop));
  }
  return Settle(planner_->Finish());
}

Status Director::MixAll(const std::vector<ChunkQueue*>& queues, const std::stop_token& stop) {
  WS_RETURN_IF_ERROR(MixUntil(job_.plan.length, queues, stop));
  for (ChunkQueue* queue : queues) queue->Close();
  return OkStatus();
}

size_t Director::NextSlot(size_t index) const {
  const auto from = starts_.begin() + static_cast<ptrdiff_t>(index) + 1;
  return static_cast<size_t>(std::lower_bound(from, starts_.end(), job_.lines[index].slot_end) -
                             starts_.begin());
}

Samples Director::UnaccountedUntil(size_t index) const {
  const Samples slot_end = job_.lines[index].slot_end;
  const size_t next = NextSlot(index);
  bool spoken_over = slots_until_[index] > slot_end;
  for (size_t j = index + 1; j < next; ++j) spoken_over = spoken_over || job_.lines[j].slot_end > slot_end;
  if (spoken_over) return slot_end;
  return next < starts_.size() ? starts_[next] : job_.plan.length;
}

alignment::LineToPlace Director::Describe(size_t index, Samples natural_length) const {
  const LineState& state = job_.lines[index];
  return {.slot_start = state.slot_start,
          .slot_end = state.slot_end,
          .natural_length = natural_length,
          .speaker = state.line.speaker,
          .take_speed = state.request.voice.natural_rate * state.request.speed,
          .next_start = next_spoken_[index + 1],
          .spoken_length = state.spoken_length,
          .quiet_until = state.quiet_until,
          .kept_until = kept_until_[index],
          .next_kept = next_kept_[NextSlot(index)]};
}

Status Director::Take(const ReadyLine& ready, const std::stop_token& stop) {
  waiting_.push_back(ready.index);
  if (!spoken_[ready.index]) return Settle({});
  LineState& state = job_.lines[ready.index];
  // A line that failed has no sound; the planner hears of it all the same, so that phrases end where the
  // transcript says.
  if (state.status == LineStatus::kFailed) return Settle(planner_->Add(Describe(ready.index, 0)));
  WS_ASSIGN_OR_RETURN(const SlotSound slot, listener_.Measure(state, UnaccountedUntil(ready.index), stop));
  match_.Match(slot, *ready.take, state);
  return Settle(planner_->Add(Describe(ready.index, ready.natural_length)));
}

Status Director::Settle(std::vector<alignment::Placement> placements) {
  auto placement = placements.begin();
  while (!waiting_.empty() && (!spoken_[waiting_.front()] || placement != placements.end())) {
    LineState& state = job_.lines[waiting_.front()];
    if (spoken_[waiting_.front()]) WS_RETURN_IF_ERROR(Apply(state, *placement++));
    waiting_.pop_front();
    if (mixer_ != nullptr) mixer_->AddLine(state);
  }
  return OkStatus();
}

Status Director::Apply(LineState& state, const alignment::Placement& placement) {
  if (state.status != LineStatus::kToSpeak) return OkStatus();
  state.warnings.insert(state.warnings.end(), placement.warnings.begin(), placement.warnings.end());
  if (!placement.fits) {
    state.status = LineStatus::kFailed;
    state.error =
        placement.warnings.empty() ? "does not fit before the end of the video" : placement.warnings.back();
    return OkStatus();
  }
  state.status = LineStatus::kDubbed;
  state.start = placement.start;
  state.length = placement.length;
  state.speed = state.request.voice.natural_rate * state.request.speed * placement.speed;
  cues_.Add(state);
  return options_.on_placed ? options_.on_placed(state) : OkStatus();
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
