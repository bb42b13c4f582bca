// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What a speaker's original speech says about the voice: pitch and tempo, measured over a few of the
// speaker's lines.
#ifndef WAVESHIFT_VOICES_SPEAKER_PROFILE_H_
#define WAVESHIFT_VOICES_SPEAKER_PROFILE_H_

#include <cstddef>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "tts/cast.h"
#include "tts/synthesizer.h"

namespace waveshift::voices {

struct SpeakerProfile {
  double median_pitch_hz = 0;         // 0: not known (no voiced speech found)
  double pitch_spread_semitones = 0;  // 10th to 90th percentile of the pitch
  double syllables_per_second = 0;    // of the original speech; 0 not known
  double measured_seconds = 0;        // speech that it rests on
  // What is usual in the original's kind of writing, so that the two can be compared (voices/syllables.h).
  double typical_syllables_per_second = 4.8;
};

// Collects one speaker's original speech line by line. Memory: 4 bytes per 10 ms of voiced speech, at most
// kEnoughSeconds of it.
class SpeakerMeter {
 public:
  static constexpr double kEnoughSeconds = 30.0;
  SpeakerMeter();
  ~SpeakerMeter();
  SpeakerMeter(SpeakerMeter&&) noexcept;
  SpeakerMeter& operator=(SpeakerMeter&&) noexcept;
  // One line's sound (stereo interleaved, 48 kHz) and its words in the original language ("" when not known).
  void Add(std::span<const float> interleaved, std::string_view original_text);
  bool HasEnough() const;
  SpeakerProfile Profile() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// How an engine's voices are called: one of two kinds, or nothing for an engine that chooses by itself.
class VoiceNamer {
 public:
  // Variants whose pitch can be set: the engine's index-th distinct low or high one, "" when it has no more.
  using Variants = std::string (*)(std::string_view language, bool high_voice, size_t index);

  VoiceNamer() = default;
  VoiceNamer(std::nullptr_t) {}  // NOLINT(google-explicit-constructor): as the pointers that it holds
  template <typename F>
  requires(std::is_convertible_v<F, Variants>) VoiceNamer(F variants)
      : variants_(variants) {}  // NOLINT(google-explicit-constructor)
  template <typename F>
  requires(std::is_convertible_v<F, tts::CastOf>) VoiceNamer(F cast)
      : cast_(cast) {}  // NOLINT(google-explicit-constructor)

  bool is_cast() const { return cast_ != nullptr; }
  // "" without variants.
  std::string Variant(std::string_view language, bool high_voice, size_t index) const {
    return variants_ == nullptr ? "" : variants_(language, high_voice, index);
  }
  // Pre: is_cast().
  std::vector<tts::CastVoice> Cast(std::string_view language, size_t low, size_t high) const {
    return cast_(language, low, high);
  }

 private:
  Variants variants_ = nullptr;
  tts::CastOf cast_ = nullptr;
};

// Gives every speaker a voice: pitch near the speaker's own, tempo near the speaker's own (0.85..1.15), and
// no two speakers alike: speakers whose pitches lie within two semitones get different variants or are moved
// apart. Deterministic: depends on names and profiles only.
//
// With an engine of one voice a name (VoiceNamer::is_cast) each speaker gets a voice of the same apparent sex
// (a median pitch above 157 Hz counts as high), all different as long as the engine has enough, such that the
// sum of the distances between the speakers' pitches and their voices' is least. VoiceSpec::pitch_hz stays 0.
std::map<std::string, tts::VoiceSpec> AssignVoices(const std::map<std::string, SpeakerProfile>& profiles,
                                                   std::string_view language,
                                                   const VoiceNamer& voice_of_engine);

}  // namespace waveshift::voices

#endif  // WAVESHIFT_VOICES_SPEAKER_PROFILE_H_
