// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// How much time a line has, and whether its speech can fit: arithmetic that comes before the plan.
#ifndef WAVESHIFT_PIPELINE_LINE_ROOM_H_
#define WAVESHIFT_PIPELINE_LINE_ROOM_H_

#include <cstddef>
#include <span>

#include "base/media_time.h"
#include "pipeline/line_state.h"

namespace waveshift::pipeline {

// The line's slot and the silence behind it that nobody needs: up to `min_gap` before the next slot that
// begins at or after its end, or to the programme's end. Of a line that the next one overlaps in the
// original: its slot alone. Pre: lines in order of slot_start.
Samples RoomOf(std::span<const LineState> lines, size_t index, Samples programme_length, Samples min_gap);

// How much faster than the take a line may become: max_speed counts from the voice's own rate, of which
// `take_speed` is used up already. At least 1.
double SpeedLeft(double max_speed, double take_speed);

// True when a take of this length does not fit `room` at the highest speed, nor nearly (2 % are too little to
// change words for).
bool IsHopeless(Samples natural_length, Samples room, double speed_left);

// The natural length to shorten to: what fits `room` at a speed that nobody notices (1.08, or speed_left when
// that is lower).
Samples ComfortableLength(Samples room, double speed_left);

// True when a take leaves more than half of its slot empty, and at least a second.
bool IsFarTooShort(Samples natural_length, Samples slot_length);

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_LINE_ROOM_H_
