// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/stems.h"

#include <utility>

namespace waveshift::pipeline {
namespace {

// Separates a stretch once for both of its parts.
class Splitter {
 public:
  Splitter(SoundOpener open, std::shared_ptr<const separation::Separator> separator)
      : open_(std::move(open)), separator_(std::move(separator)) {}

  Status Split(Stretch stretch, const std::stop_token& stop) {
    const Samples frames = stretch.end - stretch.start;
    if (speech_.frames() == frames && stretch.start == start_) return OkStatus();
    WS_ASSIGN_OR_RETURN(const auto reader, open_(stretch.start));
    std::vector<float> sound;
    WS_RETURN_IF_ERROR(reader->Read(frames, sound, stop));
    WS_ASSIGN_OR_RETURN(speech_, SeparateStretch(open_, *separator_, stretch.start, frames, stop));
    start_ = stretch.start;
    for (size_t i = 0; i < sound.size(); ++i) sound[i] -= speech_.interleaved[i];
    background_.interleaved = std::move(sound);
    return OkStatus();
  }
  const audio::StereoBuffer& speech() const { return speech_; }
  const audio::StereoBuffer& background() const { return background_; }

 private:
  const SoundOpener open_;
  const std::shared_ptr<const separation::Separator> separator_;
  Samples start_ = 0;
  audio::StereoBuffer speech_;
  audio::StereoBuffer background_;
};

}  // namespace

std::vector<Stem> StemsOf(SoundOpener open, std::shared_ptr<const separation::Separator> separator) {
  const auto splitter = std::make_shared<Splitter>(std::move(open), std::move(separator));
  const auto part = [splitter](const audio::StereoBuffer& (Splitter::*which)() const) {
    return [splitter, which](Stretch stretch, const std::stop_token& stop) -> StatusOr<audio::StereoBuffer> {
      WS_RETURN_IF_ERROR(splitter->Split(stretch, stop));
      return (*splitter.*which)();
    };
  };
  return {{"speech", part(&Splitter::speech)}, {"background", part(&Splitter::background)}};
}

}  // namespace waveshift::pipeline
