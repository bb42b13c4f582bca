// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What a speaker's original speech says about the voice: pitch and tempo, measured over a few of the
// speaker's lines.
#ifndef WAVESHIFT_VOICES_SPEAKER_PROFILE_H_
#define WAVESHIFT_VOICES_SPEAKER_PROFILE_H_

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

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

// Gives every speaker a voice: pitch near the speaker's own, tempo near the speaker's own (0.85..1.15), and
// no two speakers alike: speakers whose pitches lie within two semitones get different variants or are moved
// apart. Deterministic: depends on names and profiles only. `voice_of_engine(language, high_voice, index)`
// names the engine's index-th distinct low or high voice, "" when the engine has none.
using VoiceNamer = std::string (*)(std::string_view language, bool high_voice, size_t index);
std::map<std::string, tts::VoiceSpec> AssignVoices(const std::map<std::string, SpeakerProfile>& profiles,
                                                   std::string_view language, VoiceNamer voice_of_engine);

}  // namespace waveshift::voices

#endif  // WAVESHIFT_VOICES_SPEAKER_PROFILE_H_
