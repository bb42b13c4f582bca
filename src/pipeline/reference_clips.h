// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Cuts the recordings that voices are cloned from. For each speaker the first of these that gives one: clips
// that somebody cut before the job; the speaker's longest stretches alone; the rest of them; what little is
// clean in all of them; another speaker of like pitch. What gave nothing, and why, is kept for the report.
#ifndef WAVESHIFT_PIPELINE_REFERENCE_CLIPS_H_
#define WAVESHIFT_PIPELINE_REFERENCE_CLIPS_H_

#include <functional>
#include <map>
#include <set>
#include <stop_token>
#include <string>

#include "base/status.h"
#include "pipeline/clip_report.h"
#include "pipeline/clip_track.h"
#include "pipeline/job.h"
#include "pipeline/prepare.h"
#include "stores/object_store.h"
#include "voices/speaker_profile.h"
#include "voices/vad.h"

namespace waveshift::pipeline {

struct ClipRequest {
  ClipOptions options;
  ClipTrack* track = nullptr;                   // null: there is no sound
  const voices::Vad* voice_activity = nullptr;  // null or not ready: levels tell speech
  ClipReader read_clip;                         // of audio_key; null: those are not read
  std::string scratch_parent;
  std::set<std::string> speakers;                                           // who wants a recording
  const std::map<std::string, voices::SpeakerProfile>* profiles = nullptr;  // for "of like pitch"
};

// Fills in job.clip_report, and job.clips with its files. Reads the job's lines and length alone. Of each
// speaker at most 45 s of sound are listened to, and 105 s more when those do not do; with
// options.per_line every line of theirs that is long enough. Memory: what is listened to of one speaker, 4
// bytes a sample (29 MB at most). Errors: Cancelled, or that the sound cannot be read or the files not
// written.
Status CutReferenceClips(const ClipRequest& request, PreparedJob& job, const std::stop_token& stop);

// The recordings among the outputs, under ReferenceClip::kept_as.
Status KeepReferenceClips(const ClipReport& report, const OutputLayout& layout, stores::ObjectStore& store);

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_REFERENCE_CLIPS_H_
