// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/kept_sound.h"

#include <utility>

#include "audio/mix.h"

namespace waveshift::pipeline {

KeptSound::KeptSound(std::unique_ptr<media::AudioReader> reader, const Options& options)
    : reader_(std::move(reader)), gain_(static_cast<float>(options.gain)) {
  if (options.limit_original) original_limiter_.emplace();
}

void KeptSound::KeepOriginal(std::vector<float>& original) {
  if (!original_limiter_) {
    original.insert(original.end(), raw_.begin(), raw_.end());
    return;
  }
  std::vector<float> limited = raw_;
  original_limiter_->Process(limited, original);
}

Status KeptSound::Read(Samples frames, std::vector<float>& kept, std::vector<float>& original,
                       const std::stop_token& stop) {
  const auto wanted = static_cast<size_t>(2 * frames);
  if (!reader_) {
    kept.assign(wanted, 0.0F);
    return OkStatus();
  }
  while (ready_.size() < wanted) {  // the limiter holds its look-ahead back once
    raw_.clear();
    WS_RETURN_IF_ERROR(reader_->Read(static_cast<Samples>((wanted - ready_.size()) / 2), raw_, stop));
    KeepOriginal(original);
    if (gain_ != 1.0F) audio::ApplyGain(raw_, gain_);
    limiter_.Process(raw_, ready_);
  }
  kept.assign(ready_.begin(), ready_.begin() + static_cast<ptrdiff_t>(wanted));
  ready_.erase(ready_.begin(), ready_.begin() + static_cast<ptrdiff_t>(wanted));
  return OkStatus();
}

}  // namespace waveshift::pipeline
