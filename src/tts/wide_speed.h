// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_TTS_WIDE_SPEED_H_
#define WAVESHIFT_TTS_WIDE_SPEED_H_

#include <stop_token>

#include "base/status.h"
#include "tts/synthesizer.h"

namespace waveshift::tts {

inline constexpr double kSlowestSpeed = 0.25;
inline constexpr double kFastestSpeed = 4;

// SpeakOne at any speed from kSlowestSpeed to kFastestSpeed: the engine speaks at the nearest speed that all
// of them reach well (half to double), and the rest is audio::Stretch, exact to the sample. InvalidArgument
// for a speed outside these bounds; else what SpeakOne gives.
StatusOr<SpokenLine> SpeakAtSpeed(Synthesizer& synthesizer, SpeakRequest request,
                                  const std::stop_token& stop);

}  // namespace waveshift::tts

#endif  // WAVESHIFT_TTS_WIDE_SPEED_H_
