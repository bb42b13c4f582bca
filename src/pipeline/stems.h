// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_PIPELINE_STEMS_H_
#define WAVESHIFT_PIPELINE_STEMS_H_

#include <memory>
#include <vector>

#include "pipeline/listening.h"
#include "pipeline/speech_track.h"

namespace waveshift::pipeline {

// "speech" and "background" of the original for a listener, separated when they are asked for; the two add up
// to the original. One thread at a time. Errors are those of the sound and of the separator, Cancelled.
std::vector<Stem> StemsOf(SoundOpener open, std::shared_ptr<const separation::Separator> separator);

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_STEMS_H_
