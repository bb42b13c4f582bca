// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "voices/cast_voices_internal.h"
#include "voices/speaker_profile.h"

namespace waveshift::voices {
namespace {

constexpr double kLowestVoiceHz = 75;
constexpr double kHighestVoiceHz = 300;
constexpr double kApartSemitones = 2;
// Mean pitch of speech, men 119 Hz and women 207 Hz, each with a standard deviation of about 2.75 semitones:
// H. Traunmueller and A. Eriksson, "The frequency range of the voice fundamental in the speech of male and
// female adults", 1995. Voices above the geometric mean of the two count as high; the 10th and 90th
// percentile of a normal distribution lie 2.56 standard deviations apart.
constexpr double kLowMeanHz = 119;
constexpr double kHighMeanHz = 207;
constexpr double kHighFromHz = 157;
constexpr double kTypicalSpreadSemitones = 7.0;
// A pitch that is only guessed gives way to those that are measured.
constexpr double kWeightOfGuess = 0.01;

struct Place {
  std::string name;
  double semitones = 0;  // above kLowestVoiceHz
  double weight = 1;
  bool high = false;
};

bool IsKnown(double value) { return std::isfinite(value) && value > 0; }

double SemitonesAboveLowest(double hz) { return 12 * std::log2(hz / kLowestVoiceHz); }

// Where each speaker's pitch would lie by itself; speakers without a pitch are low and high in turn, by name.
std::vector<Place> WantedPlaces(const std::map<std::string, SpeakerProfile>& profiles) {
  std::vector<Place> places;
  bool next_is_high = false;
  for (const auto& [name, profile] : profiles) {
    Place place;
    place.name = name;
    double hz = profile.median_pitch_hz;
    if (IsKnown(hz)) {
      place.weight =
          std::clamp(IsKnown(profile.measured_seconds) ? profile.measured_seconds : 1.0, 1.0, 30.0);
    } else {
      hz = next_is_high ? kHighMeanHz : kLowMeanHz;
      next_is_high = !next_is_high;
      place.weight = kWeightOfGuess;
    }
    place.high = hz >= kHighFromHz;
    place.semitones = SemitonesAboveLowest(std::clamp(hz, kLowestVoiceHz, kHighestVoiceHz));
    places.push_back(std::move(place));
  }
  return places;
}

// Moves the places apart, at least `gap` between neighbours and all within [0, range], so that the weighted
// sum of squared moves is least: with z_i = x_i - i * gap that is an isotonic regression with bounds, solved
// by pooling neighbours that are out of order and cutting at the bounds (R. Barlow et al., "Statistical
// Inference under Order Restrictions", 1972).
void MoveApart(std::vector<Place>& sorted, double gap, double range) {
  struct Block {
    double mean;
    double weight;
    size_t count;
  };
  std::vector<Block> blocks;
  for (size_t i = 0; i < sorted.size(); ++i) {
    blocks.push_back({sorted[i].semitones - static_cast<double>(i) * gap, sorted[i].weight, 1});
    while (blocks.size() > 1 && blocks[blocks.size() - 2].mean > blocks.back().mean) {
      const Block last = blocks.back();
      blocks.pop_back();
      Block& into = blocks.back();
      into.mean = (into.mean * into.weight + last.mean * last.weight) / (into.weight + last.weight);
      into.weight += last.weight;
      into.count += last.count;
    }
  }
  const double room = range - static_cast<double>(sorted.size() - 1) * gap;
  size_t i = 0;
  for (const Block& block : blocks) {
    for (size_t k = 0; k < block.count; ++k, ++i) {
      sorted[i].semitones = std::clamp(block.mean, 0.0, std::max(0.0, room)) + static_cast<double>(i) * gap;
    }
  }
}

// The engine's index-th voice; when it has fewer, they are used again from the first.
std::string VoiceAt(const VoiceNamer& voice_of_engine, std::string_view language, bool high, size_t index) {
  std::string name = voice_of_engine.Variant(language, high, index);
  if (!name.empty() || index == 0) return name;
  size_t count = 1;
  while (count < index && !voice_of_engine.Variant(language, high, count).empty()) ++count;
  return voice_of_engine.Variant(language, high, index % count);
}

double NaturalRate(const SpeakerProfile& profile) {
  if (!IsKnown(profile.syllables_per_second) || !IsKnown(profile.typical_syllables_per_second)) return 1;
  return std::clamp(profile.syllables_per_second / profile.typical_syllables_per_second, 0.85, 1.15);
}

double PitchRange(const SpeakerProfile& profile) {
  if (!IsKnown(profile.median_pitch_hz) || !IsKnown(profile.pitch_spread_semitones)) return 1;
  return std::clamp(profile.pitch_spread_semitones / kTypicalSpreadSemitones, 0.7, 1.3);
}

// A voice with a pitch of its own for each speaker, as cast_voices.cc finds them.
void AssignCast(const std::vector<Place>& places, std::string_view language,
                const VoiceNamer& voice_of_engine, std::map<std::string, tts::VoiceSpec>& voices) {
  std::array<size_t, 2> count = {0, 0};
  for (const Place& place : places) ++count.at(place.high ? 1 : 0);
  const std::vector<tts::CastVoice> cast = voice_of_engine.Cast(language, count[0], count[1]);
  for (const bool high : {false, true}) {
    std::vector<double> wanted;
    std::vector<std::string> names;
    for (const Place& place : places) {
      if (place.high != high) continue;
      wanted.push_back(kLowestVoiceHz * std::exp2(place.semitones / 12));
      names.push_back(place.name);
    }
    const std::vector<std::string> found = NearestVoices(wanted, high, cast);
    for (size_t i = 0; i < names.size(); ++i) voices[names[i]].name = found[i];
  }
}

}  // namespace

std::map<std::string, tts::VoiceSpec> AssignVoices(const std::map<std::string, SpeakerProfile>& profiles,
                                                   std::string_view language,
                                                   const VoiceNamer& voice_of_engine) {
  std::map<std::string, tts::VoiceSpec> voices;
  std::vector<Place> places = WantedPlaces(profiles);
  std::array<size_t, 2> taken = {0, 0};
  for (const Place& place :
       places) {  // by name, so that a speaker's variant does not hang on small changes of pitch
    const SpeakerProfile& profile = profiles.at(place.name);
    tts::VoiceSpec& voice = voices[place.name];
    if (!voice_of_engine.is_cast()) {
      voice.name = VoiceAt(voice_of_engine, language, place.high, taken.at(place.high ? 1 : 0)++);
    }
    voice.natural_rate = NaturalRate(profile);
    voice.pitch_range = PitchRange(profile);
  }
  if (voice_of_engine.is_cast()) {
    AssignCast(places, language, voice_of_engine, voices);
    return voices;
  }
  std::stable_sort(places.begin(), places.end(),
                   [](const Place& a, const Place& b) { return a.semitones < b.semitones; });
  const double range = SemitonesAboveLowest(kHighestVoiceHz);
  const double most_gap =
      places.size() > 1 ? range / static_cast<double>(places.size() - 1) : kApartSemitones;
  MoveApart(places, std::min(kApartSemitones, most_gap), range);
  for (const Place& place : places)
    voices[place.name].pitch_hz = kLowestVoiceHz * std::exp2(place.semitones / 12);
  return voices;
}

}  // namespace waveshift::voices
