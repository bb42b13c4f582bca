// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// First stage: speaks the lines in order, a small batch at a time, or takes them from the journal.
#ifndef WAVESHIFT_PIPELINE_SPEECH_STAGE_H_
#define WAVESHIFT_PIPELINE_SPEECH_STAGE_H_

#include <map>
#include <memory>
#include <set>
#include <stop_token>
#include <string>

#include "base/bounded_queue.h"
#include "base/status.h"
#include "pipeline/journal.h"
#include "pipeline/line_fitter.h"
#include "pipeline/line_state.h"
#include "pipeline/prepare.h"
#include "pipeline/progress.h"
#include "pipeline/wind_down.h"

namespace waveshift::pipeline {

// A line that is ready to be placed. Everything else about it stands in its LineState, which belongs to the
// next stage from now on.
struct ReadyLine {
  size_t index = 0;
  Samples natural_length = 0;        // 0 for lines that are not spoken
  std::shared_ptr<const Take> take;  // null for these
};

class SpeechStage {
 public:
  // The journal has been indexed. All references outlive the stage. `fitter` may be null: then every line is
  // spoken in the transcript's words.
  SpeechStage(PreparedJob& job, Journal& journal, tts::Synthesizer* synthesizer, ProgressTracker& tracker,
              LineFitter* fitter, WindDown& wind_down);

  // Pushes every line in order, spoken or not; a line that fails gets status kFailed and its reason. Closes
  // `ready` at the end.
  Status Run(BoundedQueue<ReadyLine>& ready, const std::stop_token& stop);

 private:
  // Sees to it that the lines of [first, end) have takes, as far as they can.
  Status SpeakBatch(size_t first, size_t end, std::map<size_t, Status>& failed, const std::stop_token& stop);
  // The end of the batch that begins at `first`.
  size_t BatchEnd(size_t first) const;
  // Speaks the lines of [first, end) that the journal does not have, and puts each take into it as soon as it
  // is there. `failed`: why a line has none.
  Status SpeakMissing(size_t first, size_t end, std::map<size_t, Status>& failed,
                      const std::stop_token& stop);
  StatusOr<Take> TakeOf(LineState& state, const std::stop_token& stop);
  StatusOr<ReadyLine> Complete(size_t index, const std::map<size_t, Status>& failed,
                               const std::stop_token& stop);

  PreparedJob& job_;
  Journal& journal_;
  tts::Synthesizer* synthesizer_;
  ProgressTracker& tracker_;
  LineFitter* fitter_;
  WindDown& wind_down_;
  std::set<std::string> from_earlier_run_;
};

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_SPEECH_STAGE_H_
