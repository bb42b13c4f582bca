// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Who speaks with which voice: listens to each speaker's original speech and finds a voice that is like it,
// or has a recording cut out of it for engines that clone (reference_clips.h).
#ifndef WAVESHIFT_PIPELINE_CASTING_H_
#define WAVESHIFT_PIPELINE_CASTING_H_

#include <map>
#include <stop_token>
#include <string>

#include "base/status.h"
#include "pipeline/job.h"
#include "pipeline/prepare.h"
#include "tts/synthesizer.h"

namespace waveshift::pipeline {

// A voice for each speaker who has a line to speak; what the job names comes first. Sets job.speech_lufs and
// fills in job.clip_report. Reads at most 30 s of each speaker, and what CutReferenceClips reads.
StatusOr<std::map<std::string, tts::VoiceSpec>> CastVoices(const JobSpec& spec, const JobDeps& deps,
                                                           PreparedJob& job, const std::stop_token& stop);

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_CASTING_H_
