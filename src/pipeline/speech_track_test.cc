// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/speech_track.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "audio/wav.h"
#include "base/files.h"
#include "pipeline/test_separator.h"

namespace waveshift::pipeline {
namespace {

constexpr Samples kLength = 3 * SpeechTrack::kSection - 12345;

// One programme for all tests: mono noise at 48 kHz, which both sides get.
class SpeechTrackTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new ScratchDirectory(ScratchDirectory::Make().value());
    std::mt19937 random(9);
    std::uniform_real_distribution<float> values(-0.5F, 0.5F);
    sound_ = new audio::MonoBuffer{kTimelineRateHz, std::vector<float>(kLength)};
    for (float& value : sound_->samples) value = std::round(values(random) * 16384) / 32768;
    const auto wav = audio::EncodeWav(*sound_, audio::WavFormat::kPcm16).value();
    ASSERT_TRUE(WriteFileAtomic(folder_->path() + "/sound.wav", wav).ok());
  }
  static void TearDownTestSuite() {
    delete sound_;
    delete folder_;
  }
  static StatusOr<std::unique_ptr<media::AudioReader>> Open(Samples start) {
    return media::AudioReader::Open(folder_->path() + "/sound.wav", -1, 0, start);
  }
  static float At(Samples place) { return place < kLength ? sound_->samples[static_cast<size_t>(place)] : 0; }
  static std::vector<float> Read(SpeechTrack& track, Samples start, Samples frames) {
    std::vector<float> speech;
    const Status status = track.Read(start, frames, speech, {});
    EXPECT_TRUE(status.ok()) << Message(status);
    EXPECT_EQ(static_cast<Samples>(speech.size()), 2 * frames);
    return speech;
  }

  static ScratchDirectory* folder_;
  static audio::MonoBuffer* sound_;
};
ScratchDirectory* SpeechTrackTest::folder_ = nullptr;
audio::MonoBuffer* SpeechTrackTest::sound_ = nullptr;

TEST_F(SpeechTrackTest, EverySampleIsAtItsPlaceAcrossSeamsAndBehindTheEnd) {
  SpeechTrack track(&Open, std::make_shared<TestSeparator>(0.5F));
  for (const Samples start : {Samples{0}, SpeechTrack::kSection - 1000, kLength - 500, Samples{48000}}) {
    const auto speech = Read(track, start, 20000);
    for (Samples i = 0; i < 20000; ++i) {
      ASSERT_NEAR(speech[static_cast<size_t>(2 * i)], 0.5F * At(start + i), 1e-6F) << start << " " << i;
      ASSERT_NEAR(speech[static_cast<size_t>(2 * i + 1)], 0.5F * At(start + i), 1e-6F) << start << " " << i;
    }
  }
}

// A separator that remembers: what a stretch gives must not depend on what was read before.
TEST_F(SpeechTrackTest, AStretchGivesTheSameFromWhereverItIsReached) {
  const auto separator = std::make_shared<TestSeparator>(0.3F, 0.9F);
  SpeechTrack forward(&Open, separator);
  std::vector<float> whole;
  for (Samples at = 0; at < kLength; at += 70001) {
    const auto part = Read(forward, at, 70001);
    whole.insert(whole.end(), part.begin(), part.end());
  }
  const auto expect_same = [&](SpeechTrack& track, Samples start, Samples frames) {
    const auto part = Read(track, start, frames);
    const auto begin = whole.begin() + static_cast<ptrdiff_t>(2 * start);
    EXPECT_TRUE(std::equal(part.begin(), part.end(), begin)) << start;
  };
  SpeechTrack other(&Open, separator);
  expect_same(other, 2 * SpeechTrack::kSection + 777, 5000);
  expect_same(other, SpeechTrack::kSection + 3, 40000);  // back, from within a seam
  expect_same(other, SpeechTrack::kSection + 50000, 10);
  expect_same(other, SpeechTrack::kSection + 1000, 10);  // back again
  expect_same(other, 2 * SpeechTrack::kSection - 5000, 50000);
}

TEST_F(SpeechTrackTest, PartsWithoutSpeechAreNotHeard) {
  const auto separator = std::make_shared<TestSeparator>(0.5F);
  SpeechTrack track(&Open, separator);
  Read(track, 2 * SpeechTrack::kSection + 20000, 48000);
  EXPECT_EQ(separator->starts, 1);
  EXPECT_LE(separator->heard, SpeechTrack::kWarmUp + 3 * Samples{kTimelineRateHz});
}

TEST_F(SpeechTrackTest, AnErrorIsReportedAndTheTrackStaysUsable) {
  const auto separator = std::make_shared<TestSeparator>(0.5F);
  SpeechTrack track(&Open, separator);
  std::vector<float> speech;
  separator->error = ResourceExhausted("no memory");
  EXPECT_EQ(track.Read(0, 1000, speech, {}).code(), StatusCode::kResourceExhausted);
  separator->error = OkStatus();
  EXPECT_EQ(Read(track, 0, 1000).at(20), 0.5F * At(10));
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(track.Read(48000 * 20, 1000, speech, stop.get_token()).code(), StatusCode::kCancelled);
}

TEST_F(SpeechTrackTest, OneStretchByItself) {
  const TestSeparator separator(0.5F);
  const Samples start = SpeechTrack::kSection + 1234;
  const auto speech = SeparateStretch(&Open, separator, start, 30000, {});
  ASSERT_TRUE(speech.ok()) << Message(speech.status());
  ASSERT_EQ(speech->frames(), 30000);
  for (Samples i = 0; i < 30000; ++i) {
    ASSERT_NEAR(speech->interleaved[static_cast<size_t>(2 * i)], 0.5F * At(start + i), 1e-6F);
  }
  EXPECT_LE(separator.heard, SpeechTrack::kWarmUp + 30000 + Samples{kTimelineRateHz});
}

}  // namespace
}  // namespace waveshift::pipeline
