// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Where the original really speaks: how far a line's speech reaches into its slot, and how long it stays
// silent behind it. Everything is measured against the line's own level, so that a background that is quieter
// than the speech does not count as speech.
#ifndef WAVESHIFT_VOICES_SPEECH_EXTENT_H_
#define WAVESHIFT_VOICES_SPEECH_EXTENT_H_

#include <cstddef>
#include <span>
#include <vector>

#include "base/media_time.h"

namespace waveshift::voices {

inline constexpr Samples kLevelFrame = SamplesFromMs(int64_t{10});

// Appends the level (dBFS, mean of both channels) of each whole kLevelFrame of stereo at 48 kHz
// (interleaved); at most kLowestLevelDb down. Samples that are no finite numbers count as 0.
inline constexpr float kLowestLevelDb = -90;
void AppendLevels(std::span<const float> interleaved, std::vector<float>& levels);

struct SpeechExtent {
  bool known = false;        // false: too quiet, too short or too steady to tell speech from anything else
  size_t spoken_frames = 0;  // of the slot, from its start to where its last speech ends
  // Frames from the slot's end to where other sound as loud as the line's speech begins; the number of
  // `after` when there is none. Speech that goes on over the slot's end for at most half a second is the
  // line's own.
  size_t quiet_frames = 0;
};

// `slot`: levels of the line's slot; `after`: what follows it, up to where the next slot begins or as far as
// is wanted. Pure.
SpeechExtent MeasureExtent(std::span<const float> slot, std::span<const float> after);

}  // namespace waveshift::voices

#endif  // WAVESHIFT_VOICES_SPEECH_EXTENT_H_
