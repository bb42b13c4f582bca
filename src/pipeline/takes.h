// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_PIPELINE_TAKES_H_
#define WAVESHIFT_PIPELINE_TAKES_H_

#include "base/status.h"
#include "pipeline/journal.h"
#include "pipeline/line_state.h"
#include "tts/synthesizer.h"

namespace waveshift::pipeline {

// Checks what an engine made and puts it into the journal under state.take_key. FailedPrecondition when the
// journal cannot be written; any other error is the line's own.
Status KeepTake(Journal& journal, const LineState& state, StatusOr<tts::SpokenLine> line);

// Errors that end the job, not just a line.
bool EndsJob(const Status& status);

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_TAKES_H_
