// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/clip_track.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "audio/wav.h"
#include "base/files.h"
#include "media/media_info.h"
#include "pipeline/test_separator.h"
#include "separation/deepfilter/deepfilter.h"
#include "separation/deepfilter/test_model.h"

namespace waveshift::pipeline {
namespace {

SoundSource Source(const std::string& path) {
  SoundSource sound;
  sound.info = media::ProbeMedia(path).value();
  return sound;
}

class ClipTrackTest : public testing::Test {
 protected:
  static constexpr Samples kLength = Samples{40} * kTimelineRateHz;
  // A ramp of steps: the value says the place.
  static float At(Samples place) {
    return place < kLength ? static_cast<float>(place % 30000 - 15000) / 32768 : 0;
  }
  void SetUp() override {
    audio::MonoBuffer sound{kTimelineRateHz, std::vector<float>(kLength)};
    for (Samples i = 0; i < kLength; ++i) sound.samples[static_cast<size_t>(i)] = At(i);
    const auto wav = audio::EncodeWav(sound, audio::WavFormat::kPcm16).value();
    ASSERT_TRUE(WriteFileAtomic(folder_.path() + "/sound.wav", wav).ok());
    source_ = Source(folder_.path() + "/sound.wav");
  }
  static voices::ClipSound Read(ClipTrack& track, Samples start, Samples length) {
    auto sound = track.Read(start, length, {});
    EXPECT_TRUE(sound.ok()) << Message(sound.status());
    EXPECT_EQ(static_cast<Samples>(sound->speech.size()), 2 * length);
    return *std::move(sound);
  }

  const ScratchDirectory folder_ = ScratchDirectory::Make().value();
  SoundSource source_;
};

TEST_F(ClipTrackTest, EverySampleOfTheOriginalIsAtItsPlace) {
  const auto track = MakeOriginalTrack(source_);
  EXPECT_EQ(track->name(), "original");
  // On, far on, a little on, back, and over the end.
  for (const Samples start : {Samples{1000}, 30 * Samples{kTimelineRateHz}, 31 * Samples{kTimelineRateHz},
                              Samples{7}, kLength - 100}) {
    const voices::ClipSound sound = Read(*track, start, 5000);
    EXPECT_TRUE(sound.background.empty());
    for (Samples i = 0; i < 5000; ++i) {
      ASSERT_NEAR(sound.speech[static_cast<size_t>(2 * i)], At(start + i), 1e-4) << start << " " << i;
    }
  }
}

TEST_F(ClipTrackTest, SpeechAndBackgroundAreTheOriginal) {
  const auto track = MakeSeparatedTrack(source_, std::make_shared<TestSeparator>(0.25F));
  EXPECT_EQ(track->name(), "test");
  const voices::ClipSound sound = Read(*track, 100000, 5000);
  ASSERT_EQ(sound.background.size(), sound.speech.size());
  for (Samples i = 0; i < 5000; ++i) {
    const auto at = static_cast<size_t>(2 * i);
    ASSERT_NEAR(sound.speech[at], 0.25F * At(100000 + i), 1e-4) << i;
    ASSERT_NEAR(sound.background[at], 0.75F * At(100000 + i), 1e-4) << i;
  }
}

TEST_F(ClipTrackTest, ASeparatorThatFailsLeavesTheOriginal) {
  const auto separator = std::make_shared<TestSeparator>(0.25F);
  const auto track = MakeSeparatedTrack(source_, separator);
  EXPECT_FALSE(Read(*track, 0, 1000).background.empty());
  separator->error = Internal("no memory");
  const voices::ClipSound sound = Read(*track, 1000, 1000);
  EXPECT_TRUE(sound.background.empty());
  EXPECT_NEAR(sound.speech[0], At(1000), 1e-4);
  EXPECT_EQ(track->name(), "original");
}

TEST_F(ClipTrackTest, AStopIsNoFailure) {
  std::stop_source stop;
  stop.request_stop();
  const auto track = MakeSeparatedTrack(source_, std::make_shared<TestSeparator>(0.25F));
  EXPECT_EQ(track->Read(0, 1000, stop.get_token()).status().code(), StatusCode::kCancelled);
  EXPECT_EQ(track->name(), "test");
}

// The sample's reader speaks over soft chords: in a pause the separated speech is much quieter.
TEST(ClipTrackOfASeparator, IsQuieterInThePauses) {
  WS_SKIP_WITHOUT_DEEPFILTER();
  const SoundSource sample = Source(std::string(WAVESHIFT_SOURCE_DIR) + "/examples/austen-on-hold.mp4");
  separation::DeepFilterOptions options;
  options.folder = separation::TestDeepFilterFolder();
  options.threads = 1;
  const auto track = MakeSeparatedTrack(
      sample, std::shared_ptr<const separation::Separator>(separation::MakeDeepFilter(options)));
  const auto original = MakeOriginalTrack(sample);
  const auto quiet_db = [](ClipTrack& from) {
    const auto sound = from.Read(SamplesFromMs(int64_t{7000}), SamplesFromMs(int64_t{7100}), {}).value();
    std::vector<float> levels;
    const auto windows = voices::MeasureWindows(sound, nullptr, {}).value();
    for (const voices::ClipWindow& window : windows) {
      levels.push_back(window.level_db);
    }
    std::sort(levels.begin(), levels.end());
    return levels[levels.size() / 20];
  };
  EXPECT_LT(quiet_db(*track), quiet_db(*original) - 6);
  EXPECT_EQ(track->name(), "deepfilter");
}

}  // namespace
}  // namespace waveshift::pipeline
