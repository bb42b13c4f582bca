// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/voice_match.h"

#include <gtest/gtest.h>

#include <cmath>

#include "audio/loudness.h"
#include "audio/shelf.h"
#include "audio/test_signals.h"

namespace waveshift::pipeline {
namespace {

using enum SpeechEvidence;

constexpr double kUnknown = -std::numeric_limits<double>::infinity();

// Noise in syllables, with pauses between.
std::vector<float> Voice(double seconds, uint64_t seed, int rate_hz) {
  audio::testing_signals::Noise noise(seed);
  std::vector<float> out(static_cast<size_t>(seconds * rate_hz));
  for (size_t i = 0; i < out.size(); ++i) {
    const double in_syllable = std::fmod(static_cast<double>(i) / rate_hz, 0.2) / 0.2;
    out[i] = in_syllable < 0.75 ? 0.3F * noise.Next() : 0.0F;
  }
  return out;
}

audio::LineColour Colour(const std::vector<float>& sound, int rate_hz) {
  audio::BandAnalyzer analyzer(rate_hz);
  std::vector<audio::BandPowers> frames;
  analyzer.Add(sound, frames);
  return audio::ColourOf(frames);
}

Take MakeTake(double seconds, uint64_t seed) {
  Take take;
  take.audio = {24000, Voice(seconds, seed, 24000)};
  return take;
}

// The original speech with its treble turned, at a loudness.
SlotSound MakeSlot(double lufs, double tone_db, double seconds, uint64_t seed) {
  auto sound = Voice(seconds, seed, 48000);
  audio::HighShelf(kVoiceShelfHz, tone_db, 48000).Process(sound);
  return {.lufs = lufs, .colour = Colour(sound, 48000), .evidence = kSpeechTrack};
}

// Of the take as it will lie in the mix.
double LoudnessInMix(const Take& take, const LineState& line) {
  audio::MonoBuffer sound = take.audio;
  audio::HighShelf(kVoiceShelfHz, line.tone_db, sound.sample_rate_hz).Process(sound.samples);
  for (float& v : sound.samples) v *= static_cast<float>(line.gain);
  return audio::IntegratedLoudness(sound, audio::MonoAs::kBothSides);
}

TEST(LineTarget, EvensSmallDifferencesAndKeepsLargeOnes) {
  for (const SpeechEvidence evidence : {kMixture, kSpeechTrack}) {
    EXPECT_EQ(LineTargetLufs(-20, -20, evidence), -20);
    EXPECT_EQ(LineTargetLufs(-21.9, -20, evidence), -20);
    EXPECT_EQ(LineTargetLufs(-18.1, -20, evidence), -20);
    EXPECT_NEAR(LineTargetLufs(-26, -20, evidence), -24, 1e-9);
    EXPECT_NEAR(LineTargetLufs(-16, -20, evidence), -18, 1e-9);
    EXPECT_EQ(LineTargetLufs(kUnknown, -20, evidence), -20);
    EXPECT_EQ(LineTargetLufs(std::nan(""), -20, evidence), -20);
  }
}

TEST(LineTarget, IsBoundedByWhatIsKnown) {
  EXPECT_EQ(LineTargetLufs(-60, -20, kMixture), -26);
  EXPECT_EQ(LineTargetLufs(-60, -20, kSpeechTrack), -30);
  EXPECT_EQ(LineTargetLufs(-5, -20, kMixture), -17);
  EXPECT_EQ(LineTargetLufs(-5, -20, kSpeechTrack), -15);
}

TEST(VoiceMatch, AWhisperStaysAWhisper) {
  VoiceMatch match({.speech_lufs = -20});
  LineState spoken;
  LineState whispered;
  match.Match(MakeSlot(-20.5, 0, 3, 1), MakeTake(3, 2), spoken);
  match.Match(MakeSlot(-30, 0, 3, 3), MakeTake(3, 4), whispered);
  EXPECT_NEAR(LoudnessInMix(MakeTake(3, 2), spoken), -20, 0.1);
  EXPECT_NEAR(LoudnessInMix(MakeTake(3, 4), whispered), -28, 0.1);
  EXPECT_EQ(whispered.original_lufs, -30);
  EXPECT_NEAR(whispered.speech_lufs, -28, 1e-9);
}

TEST(VoiceMatch, TheVoicesGainComesOnTop) {
  VoiceMatch match({.speech_lufs = -20, .voice_gain = 0.5, .match_tone = false});
  LineState line;
  match.Match({}, MakeTake(3, 2), line);
  EXPECT_NEAR(LoudnessInMix(MakeTake(3, 2), line), -26.02, 0.1);
  EXPECT_EQ(line.tone_db, 0);
}

// A nearly silent take must not become a roar.
TEST(VoiceMatch, GainIsBounded) {
  VoiceMatch match({.speech_lufs = -20});
  Take take = MakeTake(2, 1);
  for (float& v : take.audio.samples) v *= 0.004F;
  LineState line;
  match.Match({}, take, line);
  EXPECT_NEAR(20 * std::log10(line.gain), 30, 1e-6);
}

TEST(VoiceMatch, TheTrebleComesNearTheOriginal) {
  struct Case {
    double original_db;
    double expected_db;
  };
  // Dull, bright, and more than is done.
  for (const Case& c : {Case{-4, -4}, Case{2, 2}, Case{-14, -6}, Case{12, 3}}) {
    VoiceMatch match({.speech_lufs = -20});
    LineState line;
    double before = 0;
    for (uint64_t i = 0; i < 12; ++i) {
      match.Match(MakeSlot(-20, c.original_db, 5, 2 * i), MakeTake(5, 2 * i + 1), line);
      if (i == 0) before = line.tone_db;
    }
    // 45 s were heard, less the pauses.
    EXPECT_NEAR(line.tone_db, c.expected_db, 0.6) << c.original_db;
    // Of the first 5 s about half is believed.
    if (std::abs(c.original_db) <= 4) {
      EXPECT_NEAR(before, c.expected_db / 2, 0.6) << c.original_db;
    }
    // Loudness is that of the sound after the shelf.
    EXPECT_NEAR(LoudnessInMix(MakeTake(5, 23), line), -20, 0.1);
  }
}

TEST(VoiceMatch, AMixtureIsBelievedLess) {
  audio::SpeechColour original;
  audio::SpeechColour voice;
  original.Add(MakeSlot(-20, -14, 60, 1).colour);
  voice.Add(Colour(Voice(60, 2, 24000), 24000));
  EXPECT_EQ(FitShelfDb(original, voice, kSpeechTrack), -6);
  EXPECT_EQ(FitShelfDb(original, voice, kMixture), -4);
}

TEST(VoiceMatch, SpeakersAreHeardApart) {
  VoiceMatch match({.speech_lufs = -20});
  LineState dull;
  dull.line.speaker = "A";
  LineState plain;
  plain.line.speaker = "B";
  for (uint64_t i = 0; i < 4; ++i) {
    match.Match(MakeSlot(-20, -6, 5, i), MakeTake(5, i + 10), dull);
    match.Match(MakeSlot(-20, 0, 5, i + 20), MakeTake(5, i + 30), plain);
  }
  EXPECT_LT(dull.tone_db, -3);
  EXPECT_NEAR(plain.tone_db, 0, 0.3);
}

TEST(VoiceMatch, WithoutOriginalSpeechNothingIsTurned) {
  VoiceMatch match({.speech_lufs = -20});
  LineState line;
  match.Match({}, MakeTake(3, 1), line);
  EXPECT_EQ(line.tone_db, 0);
  EXPECT_EQ(line.speech_lufs, -20);
}

// A voice of a low rate lacks the highest bands; that says nothing of its treble.
TEST(VoiceMatch, NarrowTakes) {
  audio::SpeechColour original;
  audio::SpeechColour voice;
  original.Add(MakeSlot(-20, 0, 30, 1).colour);
  voice.Add(Colour(Voice(30, 2, 11025), 11025));
  EXPECT_NEAR(FitShelfDb(original, voice, kSpeechTrack), 0, 0.3);
}

}  // namespace
}  // namespace waveshift::pipeline
