// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_VOICES_CAST_VOICES_INTERNAL_H_
#define WAVESHIFT_VOICES_CAST_VOICES_INTERNAL_H_

#include <string>
#include <vector>

#include "tts/cast.h"

namespace waveshift::voices {

// For each wanted pitch (Hz) the name of a voice of `cast` that is high or low, all different while there are
// enough, with the least sum of distances: semitones between pitch and voice, plus the voice's reluctance.
// When there are too few, voices are given again; "" when there is none. Pure.
std::vector<std::string> NearestVoices(const std::vector<double>& wanted_hz, bool high,
                                       const std::vector<tts::CastVoice>& cast);

}  // namespace waveshift::voices

#endif  // WAVESHIFT_VOICES_CAST_VOICES_INTERNAL_H_
