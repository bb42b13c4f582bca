// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_PIPELINE_SOUND_SOURCE_H_
#define WAVESHIFT_PIPELINE_SOUND_SOURCE_H_

#include <memory>
#include <string>

#include "base/status.h"
#include "media/audio_reader.h"
#include "media/media_info.h"

namespace waveshift::pipeline {

// Where the original sound is. A plain value; any thread may open it.
struct SoundSource {
  media::MediaInfo info;    // of its file; info.audio is set
  double zero_seconds = 0;  // of the file's own clock: the timeline's zero
  int channels() const { return info.audio->channels; }
  const std::string& language() const { return info.audio->language; }  // as tagged
  StatusOr<std::unique_ptr<media::AudioReader>> Open(Samples start) const {
    return media::AudioReader::Open(info, zero_seconds, start);
  }
};

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_SOUND_SOURCE_H_
