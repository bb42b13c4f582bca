// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_AUDIO_STREAM_RESAMPLER_H_
#define WAVESHIFT_AUDIO_STREAM_RESAMPLER_H_

#include <memory>
#include <span>
#include <vector>

#include "base/status.h"

namespace waveshift::audio {

// A stereo stream at another rate (soxr, very high quality, linear phase): every sample comes out at its own
// place, some time later. How the input is cut does not matter; memory does not grow. One thread at a time.
class StreamResampler {
 public:
  // InvalidArgument for a rate outside 1000..768000 Hz.
  static StatusOr<std::unique_ptr<StreamResampler>> Make(int from_hz, int to_hz);
  virtual ~StreamResampler() = default;
  // Appends what is finished by `interleaved` to `out`. Pre: an even number of values.
  virtual Status Add(std::span<const float> interleaved, std::vector<float>& out) = 0;
  // The rest: altogether ResampledLength frames (resample.h) of what was added. Pre: called once, last.
  virtual Status Finish(std::vector<float>& out) = 0;
};

}  // namespace waveshift::audio

#endif  // WAVESHIFT_AUDIO_STREAM_RESAMPLER_H_
