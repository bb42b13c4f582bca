// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What a stretch of sound is worth as a recording of a voice, window by window.
#ifndef WAVESHIFT_VOICES_CLIP_MEASURE_H_
#define WAVESHIFT_VOICES_CLIP_MEASURE_H_

#include <cstddef>
#include <limits>
#include <stop_token>
#include <vector>

#include "base/media_time.h"
#include "base/status.h"
#include "voices/vad.h"

namespace waveshift::voices {

// A stretch of the original, 48 kHz stereo interleaved.
struct ClipSound {
  std::vector<float> speech;      // apart from the rest where that is known, else everything
  std::vector<float> background;  // all that is no speech, as long; empty when it is not known apart
};

// kSpeechWindow of a stretch.
struct ClipWindow {
  static constexpr float kNotKnown = std::numeric_limits<float>::quiet_NaN();
  float speech = 0;                 // probability that somebody speaks, 0 to 1
  float level_db = -90;             // of the speech, dBFS, mean of both channels
  float background_db = kNotKnown;  // of the background
  float pitch_hz = 0;               // 0: no voice is heard, or not known
  bool is_clipped = false;          // the sound as a whole touches full scale
};

// The whole windows of `sound`. Without `vad` (null) a window is speech when the line's level says so
// (speech_extent.h): 1 or 0. Holds a copy of the sound. Any thread; errors are those of the Vad.
StatusOr<std::vector<ClipWindow>> MeasureWindows(const ClipSound& sound, const Vad* vad,
                                                 const std::stop_token& stop);

}  // namespace waveshift::voices

#endif  // WAVESHIFT_VOICES_CLIP_MEASURE_H_
