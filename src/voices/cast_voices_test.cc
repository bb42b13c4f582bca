// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include "tts/kokoro/cast.h"
#include "voices/cast_voices_internal.h"
#include "voices/speaker_profile.h"

namespace waveshift::voices {
namespace {

using testing::ElementsAre;

std::vector<tts::CastVoice> Cast(const std::vector<double>& pitches) {
  std::vector<tts::CastVoice> cast;
  for (const double hz : pitches) {
    cast.push_back({.name = std::to_string(std::lround(hz)), .pitch_hz = hz, .is_high = false});
  }
  return cast;
}

TEST(NearestVoices, EachGetsItsNearest) {
  EXPECT_THAT(NearestVoices({120, 90}, false, Cast({85, 100, 118, 140})), ElementsAre("118", "85"));
}

TEST(NearestVoices, TwoAlikeGetTwoVoices) {
  EXPECT_THAT(NearestVoices({120, 120}, false, Cast({85, 118, 140})),
              testing::UnorderedElementsAre("118", "140"));
}

TEST(NearestVoices, AReluctantVoiceIsTakenWhenItIsMuchNearer) {
  auto cast = Cast({110, 118});
  cast[1].reluctance = 2;
  EXPECT_THAT(NearestVoices({117}, false, cast), ElementsAre("110"));
  cast[0].pitch_hz = 70;
  EXPECT_THAT(NearestVoices({117}, false, cast), ElementsAre("118"));
}

TEST(NearestVoices, TooFewAreGivenAgainAndNoneIsNone) {
  EXPECT_THAT(NearestVoices({90, 91, 92}, false, Cast({90, 100})).size(), 3u);
  EXPECT_THAT(NearestVoices({90}, true, Cast({90, 100})), ElementsAre(""));
  EXPECT_TRUE(NearestVoices({}, false, Cast({90})).empty());
}

// Against all permutations.
TEST(NearestVoices, TheSumIsLeast) {
  uint32_t random = 7;
  const auto hz = [&random] { return 75.0 + ((random = random * 1664525 + 1013904223) >> 8) % 200; };
  for (int round = 0; round < 100; ++round) {
    const std::vector<double> wanted = {hz(), hz(), hz(), hz()};
    std::vector<double> pitches;
    while (pitches.size() < 6) {
      const double next = hz();
      if (std::find(pitches.begin(), pitches.end(), next) == pitches.end()) pitches.push_back(next);
    }
    const auto sum = [&](const std::vector<double>& voices) {
      double total = 0;
      for (size_t i = 0; i < wanted.size(); ++i) total += std::abs(12 * std::log2(wanted[i] / voices[i]));
      return total;
    };
    std::vector<double> chosen;
    for (const std::string& name : NearestVoices(wanted, false, Cast(pitches))) {
      chosen.push_back(std::stod(name));
    }
    std::sort(pitches.begin(), pitches.end());
    double least = std::numeric_limits<double>::infinity();
    do {
      least = std::min(least, sum(pitches));
    } while (std::next_permutation(pitches.begin(), pitches.end()));
    EXPECT_NEAR(sum(chosen), least, 1e-9);
    EXPECT_EQ(std::set<double>(chosen.begin(), chosen.end()).size(), 4u);
  }
}

std::map<std::string, SpeakerProfile> Speakers(const std::vector<std::pair<std::string, double>>& pitches) {
  std::map<std::string, SpeakerProfile> profiles;
  for (const auto& [name, hz] : pitches) {
    profiles[name].median_pitch_hz = hz;
    profiles[name].measured_seconds = 10;
  }
  return profiles;
}

TEST(AssignCast, SpeakersGetVoicesOfTheirSexAndKeepThem) {
  const auto profiles = Speakers({{"Anna", 205}, {"Bob", 110}, {"Carl", 90}, {"Dora", 180}});
  const auto voices = AssignVoices(profiles, "en", &tts::KokoroCast);
  EXPECT_EQ(voices.at("Anna").name.substr(1, 2), "f_");
  EXPECT_EQ(voices.at("Dora").name.substr(1, 2), "f_");
  EXPECT_EQ(voices.at("Bob").name.substr(1, 2), "m_");
  EXPECT_EQ(voices.at("Carl").name.substr(1, 2), "m_");
  for (const auto& [name, voice] : voices) EXPECT_EQ(voice.pitch_hz, 0) << name;
  const auto again = AssignVoices(profiles, "en", &tts::KokoroCast);
  for (const auto& [name, voice] : voices) EXPECT_EQ(again.at(name).name, voice.name);
}

TEST(AssignCast, FortySpeakersAreAllDifferent) {
  std::vector<std::pair<std::string, double>> pitches;
  for (int i = 0; i < 40; ++i) pitches.emplace_back("S" + std::to_string(i), i % 2 == 0 ? 110 + i : 190 + i);
  for (const char* const language : {"en", "fr", "zh", "ja", "hi"}) {
    std::set<std::string> names;
    for (const auto& [speaker, voice] : AssignVoices(Speakers(pitches), language, &tts::KokoroCast)) {
      EXPECT_FALSE(voice.name.empty());
      EXPECT_TRUE(names.insert(voice.name).second) << language << " " << voice.name;
    }
  }
}

TEST(AssignCast, ALanguageWithoutVoicesGetsNoNames) {
  for (const auto& [speaker, voice] : AssignVoices(Speakers({{"A", 110}}), "de", &tts::KokoroCast)) {
    EXPECT_EQ(voice.name, "") << speaker;
  }
}

}  // namespace
}  // namespace waveshift::voices
