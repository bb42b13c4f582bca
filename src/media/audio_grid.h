// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Inside this room only: which AAC frames belong to which segment. Frame n holds the samples from n * 1024
// on; frame -1 is the encoder's priming.
#ifndef WAVESHIFT_MEDIA_AUDIO_GRID_H_
#define WAVESHIFT_MEDIA_AUDIO_GRID_H_

#include <cstdint>
#include <vector>

#include "base/media_time.h"

namespace waveshift::media {

// First frame of every segment, and behind them the end (the number of the first frame that is not written).
// A segment begins with the frame whose start lies nearest to the segment's start; each has at least one
// frame.
std::vector<int64_t> AudioSegmentFrames(const std::vector<Samples>& starts, Samples length);

}  // namespace waveshift::media

#endif  // WAVESHIFT_MEDIA_AUDIO_GRID_H_
