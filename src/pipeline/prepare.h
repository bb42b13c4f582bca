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

namespace waveshift::pipeline {

// Where the original sound is.
struct SoundSource {
  media::MediaInfo info;    // of its file; info.audio is set
  double zero_seconds = 0;  // of the file's own clock: the timeline's zero
  int channels() const { return info.audio->channels; }
  const std::string& language() const { return info.audio->language; }  // as tagged
  StatusOr<std::unique_ptr<media::AudioReader>> Open(Samples start) const {
    return media::AudioReader::Open(info, zero_seconds, start);
  }
};

struct PreparedJob {
  media::MediaInfo info;  // of the video file
  media::VideoPlan plan;
  std::optional<SoundSource> sound;
  std::vector<LineState> lines;  // in order of slot_start
  int64_t lines_to_speak = 0;
  std::string fingerprint;
  double speech_lufs = 0;                   // level to which every line is brought
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
