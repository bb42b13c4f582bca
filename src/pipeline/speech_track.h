// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The speech of the original sound, apart from all else, for any stretch of the timeline. Nothing is kept in
// files: what a stretch gives depends on the sound, the separator and the stretch's place alone, so that a
// job that goes on later, or a second look, gets the same samples.
#ifndef WAVESHIFT_PIPELINE_SPEECH_TRACK_H_
#define WAVESHIFT_PIPELINE_SPEECH_TRACK_H_

#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

#include "audio/buffer.h"
#include "base/media_time.h"
#include "base/status.h"
#include "media/audio_reader.h"
#include "separation/separator.h"

namespace waveshift::pipeline {

// Opens the original sound at a sample of the timeline (SoundSource::Open).
using SoundOpener = std::function<StatusOr<std::unique_ptr<media::AudioReader>>(Samples start)>;

// The speech of the whole programme, read stretch by stretch. The timeline is cut into sections of kSection;
// each is separated by itself, from kWarmUp before it on, and flows into the next within kSeam. Memory: a few
// seconds of sound. One thread at a time.
class SpeechTrack {
 public:
  static constexpr Samples kSection = Samples{30} * kTimelineRateHz;
  static constexpr Samples kWarmUp = Samples{3} * kTimelineRateHz;
  static constexpr Samples kSeam = kTimelineRateHz / 4;
  // What is heard behind a stretch before it counts as finished: separators look ahead.
  static constexpr Samples kRunOut = kTimelineRateHz / 2;

  SpeechTrack(SoundOpener open, std::shared_ptr<const separation::Separator> separator);
  ~SpeechTrack();

  // Appends the speech of [start, start + frames), 48 kHz stereo interleaved, each sample at its own place.
  // Reading on from where the last call ended costs least; elsewhere the section is separated from its
  // beginning. Pre: start >= 0. Errors are those of the sound and of the separator, Cancelled; the track may
  // be read again afterwards.
  Status Read(Samples start, Samples frames, std::vector<float>& interleaved, const std::stop_token& stop);

 private:
  class Section;
  Status ReadInside(Samples start, Samples frames, std::vector<float>& interleaved,
                    const std::stop_token& stop);
  StatusOr<Section*> Reach(int64_t index, Samples start, const std::stop_token& stop);

  const SoundOpener open_;
  const std::shared_ptr<const separation::Separator> separator_;
  std::unique_ptr<Section> before_;  // the section before current_, as long as their seam is read
  std::unique_ptr<Section> current_;
};

// The speech of one stretch by itself, heard from SpeechTrack::kWarmUp before it on: for short looks here and
// there, where whole sections would cost more. It differs a little (-30 dB) from what a SpeechTrack gives.
// Holds the stretch in memory. Any thread; errors as Read.
StatusOr<audio::StereoBuffer> SeparateStretch(const SoundOpener& open, const separation::Separator& separator,
                                              Samples start, Samples frames, const std::stop_token& stop);

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_SPEECH_TRACK_H_
