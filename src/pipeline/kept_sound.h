// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The original sound as the dubbed track keeps it where nothing is dubbed.
#ifndef WAVESHIFT_PIPELINE_KEPT_SOUND_H_
#define WAVESHIFT_PIPELINE_KEPT_SOUND_H_

#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "base/status.h"
#include "media/audio_reader.h"
#include "pipeline/prompt_limiter.h"

namespace waveshift::pipeline {

// Streams forward. What is kept is the decoded sound times one factor, bit for bit where it stays below
// kCeilingDbtp; only what is louder than that, which an encoder would turn into clipping, is limited. One
// thread at a time.
class KeptSound {
 public:
  struct Options {
    double gain = 1;  // of the programme
    // Surround sound mixed down to stereo at its own level can be louder than full scale; the original track
    // goes through a limiter of its own then. Sound that is stereo already is left as it is.
    bool limit_original = false;
  };
  // `reader` may be null: silence.
  KeptSound(std::unique_ptr<media::AudioReader> reader, const Options& options);

  bool has_sound() const { return reader_ != nullptr; }
  // Puts the next `frames` frames into `kept`, and appends the original track's to `original` at least as far.
  Status Read(Samples frames, std::vector<float>& kept, std::vector<float>& original,
              const std::stop_token& stop);

 private:
  void KeepOriginal(std::vector<float>& original);

  std::unique_ptr<media::AudioReader> reader_;
  float gain_;
  PromptLimiter limiter_;
  std::optional<PromptLimiter> original_limiter_;
  std::vector<float> raw_;
  std::vector<float> ready_;  // kept sound that was not asked for yet
};

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_KEPT_SOUND_H_
