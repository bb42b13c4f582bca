// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/render.h"

#include <algorithm>
#include <cmath>

#include "audio/edges.h"
#include "audio/mix.h"
#include "audio/resample.h"
#include "audio/shelf.h"
#include "audio/stretch.h"
#include "pipeline/voice_match.h"

namespace waveshift::pipeline {
namespace {

// Takes begin and end with up to 10 ms of silence; a longer fade would soften first consonants.
constexpr double kEdgeFadeMs = 3.0;

}  // namespace

Samples NaturalLength(const Take& take) {
  return audio::ResampledLength(static_cast<int64_t>(take.audio.samples.size()), take.audio.sample_rate_hz,
                                kTimelineRateHz);
}

StatusOr<std::vector<float>> RenderLine(Journal& journal, const LineState& state) {
  WS_ASSIGN_OR_RETURN(const Take take, journal.LoadTake(state.take_key));
  WS_ASSIGN_OR_RETURN(audio::MonoBuffer sound, audio::Resample(take.audio, kTimelineRateHz));
  WS_ASSIGN_OR_RETURN(sound, audio::StretchTo(sound, state.length));
  audio::HighShelf(kVoiceShelfHz, state.tone_db, kTimelineRateHz).Process(sound.samples);
  audio::ApplyGain(sound.samples, static_cast<float>(state.gain));
  const auto fade = static_cast<size_t>(std::min<Samples>(SamplesFromMs(kEdgeFadeMs), state.length / 2));
  audio::ApplyFades(sound.samples, fade, fade);
  return std::move(sound.samples);
}

}  // namespace waveshift::pipeline
