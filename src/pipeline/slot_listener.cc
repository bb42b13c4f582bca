// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/slot_listener.h"

#include <algorithm>
#include <span>

#include "audio/mix.h"
#include "voices/speech_extent.h"

namespace waveshift::pipeline {
namespace {

using voices::kLevelFrame;

// Silence beyond this is more than any line borrows.
constexpr Samples kReach = Samples{4} * kTimelineRateHz;
// A longer slot than this is not listened to: what it says of one line's speech is nothing.
constexpr Samples kLongestSlot = Samples{60} * kTimelineRateHz;
// Reading on is cheaper than seeking when the next slot is as near as this.
constexpr Samples kReadOn = Samples{10} * kTimelineRateHz;
constexpr Samples kChunk = kTimelineRateHz;

// One frame for all that is measured.
static_assert(kLevelFrame == audio::kLoudnessFrame);
static_assert(kLevelFrame * 100 == kTimelineRateHz);

template <typename T>
void Drop(std::vector<T>& values, size_t count) {
  values.erase(values.begin(), values.begin() + static_cast<ptrdiff_t>(std::min(count, values.size())));
}

}  // namespace

SlotSound MeasureSpeech(std::span<const float> speech) {
  std::vector<float> powers;
  audio::LoudnessFrames().Add(speech, powers);
  std::vector<float> mono;
  audio::AppendMono(speech, mono);
  std::vector<audio::BandPowers> bands;
  audio::BandAnalyzer(kTimelineRateHz).Add(mono, bands);
  return {.lufs = audio::GatedLoudness(powers),
          .colour = audio::ColourOf(bands),
          .evidence = SpeechEvidence::kSpeechTrack};
}

Status SlotListener::SeekTo(Samples begin) {
  const Samples read_to = first_ + static_cast<Samples>(levels_.size()) * kLevelFrame;
  if (reader_ && begin - read_to <= kReadOn) return OkStatus();
  WS_ASSIGN_OR_RETURN(reader_, sound_->Open(begin));
  loudness_ = std::make_unique<audio::LoudnessFrames>();
  first_ = begin;
  levels_.clear();
  powers_.clear();
  bands_.clear();
  return OkStatus();
}

Status SlotListener::ReadUntil(Samples end, const std::stop_token& stop) {
  for (;;) {
    const Samples position = first_ + static_cast<Samples>(levels_.size()) * kLevelFrame;
    if (position >= end) return OkStatus();
    const Samples frames = std::min(kChunk, (end - position + kLevelFrame - 1) / kLevelFrame * kLevelFrame);
    sound_in_hand_.clear();
    WS_RETURN_IF_ERROR(reader_->Read(frames, sound_in_hand_, stop));
    voices::AppendLevels(sound_in_hand_, levels_);
    loudness_->Add(sound_in_hand_, powers_);
    mono_in_hand_.clear();
    audio::AppendMono(sound_in_hand_, mono_in_hand_);
    analyzer_.Add(mono_in_hand_, bands_);
  }
}

void SlotListener::ForgetBefore(Samples begin) {
  const auto count = static_cast<size_t>((begin - first_) / kLevelFrame);
  Drop(levels_, count);
  Drop(powers_, count);
  Drop(bands_, count);
  first_ = begin;
}

// What the speech of `frames` frames from `begin` on sounds like.
StatusOr<SlotSound> SlotListener::Listen(Samples begin, size_t frames, const std::stop_token& stop) {
  const SlotSound in_mixture{.lufs = audio::GatedLoudness(std::span(powers_).first(frames)),
                             .colour = audio::ColourOf(std::span(bands_).first(frames))};
  if (!speech_) return in_mixture;
  auto speech = speech_(begin, static_cast<Samples>(frames) * kLevelFrame, stop);
  if (speech.ok() || speech.status().code() == StatusCode::kCancelled) return speech;
  return in_mixture;
}

StatusOr<SlotSound> SlotListener::Measure(LineState& line, Samples until, const std::stop_token& stop) {
  const Samples slot = line.slot_end - line.slot_start;
  if (!sound_ || slot <= 0 || slot > kLongestSlot) return SlotSound();
  const Samples begin = line.slot_start / kLevelFrame * kLevelFrame;
  WS_RETURN_IF_ERROR(SeekTo(begin));
  until = std::clamp(until, line.slot_end, line.slot_end + kReach);
  WS_RETURN_IF_ERROR(ReadUntil(until, stop));
  ForgetBefore(begin);
  const auto in_slot = std::min(levels_.size(), static_cast<size_t>((line.slot_end - begin) / kLevelFrame));
  const auto in_all = std::min(levels_.size(), static_cast<size_t>((until - begin) / kLevelFrame));
  const std::span levels(levels_);
  const auto extent = voices::MeasureExtent(levels.first(in_slot), levels.subspan(in_slot, in_all - in_slot));
  if (!extent.known) return SlotSound();
  line.spoken_length =
      std::min(slot, begin + static_cast<Samples>(extent.spoken_frames) * kLevelFrame - line.slot_start);
  if (in_slot + extent.quiet_frames < in_all) {
    line.quiet_until =
        std::max(line.slot_end, begin + static_cast<Samples>(in_slot + extent.quiet_frames) * kLevelFrame);
  }
  return Listen(begin, extent.spoken_frames, stop);
}

}  // namespace waveshift::pipeline
