// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/speech_track.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>
#include <utility>

namespace waveshift::pipeline {
namespace {

// The sound is handed to the separator in parts of this length.
constexpr Samples kPart = kTimelineRateHz;

// The speech of the sound from some place on, as far as `heard_until`.
class Stream {
 public:
  static StatusOr<std::unique_ptr<Stream>> Open(const SoundOpener& open,
                                                const separation::Separator& separator, Samples start,
                                                Samples heard_until) {
    auto stream = std::make_unique<Stream>();
    WS_ASSIGN_OR_RETURN(stream->sound_, open(start));
    WS_ASSIGN_OR_RETURN(stream->separation_, separator.Start());
    stream->next_heard_ = start;
    stream->heard_until_ = heard_until;
    stream->position_ = start;
    return stream;
  }

  Samples position() const { return position_; }

  // The next `frames`. Pre: they end before heard_until.
  Status Read(Samples frames, std::vector<float>& interleaved, const std::stop_token& stop) {
    WS_RETURN_IF_ERROR(Fill(frames, stop));
    const auto values = static_cast<ptrdiff_t>(2 * frames);
    interleaved.insert(interleaved.end(), ready_.begin(), ready_.begin() + values);
    ready_.erase(ready_.begin(), ready_.begin() + values);
    position_ += frames;
    return OkStatus();
  }

  Status SkipTo(Samples position, const std::stop_token& stop) {
    while (position_ < position) {
      const Samples frames = std::min(position - position_, kPart);
      WS_RETURN_IF_ERROR(Fill(frames, stop));
      ready_.erase(ready_.begin(), ready_.begin() + static_cast<ptrdiff_t>(2 * frames));
      position_ += frames;
    }
    return OkStatus();
  }

 private:
  Status Fill(Samples frames, const std::stop_token& stop) {
    while (static_cast<Samples>(ready_.size()) < 2 * frames) {
      if (next_heard_ == heard_until_) {
        if (finished_) return Internal("the separator gave back less sound than it was given");
        finished_ = true;
        WS_ASSIGN_OR_RETURN(const separation::Separated rest, separation_->Finish(stop));
        Keep(rest);
        continue;
      }
      const Samples part = std::min(kPart, heard_until_ - next_heard_);
      std::vector<float> heard;
      WS_RETURN_IF_ERROR(sound_->Read(part, heard, stop));
      WS_ASSIGN_OR_RETURN(const separation::Separated parts, separation_->Add(heard, stop));
      next_heard_ += part;
      Keep(parts);
    }
    return OkStatus();
  }
  void Keep(const separation::Separated& parts) {
    ready_.insert(ready_.end(), parts.speech.interleaved.begin(), parts.speech.interleaved.end());
  }

  std::unique_ptr<media::AudioReader> sound_;
  std::unique_ptr<separation::SeparationStream> separation_;
  Samples next_heard_ = 0;
  Samples heard_until_ = 0;
  Samples position_ = 0;
  bool finished_ = false;
  std::vector<float> ready_;  // of [position_, ...)
};

}  // namespace

class SpeechTrack::Section {
 public:
  static StatusOr<std::unique_ptr<Section>> Open(const SoundOpener& open,
                                                 const separation::Separator& separator, int64_t index,
                                                 const std::stop_token& stop) {
    auto section = std::make_unique<Section>();
    section->index = index;
    const Samples start = index * kSection;
    WS_ASSIGN_OR_RETURN(section->stream, Stream::Open(open, separator, std::max<Samples>(0, start - kWarmUp),
                                                      start + kSection + kSeam + kRunOut));
    WS_RETURN_IF_ERROR(section->stream->SkipTo(start, stop));
    return section;
  }
  int64_t index = 0;
  std::unique_ptr<Stream> stream;
};

SpeechTrack::SpeechTrack(SoundOpener open, std::shared_ptr<const separation::Separator> separator)
    : open_(std::move(open)), separator_(std::move(separator)) {}

SpeechTrack::~SpeechTrack() = default;

// The section, with its stream at `start`.
StatusOr<SpeechTrack::Section*> SpeechTrack::Reach(int64_t index, Samples start,
                                                   const std::stop_token& stop) {
  const auto serves = [&](const std::unique_ptr<Section>& section) {
    return section != nullptr && section->index == index && section->stream->position() <= start;
  };
  if (serves(before_)) {
    WS_RETURN_IF_ERROR(before_->stream->SkipTo(start, stop));
    return before_.get();
  }
  if (!serves(current_)) {
    if (current_ != nullptr && current_->index + 1 == index) before_ = std::move(current_);
    current_ = nullptr;
    WS_ASSIGN_OR_RETURN(current_, Section::Open(open_, *separator_, index, stop));
  }
  WS_RETURN_IF_ERROR(current_->stream->SkipTo(start, stop));
  return current_.get();
}

// A stretch that lies in a section's seam with the one before, or behind that seam.
Status SpeechTrack::ReadInside(Samples start, Samples frames, std::vector<float>& interleaved,
                               const std::stop_token& stop) {
  const int64_t index = start / kSection;
  const Samples inside = start - index * kSection;
  const bool in_seam = index > 0 && inside < kSeam;
  std::vector<float> earlier;
  if (in_seam) {
    WS_ASSIGN_OR_RETURN(Section* const before, Reach(index - 1, start, stop));
    WS_RETURN_IF_ERROR(before->stream->Read(frames, earlier, stop));
  }
  WS_ASSIGN_OR_RETURN(Section* const section, Reach(index, start, stop));
  const size_t first = interleaved.size();
  WS_RETURN_IF_ERROR(section->stream->Read(frames, interleaved, stop));
  for (size_t i = 0; i < earlier.size(); ++i) {
    const size_t frame = i / 2;
    const double share = (static_cast<double>(inside) + static_cast<double>(frame) + 0.5) / kSeam;
    const auto now = static_cast<float>(0.5 - 0.5 * std::cos(std::numbers::pi * share));
    float& value = interleaved[first + i];
    value = earlier[i] + now * (value - earlier[i]);
  }
  if (!in_seam) before_ = nullptr;
  return OkStatus();
}

Status SpeechTrack::Read(Samples start, Samples frames, std::vector<float>& interleaved,
                         const std::stop_token& stop) {
  while (frames > 0) {
    const Samples inside = start % kSection;
    const Samples until = inside < kSeam ? kSeam : kSection;
    const Samples part = std::min({frames, until - inside, kPart});
    const Status status = ReadInside(start, part, interleaved, stop);
    if (!status.ok()) {
      before_ = nullptr;
      current_ = nullptr;
      return status;
    }
    start += part;
    frames -= part;
  }
  return OkStatus();
}

StatusOr<audio::StereoBuffer> SeparateStretch(const SoundOpener& open, const separation::Separator& separator,
                                              Samples start, Samples frames, const std::stop_token& stop) {
  audio::StereoBuffer speech;
  const Samples from = std::max<Samples>(0, start - SpeechTrack::kWarmUp);
  WS_ASSIGN_OR_RETURN(const auto stream,
                      Stream::Open(open, separator, from, start + frames + SpeechTrack::kRunOut));
  WS_RETURN_IF_ERROR(stream->SkipTo(start, stop));
  WS_RETURN_IF_ERROR(stream->Read(frames, speech.interleaved, stop));
  return speech;
}

}  // namespace waveshift::pipeline
