// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "voices/clip_measure.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "voices/test_sounds.h"

namespace waveshift::voices {
namespace {

// Syllables of a tone: 0.2 s of sound, 0.1 s of none, from `begin` to `end`.
std::vector<float> Syllables(double seconds, double begin, double end, double gain = 0.5) {
  std::vector<float> mono = Harmonics(150, seconds);
  for (size_t i = 0; i < mono.size(); ++i) {
    const double at = static_cast<double>(i) / kTestRateHz;
    const bool sounds = at >= begin && at < end && std::fmod(at, 0.3) < 0.2;
    mono[i] *= static_cast<float>(sounds ? gain : 0);
  }
  return mono;
}

std::vector<ClipWindow> Measure(const ClipSound& sound, const Vad* vad = nullptr) {
  return MeasureWindows(sound, vad, {}).value();
}

TEST(ClipMeasure, WholeWindowsOnly) {
  EXPECT_TRUE(Measure({}).empty());
  EXPECT_TRUE(Measure({std::vector<float>(size_t{2} * kSpeechWindow - 2), {}}).empty());
  EXPECT_EQ(Measure({std::vector<float>(size_t{6} * kSpeechWindow + 20), {}}).size(), 3U);
}

TEST(ClipMeasure, LevelsOfSpeechAndBackground) {
  const ClipSound sound{std::vector<float>(size_t{20} * kSpeechWindow, 0.1F),
                        std::vector<float>(size_t{20} * kSpeechWindow, 0.01F)};
  for (const ClipWindow& window : Measure(sound)) {
    EXPECT_NEAR(window.level_db, -20, 0.01);
    EXPECT_NEAR(window.background_db, -40, 0.01);
    EXPECT_FALSE(window.is_clipped);
  }
  EXPECT_TRUE(std::isnan(Measure({sound.speech, {}})[0].background_db));
}

// Neither part touches full scale; what was heard did.
TEST(ClipMeasure, ClippingIsThatOfTheWhole) {
  ClipSound sound{std::vector<float>(size_t{8} * kSpeechWindow, 0.1F),
                  std::vector<float>(size_t{8} * kSpeechWindow, 0.0F)};
  sound.speech[2 * kSpeechWindow + 10] = 0.7F;
  sound.background[2 * kSpeechWindow + 10] = 0.3F;
  sound.speech[6 * kSpeechWindow] = std::numeric_limits<float>::quiet_NaN();
  const auto windows = Measure(sound);
  ASSERT_EQ(windows.size(), 4U);
  EXPECT_FALSE(windows[0].is_clipped);
  EXPECT_TRUE(windows[1].is_clipped);
  EXPECT_FALSE(windows[2].is_clipped);
  EXPECT_TRUE(windows[3].is_clipped);
}

TEST(ClipMeasure, WithoutAModelLevelsTellSpeech) {
  const auto windows = Measure({Stereo(Sum(Syllables(4, 0.5, 2.5), Noise(1e-3, 4))), {}});
  int inside = 0;
  for (size_t w = 0; w < windows.size(); ++w) {
    const double at = (static_cast<double>(w) + 0.5) * 0.032;
    if (at < 0.45 || at > 2.6) {
      EXPECT_EQ(windows[w].speech, 0) << at;
    } else {
      inside += windows[w].speech > 0.5;
    }
  }
  EXPECT_GT(inside, 40);
  for (const ClipWindow& window : Measure({Stereo(Noise(0.1, 3)), {}})) EXPECT_EQ(window.speech, 0);
  std::vector<float> noise = Noise(0.1, 3);
  std::fill(noise.begin(), noise.begin() + 10000, 0.0F);
  std::fill(noise.end() - 10000, noise.end(), 0.0F);
  for (const ClipWindow& window : Measure({Stereo(noise), {}})) EXPECT_EQ(window.speech, 0);
  for (const ClipWindow& window : Measure({std::vector<float>(96000), {}})) EXPECT_EQ(window.speech, 0);
}

TEST(ClipMeasure, PitchWhereThereIsAVoice) {
  const auto windows = Measure({Stereo(Syllables(3, 0, 3)), {}});
  int voiced = 0;
  for (const ClipWindow& window : windows) {
    if (window.pitch_hz == 0) continue;
    ++voiced;
    EXPECT_NEAR(window.pitch_hz, 150, 8);
  }
  EXPECT_GT(voiced, 30);
}

// A Vad that says which window it is in, and one that fails.
class CountingVad : public Vad {
 public:
  class Stream : public VadStream {
   public:
    Status Add(std::span<const float> mono, std::vector<float>& probabilities,
               const std::stop_token&) override {
      seen_ += mono.size();
      while (given_ + 1 <= seen_ / kVadWindow) probabilities.push_back(static_cast<float>(given_++) / 1000);
      return OkStatus();
    }
    Status Finish(std::vector<float>& probabilities, const std::stop_token&) override {
      if (seen_ % kVadWindow != 0) probabilities.push_back(static_cast<float>(given_++) / 1000);
      return OkStatus();
    }

   private:
    size_t seen_ = 0;
    size_t given_ = 0;
  };
  std::string_view name() const override { return "counting"; }
  std::string version() const override { return "1"; }
  Status CheckReady() const override { return OkStatus(); }
  StatusOr<std::unique_ptr<VadStream>> Start() const override {
    if (fails) return Internal("no stream");
    return std::unique_ptr<VadStream>(std::make_unique<Stream>());
  }
  bool fails = false;
};

TEST(ClipMeasure, WindowsOfTheVadAreThoseOfTheTimeline) {
  CountingVad vad;
  const auto windows = Measure({std::vector<float>(size_t{2} * 48000), {}}, &vad);
  ASSERT_EQ(windows.size(), 31U);
  for (size_t w = 0; w < windows.size(); ++w) {
    EXPECT_FLOAT_EQ(windows[w].speech, static_cast<float>(w) / 1000);
  }
  vad.fails = true;
  EXPECT_EQ(MeasureWindows({std::vector<float>(size_t{2} * 48000), {}}, &vad, {}).status().code(),
            StatusCode::kInternal);
}

}  // namespace
}  // namespace waveshift::voices
