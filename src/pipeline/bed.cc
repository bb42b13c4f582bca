// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/bed.h"

#include <utility>

#include "audio/mix.h"

namespace waveshift::pipeline {

Bed::Bed(std::unique_ptr<media::AudioReader> reader, Options options)
    : reader_(std::move(reader)), options_(std::move(options)), position_(options_.start) {
  if (options_.limit_original) original_limiter_.emplace();
}

Status Bed::ReadOn(Samples frames, std::vector<float>& original, const std::stop_token& stop) {
  raw_.clear();
  WS_RETURN_IF_ERROR(reader_->Read(frames, raw_, stop));
  if (original_limiter_) {
    std::vector<float> limited = raw_;
    original_limiter_->Process(limited, original);
  } else {
    original.insert(original.end(), raw_.begin(), raw_.end());
  }
  if (options_.shape) WS_RETURN_IF_ERROR(options_.shape(position_, raw_, stop));
  if (options_.gain != 1) audio::ApplyGain(raw_, static_cast<float>(options_.gain));
  limiter_.Process(raw_, ready_);
  position_ += frames;
  return OkStatus();
}

Status Bed::Read(Samples frames, std::vector<float>& bed, std::vector<float>& original,
                 const std::stop_token& stop) {
  const auto wanted = static_cast<size_t>(2 * frames);
  if (!reader_) {
    bed.assign(wanted, 0.0F);
    return OkStatus();
  }
  while (ready_.size() < wanted) {  // the limiter holds its look-ahead back once
    WS_RETURN_IF_ERROR(ReadOn(static_cast<Samples>((wanted - ready_.size()) / 2), original, stop));
  }
  bed.assign(ready_.begin(), ready_.begin() + static_cast<ptrdiff_t>(wanted));
  ready_.erase(ready_.begin(), ready_.begin() + static_cast<ptrdiff_t>(wanted));
  return OkStatus();
}

}  // namespace waveshift::pipeline
