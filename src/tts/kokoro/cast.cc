// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/kokoro/cast.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "tts/kokoro/voice_table.h"

namespace waveshift::tts {
namespace {

// Languages whose voices speak one another's as well understood.
constexpr std::array<std::string_view, 2> kFamilies = {"ab", "efip"};
constexpr std::array<std::string_view, 4> kPlayedParts = {"af_nicole", "am_santa", "em_santa", "pm_santa"};

// Semitones that a better voice may be farther off.
constexpr double kPerGrade = 0.7;
constexpr double kOtherLanguage = 2;
constexpr double kBlend = 3;
constexpr double kBlendWithOtherLanguage = 5;

double Reluctance(const KokoroVoice& voice) { return kPerGrade * (voice.grade - 'A'); }

// The voices of one sex made for languages of `letters`, in the table's order; without `except`'s.
std::vector<KokoroVoice> VoicesOf(std::string_view letters, bool high, char except) {
  std::vector<KokoroVoice> voices;
  for (const KokoroVoice& voice : KokoroVoiceTable()) {
    const bool plays = std::find(kPlayedParts.begin(), kPlayedParts.end(), voice.name) != kPlayedParts.end();
    if (plays || (voice.name[1] == 'f') != high || voice.name[0] == except) continue;
    if (letters.find(voice.name[0]) != std::string_view::npos) voices.push_back(voice);
  }
  return voices;
}

CastVoice Plain(const KokoroVoice& voice, bool high, double besides) {
  return {std::string(voice.name), voice.pitch_hz, high, Reluctance(voice) + besides};
}

CastVoice Blend(const KokoroVoice& a, const KokoroVoice& b, bool high, double besides) {
  return {std::string(a.name) + ":0.5+" + std::string(b.name) + ":0.5", std::sqrt(a.pitch_hz * b.pitch_hz),
          high, (Reluctance(a) + Reluctance(b)) / 2 + besides};
}

// Voices of one sex, until there are `wanted`.
std::vector<CastVoice> CastOfSex(char letter, bool high, size_t wanted) {
  std::vector<CastVoice> cast;
  std::vector<KokoroVoice> own = VoicesOf(std::string_view(&letter, 1), high, '\0');
  cast.reserve(std::max(wanted, own.size()));
  for (const KokoroVoice& voice : own) cast.push_back(Plain(voice, high, 0));
  for (const std::string_view family : kFamilies) {
    if (family.find(letter) == std::string_view::npos || cast.size() >= wanted) continue;
    for (const KokoroVoice& voice : VoicesOf(family, high, letter)) {
      cast.push_back(Plain(voice, high, kOtherLanguage));
      own.push_back(voice);
    }
  }
  for (size_t i = 0; i < own.size(); ++i) {
    for (size_t j = i + 1; j < own.size() && cast.size() < wanted; ++j) {
      cast.push_back(Blend(own[i], own[j], high, kBlend));
    }
  }
  for (const KokoroVoice& other : VoicesOf("abefhijpz", high, letter)) {
    for (size_t i = 0; i < own.size() && cast.size() < wanted; ++i) {
      const bool is_own = std::any_of(own.begin(), own.end(),
                                      [&](const KokoroVoice& voice) { return voice.name == other.name; });
      if (!is_own) cast.push_back(Blend(own[i], other, high, kBlendWithOtherLanguage));
    }
  }
  return cast;
}

}  // namespace

std::vector<CastVoice> KokoroCast(std::string_view language, size_t low, size_t high) {
  const char letter = KokoroLanguageLetter(language);
  if (letter == '\0') return {};
  std::vector<CastVoice> cast = CastOfSex(letter, /*high=*/false, low);
  const std::vector<CastVoice> high_voices = CastOfSex(letter, /*high=*/true, high);
  cast.insert(cast.end(), high_voices.begin(), high_voices.end());
  return cast;
}

}  // namespace waveshift::tts
