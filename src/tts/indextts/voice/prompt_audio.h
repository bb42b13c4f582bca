// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The voice sample as the model hears it: mono, at the model's rate.
#ifndef WAVESHIFT_TTS_INDEXTTS_VOICE_PROMPT_AUDIO_H_
#define WAVESHIFT_TTS_INDEXTTS_VOICE_PROMPT_AUDIO_H_

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "tts/indextts/architecture.h"

namespace waveshift::tts::indextts {

// Resamples as torchaudio does by default, since that is what the model was trained on: a Hann-windowed sinc
// of six zero crossings a side, cut off at 0.99 of the lower Nyquist frequency. ceil(samples * to / from)
// samples come out. Rates are positive. Any thread.
std::vector<float> ResampleLikeReference(std::span<const float> samples, int64_t from_hz, int64_t to_hz);

// Bounds of a voice sample: the spectrogram must have the five frames that the speaker encoder's padding
// needs, and no more than the Conformer's table has positions for.
struct PromptLimits {
  double shortest_seconds = 0;
  double longest_seconds = 0;
};
PromptLimits PromptLimitsOf(const Architecture& architecture);

// The samples at mel.sample_rate_hz of a sound file (whatever libsndfile reads; channels are averaged) that
// lies in memory. `name` stands for it in messages. InvalidArgument: no sound file, too short, or samples
// that are not numbers. OutOfRange: too long.
StatusOr<std::vector<float>> DecodePrompt(std::string_view bytes, std::string_view name,
                                          const Architecture& architecture);

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_VOICE_PROMPT_AUDIO_H_
