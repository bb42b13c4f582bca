// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_APP_CLI_RECORDINGS_H_
#define WAVESHIFT_APP_CLI_RECORDINGS_H_

#include <memory>

#include "pipeline/job.h"
#include "voices/vad.h"

namespace waveshift::config {
struct Settings;
}

namespace waveshift::app {

// How recordings of voices are cut: AUDIO_CLIP_*.
pipeline::ClipOptions ClipOptionsFrom(const config::Settings& settings);

// Silero VAD of the model folder; loads nothing.
std::unique_ptr<voices::Vad> MakeVoiceActivity(const config::Settings& settings);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_CLI_RECORDINGS_H_
