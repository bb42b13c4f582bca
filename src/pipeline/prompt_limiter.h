// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_PIPELINE_PROMPT_LIMITER_H_
#define WAVESHIFT_PIPELINE_PROMPT_LIMITER_H_

#include <algorithm>
#include <span>
#include <vector>

#include "audio/limiter.h"
#include "base/media_time.h"

namespace waveshift::pipeline {

// AAC overshoots by up to a decibel: with this ceiling the decoded track stays below -1 dBTP.
inline constexpr double kCeilingDbtp = -2.0;

// A limiter whose output begins with the first sample that went in. One thread at a time.
class PromptLimiter {
 public:
  Samples latency() const { return limiter_.latency_samples(); }
  // Limits `sound` in place and appends what comes out.
  void Process(std::vector<float>& sound, std::vector<float>& out) {
    limiter_.Process(sound, sound);
    Append(sound, out);
  }
  // The same with each frame's share of the gain.
  void Process(std::vector<float>& sound, std::span<const float> shares, std::vector<float>& out) {
    limiter_.Process(sound, shares, sound);
    Append(sound, out);
  }

 private:
  // What comes out first lies before the first sample that went in.
  void Append(const std::vector<float>& sound, std::vector<float>& out) {
    const Samples skip = std::min<Samples>(debt_, static_cast<Samples>(sound.size() / 2));
    debt_ -= skip;
    out.insert(out.end(), sound.begin() + static_cast<ptrdiff_t>(2 * skip), sound.end());
  }

  audio::TruePeakLimiter limiter_{audio::LimiterOptions{.ceiling_dbtp = kCeilingDbtp}};
  Samples debt_ = limiter_.latency_samples();
};

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_PROMPT_LIMITER_H_
