// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/recordings.h"

#include <cstdint>

#include "config/settings.h"
#include "voices/silero_vad.h"

namespace waveshift::app {

pipeline::ClipOptions ClipOptionsFrom(const config::Settings& settings) {
  const config::SourceAudioSettings& source = settings.source_audio;
  return {.goal = SamplesFromMs(int64_t{source.clip_goal_ms}),
          .min = SamplesFromMs(int64_t{source.clip_min_ms}),
          .padding = SamplesFromMs(int64_t{source.clip_padding_ms}),
          .may_cross_non_speech = source.clip_may_cross_non_speech,
          .per_line = source.clip_per_line};
}

std::unique_ptr<voices::Vad> MakeVoiceActivity(const config::Settings& settings) {
  return voices::MakeSileroVad(settings.model_dir + "/silero/silero_vad.onnx");
}

}  // namespace waveshift::app
