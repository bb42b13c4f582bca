// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Second stage: places the lines on the timeline as they become ready, a phrase at a time
// (alignment/planner.h), and mixes as far as the placed lines allow.
#ifndef WAVESHIFT_PIPELINE_DIRECTOR_H_
#define WAVESHIFT_PIPELINE_DIRECTOR_H_

#include <deque>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "alignment/planner.h"
#include "base/bounded_queue.h"
#include "base/status.h"
#include "pipeline/cue_book.h"
#include "pipeline/mixer.h"
#include "pipeline/prepare.h"
#include "pipeline/slot_listener.h"
#include "pipeline/speech_stage.h"
#include "pipeline/voice_match.h"

namespace waveshift::pipeline {

using ChunkQueue = BoundedQueue<std::shared_ptr<const MixChunk>>;

class Director {
 public:
  struct Options {
    alignment::PlannerOptions planner;
    VoiceMatch::Options match;
    SlotListener::SpeechSource speech;                  // may be empty
    std::function<Status(const LineState&)> on_placed;  // for each dubbed line; may be empty
  };
  // All references outlive the director. `mixer` may be null: lines are placed and nothing is mixed.
  Director(PreparedJob& job, Mixer* mixer, CueBook& cues, Options options);

  // Places every line and mixes as far as the placed lines allow, to the programme's end. Every chunk goes to
  // all `queues`, which are closed at the end.
  Status PlaceAndMix(BoundedQueue<ReadyLine>& ready, const std::vector<ChunkQueue*>& queues,
                     const std::stop_token& stop);

  // The same in two steps, when all times must be known before the first picture is encoded.
  Status PlaceAll(BoundedQueue<ReadyLine>& ready, const std::stop_token& stop);
  Status MixAll(const std::vector<ChunkQueue*>& queues, const std::stop_token& stop);

 private:
  // Takes lines from `ready` until all have been placed; mixes behind them with `queues`.
  Status TakeLines(BoundedQueue<ReadyLine>& ready, const std::vector<ChunkQueue*>* queues,
                   const std::stop_token& stop);
  Status Take(const ReadyLine& ready, const std::stop_token& stop);
  // Hands the lines whose place is final to the mixer, in order, as far as no line before them waits.
  Status Settle(std::vector<alignment::Placement> placements);
  Status Apply(LineState& state, const alignment::Placement& placement);
  // The first slot, of whatever kind, that starts at or after the line's end; starts_.size() for none.
  size_t NextSlot(size_t index) const;
  // Up to where the sound behind a line's slot is in no slot.
  Samples UnaccountedUntil(size_t index) const;
  alignment::LineToPlace Describe(size_t index, Samples natural_length) const;
  // Up to where the mix may go when the lines from `next` on are not placed yet.
  Samples SafeUntil(size_t next) const;
  Status MixUntil(Samples end, const std::vector<ChunkQueue*>& queues, const std::stop_token& stop);

  PreparedJob& job_;
  Mixer* mixer_;
  CueBook& cues_;
  Options options_;
  std::unique_ptr<alignment::Planner> planner_;
  SlotListener listener_;
  VoiceMatch match_;
  std::vector<Samples> starts_;       // of all lines' slots, in order
  std::vector<Samples> next_kept_;    // start of the first kept slot at or after each line
  std::vector<Samples> kept_until_;   // latest end of the kept slots before each line
  std::vector<Samples> slots_until_;  // latest end of all slots before each line
  std::vector<Samples> next_spoken_;  // start of the first slot to be spoken behind each line
  std::vector<bool> spoken_;          // goes to the planner
  std::deque<size_t> waiting_;        // lines that are ready and not yet handed on
};

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_DIRECTOR_H_
