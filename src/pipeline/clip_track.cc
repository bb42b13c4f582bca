// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/clip_track.h"

#include <vector>

#include "media/audio_reader.h"

namespace waveshift::pipeline {
namespace {

// Reading on is cheaper than seeking when the next stretch is as near as this.
constexpr Samples kReadOn = Samples{10} * kTimelineRateHz;

class OriginalTrack : public ClipTrack {
 public:
  explicit OriginalTrack(const SoundSource& sound) : sound_(sound) {}

  std::string_view name() const override { return "original"; }

  StatusOr<voices::ClipSound> Read(Samples start, Samples length, const std::stop_token& stop) override {
    if (reader_ == nullptr || start < position_ || start - position_ > kReadOn) {
      reader_ = nullptr;
      WS_ASSIGN_OR_RETURN(reader_, sound_.Open(start));
      position_ = start;
    }
    voices::ClipSound sound;
    while (position_ < start + length) {
      // What lies before the stretch is dropped.
      const Samples until = position_ < start ? start : start + length;
      sound.speech.clear();
      WS_RETURN_IF_ERROR(reader_->Read(until - position_, sound.speech, stop));
      position_ = until;
    }
    return sound;
  }

 private:
  const SoundSource& sound_;
  std::unique_ptr<media::AudioReader> reader_;
  Samples position_ = 0;
};

}  // namespace

std::unique_ptr<ClipTrack> MakeOriginalTrack(const SoundSource& sound) {
  return std::make_unique<OriginalTrack>(sound);
}

}  // namespace waveshift::pipeline
