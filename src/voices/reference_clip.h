// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Cut pieces of the original as one recording for engines that clone voices.
#ifndef WAVESHIFT_VOICES_REFERENCE_CLIP_H_
#define WAVESHIFT_VOICES_REFERENCE_CLIP_H_

#include <span>
#include <vector>

#include "audio/buffer.h"
#include "base/media_time.h"

namespace waveshift::voices {

// Appends a piece to a clip, both 48 kHz mono. Its ends are moved inwards, by 5 ms at most, to where the
// sound is next to zero, and faded over 10 ms, so that a seam makes no click. What is no finite number counts
// as 0.
void AppendToClip(std::span<const float> piece, audio::MonoBuffer& clip);

// A clip that is shorter than `least` is said again, after `pause` of silence each time, until it is as long:
// encoders of voices want some seconds, and what they find in a repetition is the same voice. Empty clips
// stay empty. Pre: least and pause are not negative.
void RepeatUntil(Samples least, Samples pause, audio::MonoBuffer& clip);

}  // namespace waveshift::voices

#endif  // WAVESHIFT_VOICES_REFERENCE_CLIP_H_
