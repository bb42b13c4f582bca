// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/clip_track.h"

#include <cstddef>
#include <utility>
#include <vector>

#include "media/audio_reader.h"
#include "pipeline/speech_track.h"

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

class SeparatedTrack : public ClipTrack {
 public:
  SeparatedTrack(const SoundSource& sound, std::shared_ptr<const separation::Separator> separator)
      : open_([&sound](Samples start) { return sound.Open(start); }),
        original_(sound),
        separator_(std::move(separator)) {}

  std::string_view name() const override {
    return separator_ != nullptr ? separator_->name() : original_.name();
  }

  StatusOr<voices::ClipSound> Read(Samples start, Samples length, const std::stop_token& stop) override {
    WS_ASSIGN_OR_RETURN(voices::ClipSound sound, original_.Read(start, length, stop));
    if (separator_ == nullptr) return sound;
    auto speech = SeparateStretch(open_, *separator_, start, length, stop);
    if (speech.status().code() == StatusCode::kCancelled) return speech.status();
    if (!speech.ok() || speech->interleaved.size() != sound.speech.size()) {
      separator_ = nullptr;
      return sound;
    }
    sound.background = std::move(sound.speech);
    sound.speech = std::move(speech->interleaved);
    for (size_t i = 0; i < sound.speech.size(); ++i) sound.background[i] -= sound.speech[i];
    return sound;
  }

 private:
  const SoundOpener open_;
  OriginalTrack original_;
  std::shared_ptr<const separation::Separator> separator_;  // null once it has failed
};

}  // namespace

std::unique_ptr<ClipTrack> MakeSeparatedTrack(const SoundSource& sound,
                                              std::shared_ptr<const separation::Separator> separator) {
  return std::make_unique<SeparatedTrack>(sound, std::move(separator));
}

std::unique_ptr<ClipTrack> MakeOriginalTrack(const SoundSource& sound) {
  return std::make_unique<OriginalTrack>(sound);
}

}  // namespace waveshift::pipeline
