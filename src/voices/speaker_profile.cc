// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "voices/speaker_profile.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "voices/pitch.h"
#include "voices/syllables.h"

namespace waveshift::voices {
namespace {

constexpr size_t kLeastVoicedFrames = 20;  // 0.2 s: below it the median is chance
constexpr double kOctaveErrorSemitones =
    10;  // farther from the median than this is a wrong octave or another voice
constexpr double kLongestLineSeconds = 60;  // more of one line says nothing new
constexpr double kLeastSpeechSeconds = 0.5;
// A line's text and sound that give another rate than this do not belong together.
constexpr double kSlowestPlausible = 1.5;
constexpr double kFastestPlausible = 12;

double Semitones(double from_hz, double to_hz) { return 12 * std::log2(to_hz / from_hz); }

}  // namespace

struct SpeakerMeter::State {
  std::vector<float> pitch_hz;  // voiced frames only
  double speech_seconds = 0;
  double rated_seconds = 0;  // speech of the lines whose words are known
  double syllables = 0;
  double typical_seconds = 0;  // what such words usually take
};

SpeakerMeter::SpeakerMeter() : state_(std::make_unique<State>()) {}
SpeakerMeter::~SpeakerMeter() = default;
SpeakerMeter::SpeakerMeter(SpeakerMeter&&) noexcept = default;
SpeakerMeter& SpeakerMeter::operator=(SpeakerMeter&&) noexcept = default;

bool SpeakerMeter::HasEnough() const { return state_->speech_seconds >= kEnoughSeconds; }

void SpeakerMeter::Add(std::span<const float> interleaved, std::string_view original_text) {
  if (HasEnough()) return;
  constexpr auto kMost = static_cast<size_t>(2 * 48000 * kLongestLineSeconds);
  const bool is_whole = interleaved.size() <= kMost;
  const PitchTrack track = TrackPitch(PitchBand(interleaved.first(std::min(interleaved.size(), kMost))));
  std::copy_if(track.pitch_hz.begin(), track.pitch_hz.end(), std::back_inserter(state_->pitch_hz),
               [](float p) { return p > 0; });
  const double seconds = track.speech_seconds();
  state_->speech_seconds += seconds;
  const SyllableEstimate estimate = EstimateSyllables(original_text);
  if (!is_whole || seconds < kLeastSpeechSeconds) return;
  const double rate = estimate.syllables / seconds;
  if (rate < kSlowestPlausible || rate > kFastestPlausible) return;
  state_->rated_seconds += seconds;
  state_->syllables += estimate.syllables;
  state_->typical_seconds += estimate.syllables / estimate.typical_per_second;
}

SpeakerProfile SpeakerMeter::Profile() const {
  SpeakerProfile profile;
  profile.measured_seconds = state_->speech_seconds;
  if (state_->rated_seconds > 0) {
    profile.syllables_per_second = state_->syllables / state_->rated_seconds;
    profile.typical_syllables_per_second = state_->syllables / state_->typical_seconds;
  }
  std::vector<float> pitch = state_->pitch_hz;
  const double first_median = PitchPercentile(pitch, 0.5);
  std::erase_if(pitch, [first_median](float p) {
    return std::abs(Semitones(first_median, p)) > kOctaveErrorSemitones;
  });
  if (pitch.size() < kLeastVoicedFrames) return profile;
  profile.median_pitch_hz = PitchPercentile(pitch, 0.5);
  profile.pitch_spread_semitones = Semitones(PitchPercentile(pitch, 0.1), PitchPercentile(pitch, 0.9));
  return profile;
}

}  // namespace waveshift::voices
