// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// After publishing: listens to the finished tracks as a player would, and measures what really lies in them.
#ifndef WAVESHIFT_PIPELINE_VERIFY_H_
#define WAVESHIFT_PIPELINE_VERIFY_H_

#include <stop_token>
#include <vector>

#include "base/status.h"
#include "media/rendition.h"
#include "pipeline/journal.h"
#include "pipeline/line_state.h"
#include "pipeline/listening.h"
#include "pipeline/report.h"

namespace waveshift::pipeline {

struct TrackFigures {
  LoudnessFigures loudness;
  WaveformPeaks peaks;
};

// Decodes a rendition once, streamed. Fills in measured_start_ms and measured_duration_ms of every dubbed
// line in `lines` (none is looked for when it is null): its own sound is found in the track by correlation at
// its head and its tail; a line that cannot be recognised keeps its planned times and gets a warning. Memory:
// the track between the first and last line that sound at one moment. `recorder` hears the track too.
StatusOr<TrackFigures> MeasureTrack(const media::RenditionFiles& files, Samples length, Journal& journal,
                                    std::vector<LineState>* lines, StretchRecorder& recorder,
                                    const std::stop_token& stop);

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_VERIFY_H_
