// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_VOICES_REFERENCE_CLIP_H_
#define WAVESHIFT_VOICES_REFERENCE_CLIP_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "audio/buffer.h"

namespace waveshift::voices {

// A speaker's voice for engines that clone it: some seconds of original speech, the parts that stand out most
// from what else is heard. Memory: 12 s of sound.
class ReferenceClip {
 public:
  static constexpr double kShortestSeconds = 1.0;  // less is no voice
  static constexpr double kWantedSeconds = 8.0;
  static constexpr double kLongestSeconds = 12.0;

  // One line's sound (stereo interleaved, 48 kHz) in which nobody else speaks. Parts that are clipped, silent
  // or shorter than half a second are passed over.
  void Add(std::span<const float> interleaved);
  // Whether Make has something.
  bool is_enough() const { return seconds() >= kShortestSeconds; }
  // Mono, 48 kHz: the best parts until there are kWantedSeconds, in the order in which they were added, with
  // short fades; nullopt when there is less than kShortestSeconds.
  std::optional<audio::MonoBuffer> Make() const;

 private:
  struct Part {
    size_t order = 0;
    double contrast_db = 0;  // loud frames against quiet ones: speech over little else has much
    std::vector<float> samples;
  };
  double seconds() const;

  std::vector<Part> parts_;  // the best first
  size_t added_ = 0;
};

}  // namespace waveshift::voices

#endif  // WAVESHIFT_VOICES_REFERENCE_CLIP_H_
