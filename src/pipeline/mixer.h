// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The dubbed track: the original sound, lowered under the dubbed lines, plus the lines at their places,
// through a true-peak limiter that acts where lines are. Everywhere else it is the original to the bit
// (Bed).
#ifndef WAVESHIFT_PIPELINE_MIXER_H_
#define WAVESHIFT_PIPELINE_MIXER_H_

#include <cstdint>
#include <memory>
#include <stop_token>
#include <vector>

#include "base/status.h"
#include "media/audio_reader.h"
#include "pipeline/background.h"
#include "pipeline/job.h"
#include "pipeline/journal.h"
#include "pipeline/line_state.h"

namespace waveshift::pipeline {

struct MixChunk {
  Samples start = 0;            // on the timeline
  std::vector<float> dubbed;    // interleaved stereo
  std::vector<float> original;  // the same stretch of the original sound; empty without one
};

struct MixerOptions {
  BackgroundMode background = BackgroundMode::kDuck;
  BalanceOptions balance;
  double programme_gain = 1;  // of everything in the dubbed track
  Samples start = 0;   // of the first chunk; a little more is mixed before it, to bring curves and limiter
                       // into their state
  Samples length = 0;  // of the programme
  // Surround sound mixed down to stereo at its own level can be louder than full scale; the original track
  // goes through a limiter of its own then. Sound that is stereo already is left as it is.
  bool limit_original = false;
  // Takes the original speech out; null: the original is lowered or muted. Outlives the mixer.
  SpeechRemoval* removal = nullptr;
};

// Streams forward over the timeline; memory: the lines that sound at one moment and one chunk. One thread at
// a time.
class Mixer {
 public:
  // `reader` stands at MixerOptions' first sample to be read (see FirstSampleToRead) and may be null:
  // silence.
  Mixer(const MixerOptions& options, Journal& journal, std::unique_ptr<media::AudioReader> reader);
  ~Mixer();
  static Samples FirstSampleToRead(const MixerOptions& options);

  // Lines come in order of slot_start: dubbed ones, and those that keep their slot (kept, failed). `line`
  // must live until the mix is past it.
  void AddLine(const LineState& line);
  // How much before a slot's start the mix must not have gone when its line is added.
  static Samples LookBack();

  // The next chunk of at most `frames`, from where the one before ended; shorter at the programme's end,
  // empty behind it.
  StatusOr<MixChunk> Next(Samples frames, const std::stop_token& stop);
  // End of the last chunk.
  Samples position() const;
  // Of the original sound, as far as it was read; silence is in their place.
  int64_t damaged_packets() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_MIXER_H_
