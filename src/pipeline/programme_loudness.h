// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The loudness that a dubbed track is wanted at. A stream that plays while it is made cannot be measured
// first, so one gain for all of it comes from the original (docs/adr/0013-mix.md).
#ifndef WAVESHIFT_PIPELINE_PROGRAMME_LOUDNESS_H_
#define WAVESHIFT_PIPELINE_PROGRAMME_LOUDNESS_H_

#include <stop_token>

#include "audio/loudness.h"
#include "base/media_time.h"
#include "base/status.h"
#include "pipeline/sound_source.h"

namespace waveshift::pipeline {

// Measures the original: all of a programme of up to ten minutes, else sixty stretches of ten seconds, evenly
// spread. Errors: Cancelled, or that the sound cannot be read.
StatusOr<audio::LoudnessSummary> HearProgramme(const SoundSource& sound, Samples length,
                                               const std::stop_token& stop);

struct ProgrammeGain {
  double gain_db = 0;    // of everything in the dubbed track
  bool bounded = false;  // the target would take more
};

// Brings a programme as loud as `original` to `target_lufs`: at most 20 dB either way, and up only as far as
// its peaks need not be limited by more than 6 dB. Silence gets no gain. Pure.
ProgrammeGain GainForTarget(const audio::LoudnessSummary& original, double target_lufs);

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_PROGRAMME_LOUDNESS_H_
