// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Everything that must be known before the first line is spoken: the media, where segments are cut, which
// lines are to be spoken and by which voice, and the fingerprint under which the journal's content may be
// used again.
#ifndef WAVESHIFT_PIPELINE_PREPARE_H_
#define WAVESHIFT_PIPELINE_PREPARE_H_

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/status.h"
#include "media/audio_reader.h"
#include "media/media_info.h"
#include "media/video_plan.h"
#include "pipeline/clip_report.h"
#include "pipeline/job.h"
#include "pipeline/line_state.h"
#include "pipeline/listening.h"
#include "pipeline/programme_loudness.h"
#include "pipeline/sound_source.h"

namespace waveshift::pipeline {

struct PreparedJob {
  media::MediaInfo info;  // of the video file
  media::VideoPlan plan;
  std::optional<SoundSource> sound;
  std::vector<LineState> lines;  // in order of slot_start
  int64_t lines_to_speak = 0;
  std::string fingerprint;
  double speech_lufs = 0;  // of the original's speech, and of a line whose slot says nothing else
  // Of everything in the dubbed track, when a loudness is wanted for it.
  ProgrammeGain programme_gain;
  std::vector<Stem> stems;                  // what the job has of the original apart, for listening
  ClipReport clip_report;                   // of speakers whose voices are cloned
  std::unique_ptr<ScratchDirectory> clips;  // holds its recordings
};

// The media and the transcript, checked against each other. InvalidArgument names what is wrong.
StatusOr<PreparedJob> PrepareJob(const JobSpec& spec, const JobDeps& deps, const std::stop_token& stop);

// Listens to each speaker's original speech and fills in every line's voice, request and take key, the speech
// level and the fingerprint.
Status ChooseVoices(const JobSpec& spec, const JobDeps& deps, PreparedJob& job, const std::stop_token& stop);

// Names a take in the journal: a hash of everything that shapes its sound.
std::string TakeKey(const tts::Synthesizer& synthesizer, const tts::SpeakRequest& request);

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_PREPARE_H_
