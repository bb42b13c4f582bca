// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "voices/speaker_profile.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "tts/espeak/espeak.h"
#include "tts/espeak/voice_list.h"
#include "voices/test_sounds.h"

namespace waveshift::voices {
namespace {

TEST(SpeakerMeter, MeasuresPitchOverLines) {
  SpeakerMeter meter;
  meter.Add(Stereo(Harmonics(118, 1.5)), "");
  meter.Add(Stereo(Harmonics(122, 1.5)), "");
  const SpeakerProfile profile = meter.Profile();
  EXPECT_NEAR(profile.median_pitch_hz, 120, 4);
  EXPECT_NEAR(profile.measured_seconds, 3.0, 0.2);
  EXPECT_GT(profile.pitch_spread_semitones, 0.5);
  EXPECT_LT(profile.pitch_spread_semitones, 2.5);
  EXPECT_EQ(profile.syllables_per_second, 0);
}

TEST(SpeakerMeter, AnotherVoiceInBetweenDoesNotCount) {
  SpeakerMeter meter;
  meter.Add(Stereo(Harmonics(110, 3.0)), "");
  meter.Add(Stereo(Harmonics(330, 0.6)), "");
  const SpeakerProfile profile = meter.Profile();
  EXPECT_NEAR(profile.median_pitch_hz, 110, 3);
  EXPECT_LT(profile.pitch_spread_semitones, 3);
}

TEST(SpeakerMeter, WithoutVoiceThePitchIsNotKnown) {
  SpeakerMeter meter;
  EXPECT_EQ(meter.Profile().median_pitch_hz, 0);
  meter.Add({}, "words");
  meter.Add(Stereo(std::vector<float>(96000)), "words");
  meter.Add(Stereo(Noise(0.1, 2.0)), "some words that nobody says");
  const SpeakerProfile profile = meter.Profile();
  EXPECT_EQ(profile.median_pitch_hz, 0);
  EXPECT_EQ(profile.pitch_spread_semitones, 0);
  EXPECT_TRUE(std::isfinite(profile.syllables_per_second));
}

TEST(SpeakerMeter, HasEnoughAfterThirtySecondsAndThenListensNoMore) {
  SpeakerMeter meter;
  const std::vector<float> line = Stereo(Harmonics(120, 10.5));
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(meter.HasEnough());
    meter.Add(line, "");
  }
  EXPECT_TRUE(meter.HasEnough());
  const double before = meter.Profile().measured_seconds;
  meter.Add(line, "");
  EXPECT_EQ(meter.Profile().measured_seconds, before);
}

TEST(SpeakerMeter, TempoIsSyllablesOverSpeechTime) {
  SpeakerMeter meter;
  std::vector<float> line = Harmonics(120, 2.0);
  line.resize(line.size() + 96000);  // a pause does not make a speaker slow
  meter.Add(Stereo(line), "banana banana banana");
  meter.Add(Stereo(Harmonics(120, 2.0)), "");  // words not known
  meter.Add(Stereo(Harmonics(120, 1.0)),
            std::string(500, 'a') + " " + std::string(900, '1'));  // not what is said
  const SpeakerProfile profile = meter.Profile();
  EXPECT_NEAR(profile.syllables_per_second, 4.5, 0.25);
  EXPECT_NEAR(profile.typical_syllables_per_second, 4.8, 1e-9);
}

// The engine's pitch and this room's meter against each other: a speaker that is measured at some pitch is
// spoken near it.
double SpokenPitch(const std::string& language, const std::string& text, const std::string& voice,
                   double pitch_hz) {
  tts::SpeakRequest request;
  request.text = text;
  request.language = language;
  request.voice.name = voice;
  request.voice.pitch_hz = pitch_hz;
  const auto engine = tts::MakeEspeak();
  const auto line = tts::SpeakOne(*engine, request, std::stop_token());
  EXPECT_TRUE(line.ok()) << Message(line.status());
  if (!line.ok()) return 0;
  SpeakerMeter meter;
  meter.Add(StereoAt48k(line->audio), text);
  return meter.Profile().median_pitch_hz;
}

TEST(SpeakerMeter, EspeakSpeaksAtThePitchThatIsAskedFor) {
  constexpr const char* kEnglish =
      "Nobody was more surprised than the farmer who had been watching all morning.";
  for (size_t i = 0; i < 7; ++i) {
    const std::string voice = tts::EspeakVoiceName("en", false, i);
    for (const double hz : {90.0, 110.0, 140.0}) {
      EXPECT_NEAR(SpokenPitch("en", kEnglish, voice, hz), hz, 0.15 * hz) << voice;
    }
  }
  for (size_t i = 0; i < 5; ++i) {
    const std::string voice = tts::EspeakVoiceName("en", true, i);
    for (const double hz : {160.0, 210.0, 280.0}) {
      EXPECT_NEAR(SpokenPitch("en", kEnglish, voice, hz), hz, 0.15 * hz) << voice;
    }
  }
}

TEST(SpeakerMeter, EspeakKeepsThePitchInOtherLanguages) {
  const std::pair<const char*, const char*> lines[] = {
      {"zh", "我们今天去北京看我的老朋友们。"},
      {"de", "Niemand war mehr überrascht als der alte Bauer selbst."},
      {"es", "Nadie se sorprendió más que el viejo campesino."},
      {"yue", "琴晚落咗一場大雨，所以路上好多車。"},
      {"vi", "Tối qua trời mưa to nên đường rất đông xe."}};
  for (const auto& [language, text] : lines) {
    EXPECT_NEAR(SpokenPitch(language, text, tts::EspeakVoiceName(language, false, 0), 110), 110, 0.15 * 110)
        << language;
    EXPECT_NEAR(SpokenPitch(language, text, tts::EspeakVoiceName(language, true, 0), 210), 210, 0.15 * 210)
        << language;
  }
}

TEST(SpeakerMeter, EspeakUnderNoiseIsStillMeasured) {
  tts::SpeakRequest request;
  request.text = "Nobody was more surprised than the farmer who had been watching all morning.";
  request.language = "en";
  for (const char* voice : {"en+m3", "en+f3"}) {
    request.voice.name = voice;
    const auto engine = tts::MakeEspeak();
    const auto line = tts::SpeakOne(*engine, request, std::stop_token());
    ASSERT_TRUE(line.ok()) << Message(line.status());
    const std::vector<float> clean = StereoAt48k(line->audio);
    const double seconds = static_cast<double>(clean.size()) / 96000;
    const auto noise = Stereo(Noise(Rms(clean) * std::pow(10.0, -10.0 / 20), seconds));
    SpeakerMeter quiet;
    SpeakerMeter noisy;
    quiet.Add(clean, request.text);
    noisy.Add(Sum(clean, noise), request.text);
    const double expected = quiet.Profile().median_pitch_hz;
    EXPECT_NEAR(noisy.Profile().median_pitch_hz, expected, 0.06 * expected) << voice;
  }
}

}  // namespace
}  // namespace waveshift::voices
