// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "tts/espeak/voice_list.h"
#include "voices/speaker_profile.h"

namespace waveshift::voices {
namespace {

using Profiles = std::map<std::string, SpeakerProfile>;
using Voices = std::map<std::string, tts::VoiceSpec>;

SpeakerProfile AtPitch(double hz, double seconds = 10) {
  SpeakerProfile profile;
  profile.median_pitch_hz = hz;
  profile.measured_seconds = seconds;
  return profile;
}

Voices Assign(const Profiles& profiles) { return AssignVoices(profiles, "en", &tts::EspeakVoiceName); }

double Semitones(double a, double b) { return 12 * std::abs(std::log2(a / b)); }

void ExpectApart(const Voices& voices, double semitones) {
  for (const auto& [a, one] : voices) {
    for (const auto& [b, other] : voices) {
      if (a < b) {
        EXPECT_GE(Semitones(one.pitch_hz, other.pitch_hz), semitones - 1e-6) << a << " " << b;
      }
    }
  }
}

TEST(AssignVoices, KeepsPitchesThatAreApart) {
  const Voices voices = Assign({{"Anna", AtPitch(210)}, {"Bob", AtPitch(110)}});
  EXPECT_NEAR(voices.at("Anna").pitch_hz, 210, 1e-6);
  EXPECT_NEAR(voices.at("Bob").pitch_hz, 110, 1e-6);
  EXPECT_EQ(voices.at("Anna").name, "en-us+f3");
  EXPECT_EQ(voices.at("Bob").name, "en-us+m3");
}

TEST(AssignVoices, MovesNearPitchesApartAndKeepsTheirOrder) {
  const Voices voices = Assign({{"A", AtPitch(118)}, {"B", AtPitch(120)}, {"C", AtPitch(119)}});
  ExpectApart(voices, 2);
  EXPECT_LT(voices.at("A").pitch_hz, voices.at("C").pitch_hz);
  EXPECT_LT(voices.at("C").pitch_hz, voices.at("B").pitch_hz);
  EXPECT_NEAR(voices.at("C").pitch_hz, 119, 1);
  std::set<std::string> names;
  for (const auto& [speaker, voice] : voices) names.insert(voice.name);
  EXPECT_EQ(names.size(), 3u);
}

TEST(AssignVoices, WhoSpeaksMoreMovesLess) {
  const Voices voices = Assign({{"guest", AtPitch(120, 1)}, {"host", AtPitch(121, 30)}});
  ExpectApart(voices, 2);
  EXPECT_LT(Semitones(voices.at("host").pitch_hz, 121), Semitones(voices.at("guest").pitch_hz, 120));
}

TEST(AssignVoices, StaysWithinWhatAVoiceCan) {
  const Voices voices =
      Assign({{"a", AtPitch(40)}, {"b", AtPitch(45)}, {"c", AtPitch(480)}, {"d", AtPitch(500)}});
  ExpectApart(voices, 2);
  for (const auto& [name, voice] : voices) {
    EXPECT_GE(voice.pitch_hz, 75 - 1e-6) << name;
    EXPECT_LE(voice.pitch_hz, 300 + 1e-6) << name;
  }
}

TEST(AssignVoices, UnknownPitchesAreLowAndHighInTurn) {
  const Voices voices = Assign({{"A", {}}, {"B", {}}, {"C", {}}, {"D", {}}});
  EXPECT_LT(voices.at("A").pitch_hz, 157);
  EXPECT_GT(voices.at("B").pitch_hz, 157);
  EXPECT_LT(voices.at("C").pitch_hz, 157);
  EXPECT_GT(voices.at("D").pitch_hz, 157);
  ExpectApart(voices, 2);
}

TEST(AssignVoices, ManySpeakersGetDistinctVariantsAsFarAsThereAreAnyAndDistinctPitches) {
  Profiles profiles;
  for (int i = 0; i < 40; ++i) profiles["S" + std::to_string(i)] = AtPitch(100 + i % 3);
  const Voices voices = Assign(profiles);
  std::set<std::string> names;
  for (const auto& [speaker, voice] : voices) names.insert(voice.name);
  EXPECT_EQ(names.size(), 7u);
  EXPECT_FALSE(names.contains(""));
  ExpectApart(voices, 24.0 / 39);
}

TEST(AssignVoices, TempoFollowsTheSpeakerWithinBounds) {
  const auto with_rate = [](double rate, double typical) {
    SpeakerProfile profile = AtPitch(120);
    profile.syllables_per_second = rate;
    profile.typical_syllables_per_second = typical;
    return Assign({{"A", profile}}).at("A").natural_rate;
  };
  EXPECT_DOUBLE_EQ(with_rate(4.8, 4.8), 1);
  EXPECT_DOUBLE_EQ(with_rate(5.28, 4.8), 1.1);
  EXPECT_DOUBLE_EQ(with_rate(9, 4.8), 1.15);
  EXPECT_DOUBLE_EQ(with_rate(1, 4.8), 0.85);
  EXPECT_DOUBLE_EQ(with_rate(6, 6), 1);
  EXPECT_DOUBLE_EQ(with_rate(0, 4.8), 1);
}

TEST(AssignVoices, NumbersThatAreNoneNeverComeOut) {
  const double bad[] = {std::nan(""), std::numeric_limits<double>::infinity(), -1, 0};
  for (const double x : bad) {
    SpeakerProfile profile;
    profile.median_pitch_hz = profile.pitch_spread_semitones = profile.syllables_per_second = x;
    profile.measured_seconds = profile.typical_syllables_per_second = x;
    SpeakerProfile pitched = profile;
    pitched.median_pitch_hz = 120;
    for (const auto& [name, voice] : Assign({{"A", profile}, {"B", pitched}})) {
      EXPECT_TRUE(voice.pitch_hz >= 75 && voice.pitch_hz <= 300) << x;
      EXPECT_TRUE(voice.natural_rate >= 0.85 && voice.natural_rate <= 1.15) << x;
      EXPECT_TRUE(voice.pitch_range >= 0.7 && voice.pitch_range <= 1.3) << x;
    }
  }
}

TEST(AssignVoices, IsDeterministicAndHandlesNobody) {
  EXPECT_TRUE(Assign({}).empty());
  const Profiles profiles = {{"", AtPitch(120)}, {"李雷", AtPitch(121)}, {"a/b", {}}};
  const Voices first = Assign(profiles);
  const Voices second = Assign(profiles);
  ASSERT_EQ(first.size(), 3u);
  for (const auto& [name, voice] : first) {
    EXPECT_EQ(voice.name, second.at(name).name);
    EXPECT_EQ(voice.pitch_hz, second.at(name).pitch_hz);
  }
}

TEST(AssignVoices, AnEngineWithoutVoicesGetsNoNames) {
  const auto none = [](std::string_view, bool, size_t) { return std::string(); };
  const Profiles profiles = {{"A", AtPitch(120)}, {"B", AtPitch(220)}, {"C", AtPitch(125)}};
  for (const auto& [name, voice] : AssignVoices(profiles, "en", none)) EXPECT_EQ(voice.name, "") << name;
  for (const auto& [name, voice] : AssignVoices(profiles, "en", nullptr)) EXPECT_EQ(voice.name, "") << name;
}

}  // namespace
}  // namespace waveshift::voices
