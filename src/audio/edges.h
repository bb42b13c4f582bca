// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Heads and tails of a take. Any thread.
#ifndef WAVESHIFT_AUDIO_EDGES_H_
#define WAVESHIFT_AUDIO_EDGES_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "audio/buffer.h"

namespace waveshift::audio {

struct TrimOptions {
  double keep_ms = 10;         // of what lies before the first and behind the last sound
  double relative_db = -50;    // quieter than this against the peak ...
  double absolute_dbfs = -70;  // ... or than this at all is silence
};

struct SoundRange {
  int64_t begin = 0;  // first sample that is louder than silence
  int64_t end = 0;    // one behind the last; begin == end when all is silence
};

// Where sound lies in `samples`, by TrimOptions' thresholds (keep_ms is not applied).
SoundRange FindSound(std::span<const float> samples, const TrimOptions& options = {});

struct Trimmed {
  int64_t head = 0;  // samples taken away at the start
  int64_t tail = 0;
};

// Takes the silence at both ends away. A buffer that is silent throughout ends up empty (head = its length).
Trimmed TrimSilence(MonoBuffer& buffer, const TrimOptions& options = {});

// Raised-cosine fades over the first `fade_in` and the last `fade_out` samples (each at most the whole).
void ApplyFades(std::span<float> samples, size_t fade_in, size_t fade_out);

}  // namespace waveshift::audio

#endif  // WAVESHIFT_AUDIO_EDGES_H_
