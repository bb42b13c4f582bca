// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Measures where the original speaks in and behind each slot, how loud and with what colour, just ahead of
// the planner, so that nothing waits for the whole programme to be read.
#ifndef WAVESHIFT_PIPELINE_SLOT_LISTENER_H_
#define WAVESHIFT_PIPELINE_SLOT_LISTENER_H_

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <utility>
#include <vector>

#include "audio/loudness_frames.h"
#include "audio/speech_colour.h"
#include "base/status.h"
#include "pipeline/prepare.h"
#include "pipeline/voice_match.h"

namespace waveshift::pipeline {

// Of a speech track: 48 kHz stereo interleaved, whole frames of 10 ms. Pure.
SlotSound MeasureSpeech(std::span<const float> speech);

// Reads the sound forward. Memory: 60 bytes for each 10 ms between the slot in hand and what has been read.
// One thread at a time.
class SlotListener {
 public:
  // What the original's speech alone sounds like in [start, start + frames) of the timeline.
  using SpeechSource =
      std::function<StatusOr<SlotSound>(Samples start, Samples frames, const std::stop_token& stop)>;
  // Without a source nothing is known of any slot. `sound` outlives the listener. With `speech` the loudness
  // and the colour of a slot are those of its speech alone, unless that cannot be measured.
  explicit SlotListener(const std::optional<SoundSource>& sound, SpeechSource speech = nullptr)
      : sound_(sound), speech_(std::move(speech)) {}
  // Fills in spoken_length and quiet_until of a line and gives what its speech sounds like. Sound behind its
  // slot up to `until` is in no slot.
  // Pre: slot_start is not before that of the call before. Errors: Cancelled, or that the sound cannot be
  // read.
  StatusOr<SlotSound> Measure(LineState& line, Samples until, const std::stop_token& stop);

 private:
  Status SeekTo(Samples begin);
  Status ReadUntil(Samples end, const std::stop_token& stop);
  void ForgetBefore(Samples begin);
  StatusOr<SlotSound> Listen(Samples begin, size_t frames, const std::stop_token& stop);

  const std::optional<SoundSource>& sound_;
  const SpeechSource speech_;
  std::unique_ptr<media::AudioReader> reader_;
  Samples first_ = 0;  // of what follows, on the timeline
  // Of each voices::kLevelFrame.
  std::vector<float> levels_;
  std::vector<float> powers_;  // K-weighted
  std::vector<audio::BandPowers> bands_;
  std::unique_ptr<audio::LoudnessFrames> loudness_;
  audio::BandAnalyzer analyzer_{kTimelineRateHz};
  std::vector<float> sound_in_hand_;
  std::vector<float> mono_in_hand_;
};

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_SLOT_LISTENER_H_
