// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What lies under and between the dubbed lines: the original sound.
#ifndef WAVESHIFT_PIPELINE_BED_H_
#define WAVESHIFT_PIPELINE_BED_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "base/status.h"
#include "media/audio_reader.h"
#include "pipeline/prompt_limiter.h"

namespace waveshift::pipeline {

// Streams forward. The decoded sound, shaped where lines are, times one factor; bit for bit where nothing
// shapes it and it stays below kCeilingDbtp. What is louder than that, which an encoder would turn into
// clipping, is limited. One thread at a time.
class Bed {
 public:
  // Changes decoded sound that begins at `start`, left and right interleaved: what lies under lines. Called
  // in order, for every frame once.
  using Shape = std::function<Status(Samples start, std::span<float> sound, const std::stop_token& stop)>;
  struct Options {
    Samples start = 0;  // where the reader stands
    double gain = 1;    // of the programme
    Shape shape;        // may be empty
    // Surround sound mixed down to stereo at its own level can be louder than full scale; the original track
    // goes through a limiter of its own then. Sound that is stereo already is left as it is.
    bool limit_original = false;
  };
  // `reader` may be null: silence.
  Bed(std::unique_ptr<media::AudioReader> reader, Options options);

  bool has_sound() const { return reader_ != nullptr; }
  // Of what was read, where silence is instead.
  int64_t damaged_packets() const { return reader_ ? reader_->damaged_packets() : 0; }
  // Puts the next `frames` frames into `bed`, and appends the original track's to `original` at least as far.
  // Reads ahead by the limiter's latency.
  Status Read(Samples frames, std::vector<float>& bed, std::vector<float>& original,
              const std::stop_token& stop);

 private:
  Status ReadOn(Samples frames, std::vector<float>& original, const std::stop_token& stop);

  std::unique_ptr<media::AudioReader> reader_;
  Options options_;
  Samples position_;  // of the reader
  PromptLimiter limiter_;
  std::optional<PromptLimiter> original_limiter_;
  std::vector<float> raw_;
  std::vector<float> ready_;  // what was not asked for yet
};

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_BED_H_
