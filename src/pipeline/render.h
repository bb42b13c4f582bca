// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// From a take in the journal to the sound that lies on the timeline. The same function serves the mix, the
// kept WAV files and the measurement of the finished track, so all three mean the same samples.
#ifndef WAVESHIFT_PIPELINE_RENDER_H_
#define WAVESHIFT_PIPELINE_RENDER_H_

#include <vector>

#include "base/status.h"
#include "pipeline/journal.h"
#include "pipeline/line_state.h"

namespace waveshift::pipeline {

// Length of a take on the timeline at its natural rate.
Samples NaturalLength(const Take& take);

// A dubbed line's sound: 48 kHz mono, exactly state.length samples, stretched, with its tone and at its level
// in the mix (before the programme's gain and the limiter), faded at both ends alike.
StatusOr<std::vector<float>> RenderLine(Journal& journal, const LineState& state);

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_RENDER_H_
