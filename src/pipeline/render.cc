// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/render.h"

#include <algorithm>
#include <cmath>

#include "audio/edges.h"
#include "audio/loudness.h"
#include "audio/resample.h"
#include "audio/stretch.h"

namespace waveshift::pipeline {
namespace {

// One voice in both channels of a stereo mix is 3.01 LU louder than alone.
constexpr double kDualMonoLu = 3.0103;
constexpr double kHighestGainDb = 30.0;
constexpr double kEdgeFadeMs = 3.0;

}  // namespace

Samples NaturalLength(const Take& take) {
  return std::llround(static_cast<double>(take.audio.samples.size()) * kTimelineRateHz / take.audio.sample_rate_hz);
}

double GainFor(const Take& take, double speech_lufs) {
  const double lufs = audio::IntegratedLoudness(take.audio) + kDualMonoLu;
  if (!std::isfinite(lufs) || lufs < -70) return 1.0;
  return std::pow(10.0, std::min(speech_lufs - lufs, kHighestGainDb) / 20.0);
}

StatusOr<std::vector<float>> RenderLine(Journal& journal, const LineState& state) {
  WS_ASSIGN_OR_RETURN(const Take take, journal.LoadTake(state.take_key));
  WS_ASSIGN_OR_RETURN(audio::MonoBuffer sound, audio::Resample(take.audio, kTimelineRateHz));
  const double tempo = static_cast<double>(sound.samples.size()) / static_cast<double>(state.length);
  WS_ASSIGN_OR_RETURN(sound, audio::Stretch(sound, tempo));
  sound.samples.resize(static_cast<size_t>(state.length));  // rounding may leave one sample too many or too few
  for (float& sample : sound.samples) sample *= static_cast<float>(state.gain);
  const auto fade = static_cast<size_t>(std::min<Samples>(SamplesFromMs(kEdgeFadeMs), state.length / 2));
  audio::ApplyFades(sound.samples, fade, fade);
  return std::move(sound.samples);
}

}  // namespace waveshift::pipeline
