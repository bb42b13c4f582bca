// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/earlier_run.h"

#include <algorithm>
#include <string>
#include <vector>

#include "alignment/phrase_cutter.h"
#include "pipeline/mixer.h"
#include "pipeline/output_keys.h"

namespace waveshift::pipeline {

StatusOr<EarlierRun> KeepOfEarlierRun(const OutputLayout& layout, const PreparedJob& job,
                                      const std::optional<JournalState>& state, const Journal& journal,
                                      stores::ObjectStore& store) {
  WS_RETURN_IF_ERROR(DeleteKeptLines(layout, store));
  EarlierRun earlier;
  earlier.spoke_every_line = std::all_of(job.lines.begin(), job.lines.end(), [&](const LineState& line) {
    return line.status != LineStatus::kToSpeak || journal.HasTake(line.take_key);
  });
  earlier.is_complete = state && state->fingerprint == job.fingerprint && state->complete &&
                        earlier.spoke_every_line && store.Head(layout.mp4_key).ok();
  if (earlier.is_complete) return earlier;
  for (const std::string& key : FinalKeys(layout)) WS_RETURN_IF_ERROR(store.Delete(key));
  return earlier;
}

size_t SegmentsThatMayStay(const PreparedJob& job, const Journal& journal) {
  const alignment::PlannerOptions planner;
  std::vector<alignment::Slot> slots;
  std::vector<bool> missing;
  for (const LineState& line : job.lines) {
    if (line.status != LineStatus::kToSpeak) continue;
    slots.push_back({line.slot_start, line.slot_end});
    missing.push_back(!journal.HasTake(line.take_key));
  }
  Samples certain = job.plan.length;
  const auto first = std::find(missing.begin(), missing.end(), true);
  if (first != missing.end()) {
    const size_t phrase = PhraseStarts(slots, planner)[static_cast<size_t>(first - missing.begin())];
    certain = slots[phrase].start - planner.max_early - Mixer::LookBack();
  }
  const auto& segments = job.plan.segments;
  const auto stays = [certain](const media::PlannedSegment& segment) { return segment.end <= certain; };
  return static_cast<size_t>(std::find_if_not(segments.begin(), segments.end(), stays) - segments.begin());
}

}  // namespace waveshift::pipeline
