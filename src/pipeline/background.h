// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The background under dubbed lines: the original sound without its speech. Between the lines the original
// stays as it is, to the bit, so that songs, laughter and noises survive whatever a separator thinks of them.
#ifndef WAVESHIFT_PIPELINE_BACKGROUND_H_
#define WAVESHIFT_PIPELINE_BACKGROUND_H_

#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "audio/ducker.h"
#include "base/media_time.h"
#include "base/status.h"
#include "pipeline/speech_cache.h"
#include "pipeline/speech_track.h"

namespace waveshift::pipeline {

// Where a job stopped separating, and why: from there on it ducks. A note of the journal, so that a run that
// goes on mixes what the first one did.
struct Fallback {
  Samples from = 0;  // on the timeline
  std::string reason;
};
// The note's text, and back: nullopt for one of another job or a damaged one.
std::string FormatFallback(const Fallback& fallback, const std::string& fingerprint);
std::optional<Fallback> ParseFallback(std::string_view note, const std::string& fingerprint);

// Takes the speech out where the dub speaks. Sound is separated only there. One thread at a time.
class SpeechRemoval {
 public:
  struct Options {
    SoundOpener open;
    std::shared_ptr<const separation::Separator> separator;
    double limit_s = std::numeric_limits<double>::infinity();  // of time spent on separation
    float gain = 1;                                            // of the background under the dub
    std::optional<Fallback> fallback;                          // of an earlier run
    // Called once, when separation ends early.
    std::function<void(const Fallback&)> on_fallback;
    std::function<double()> seconds;  // a clock; none: the machine's
  };
  explicit SpeechRemoval(Options options);

  // As in audio::DuckCurve: slots where the dub is spoken, and those that keep their sound.
  void AddDubbed(Samples start, Samples end) { speech_gain_.AddDucked(start, end); }
  void AddKept(Samples start, Samples end) { speech_gain_.AddProtected(start, end); }

  // `sound`: the original from `start` on, stereo interleaved; `gains`: how much of each frame ducking would
  // leave. Where speech was taken out of `sound` the gain becomes Options::gain, where none had to be 1; from
  // a fallback on both stay as they are. Fades are of equal gain: what fades is the speech. Pre: stretches
  // come in order. A separator that fails is a fallback; the only error is Cancelled.
  Status Apply(Samples start, std::span<float> sound, std::span<float> gains, const std::stop_token& stop);

  // Appends the original's speech of [start, start + frames) for who measures it, mostly a little before
  // Apply comes there, and keeps it for that. FailedPrecondition from a fallback on; the separator's errors;
  // Cancelled.
  Status ReadSpeech(Samples start, Samples frames, std::vector<float>& interleaved,
                    const std::stop_token& stop);

  const std::optional<Fallback>& fallback() const { return fallback_; }
  // Spent on separation.
  double seconds() const { return seconds_; }

 private:
  Status Separate(Samples start, Samples frames, std::vector<float>& speech, const std::stop_token& stop);
  Status Remove(Samples start, std::span<float> sound, const std::stop_token& stop);
  void FallBack(Samples from, std::string reason);

  const Options options_;
  audio::DuckCurve speech_gain_;
  SpeechCache speech_;
  std::optional<Fallback> fallback_;
  double seconds_ = 0;
  std::vector<float> kept_share_;  // of the speech, for each frame in hand
  std::vector<float> speech_in_hand_;
};

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_BACKGROUND_H_
