// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The sound that recordings of voices are cut from.
#ifndef WAVESHIFT_PIPELINE_CLIP_TRACK_H_
#define WAVESHIFT_PIPELINE_CLIP_TRACK_H_

#include <memory>
#include <stop_token>
#include <string_view>

#include "base/media_time.h"
#include "base/status.h"
#include "pipeline/prepare.h"
#include "separation/separator.h"
#include "voices/clip_measure.h"

namespace waveshift::pipeline {

// One thread at a time.
class ClipTrack {
 public:
  virtual ~ClipTrack() = default;
  virtual std::string_view name() const = 0;  // for reports
  // [start, start + length) of the timeline; silence where the sound has ended. The same stretch gives the
  // same samples. Pre: start >= 0. Errors: Cancelled, or that the sound cannot be read.
  virtual StatusOr<voices::ClipSound> Read(Samples start, Samples length, const std::stop_token& stop) = 0;
};

// The original sound as it is ("original"). Stretches that follow each other closely are read on, others are
// sought. `sound` outlives the track.
std::unique_ptr<ClipTrack> MakeOriginalTrack(const SoundSource& sound);

// The speech of the original by itself, the rest as background; its name is the separator's. Each stretch is
// separated alone (SeparateStretch), with 3.5 s around it. Once the separator fails it is the original as it
// is, also by name. `sound` outlives the track.
std::unique_ptr<ClipTrack> MakeSeparatedTrack(const SoundSource& sound,
                                              std::shared_ptr<const separation::Separator> separator);

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_CLIP_TRACK_H_
