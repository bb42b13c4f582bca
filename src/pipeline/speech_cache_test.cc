// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/speech_cache.h"

#include <gtest/gtest.h>

#include <cmath>

#include "audio/test_signals.h"
#include "audio/wav.h"
#include "base/files.h"
#include "pipeline/test_separator.h"

namespace waveshift::pipeline {
namespace {

constexpr Samples kSecond = kTimelineRateHz;

class SpeechCacheTest : public testing::Test {
 protected:
  // Three minutes of noise.
  static void SetUpTestSuite() {
    folder_ = new ScratchDirectory(ScratchDirectory::Make().value());
    audio::testing_signals::Noise noise(4);
    audio::MonoBuffer sound{kTimelineRateHz, std::vector<float>(180 * kSecond)};
    for (float& v : sound.samples) v = 0.4F * noise.Next();
    const auto wav = audio::EncodeWav(sound, audio::WavFormat::kPcm16).value();
    ASSERT_TRUE(WriteFileAtomic(folder_->path() + "/sound.wav", wav).ok());
  }
  static void TearDownTestSuite() { delete folder_; }
  static StatusOr<std::unique_ptr<media::AudioReader>> Open(Samples start) {
    return media::AudioReader::Open(folder_->path() + "/sound.wav", -1, 0, start);
  }
  template <typename Track>
  static std::vector<float> Read(Track& track, Samples start, Samples frames) {
    std::vector<float> speech;
    const Status status = track.Read(start, frames, speech, {});
    EXPECT_TRUE(status.ok()) << Message(status);
    return speech;
  }
  static ScratchDirectory* folder_;
};
ScratchDirectory* SpeechCacheTest::folder_ = nullptr;

// A separator that remembers what came before.
const auto kSeparator = std::make_shared<TestSeparator>(0.5F, 0.9F);

TEST_F(SpeechCacheTest, GivesWhatTheTrackGives) {
  SpeechCache cache(&Open, kSeparator);
  for (const auto& [start, frames] : {std::pair<Samples, Samples>{100, 5},
                                      {3 * kSecond - 7, 2 * kSecond},
                                      {0, kSecond},
                                      {29 * kSecond, 3 * kSecond},
                                      {10 * kSecond + 1, 1},
                                      {179 * kSecond, 2 * kSecond}}) {
    SpeechTrack track(&Open, kSeparator);
    EXPECT_EQ(Read(cache, start, frames), Read(track, start, frames)) << start;
  }
}

// Lines of two seconds every five, measured twelve seconds before they are mixed.
TEST_F(SpeechCacheTest, WhoComesSecondSeparatesNothing) {
  SpeechCache cache(&Open, kSeparator);
  for (Samples line = 0; line < 20; ++line) Read(cache, 5 * line * kSecond, 2 * kSecond);
  const int64_t measured = cache.separated_blocks();
  EXPECT_EQ(measured, 98);
  for (Samples line = 9; line < 20; ++line) Read(cache, 5 * line * kSecond - kSecond / 2, 5 * kSecond / 2);
  EXPECT_EQ(cache.separated_blocks(), measured);
}

TEST_F(SpeechCacheTest, LongPausesAreNotSeparated) {
  SpeechCache cache(&Open, kSeparator);
  Read(cache, 2 * kSecond, kSecond);
  Read(cache, 100 * kSecond, kSecond);
  EXPECT_EQ(cache.separated_blocks(), 6);
}

TEST_F(SpeechCacheTest, WhatIsFarBehindIsForgotten) {
  SpeechCache cache(&Open, kSeparator);
  const auto begin = Read(cache, 0, kSecond);
  for (Samples at = 0; at < 100; ++at) Read(cache, at * kSecond, kSecond);
  const int64_t so_far = cache.separated_blocks();
  EXPECT_EQ(so_far, 101);
  EXPECT_EQ(Read(cache, 0, kSecond), begin);
  EXPECT_GT(cache.separated_blocks(), so_far);
}

TEST_F(SpeechCacheTest, ErrorsAreTheTracks) {
  SpeechCache cache(&Open, kSeparator);
  std::stop_source stop;
  stop.request_stop();
  std::vector<float> speech;
  EXPECT_EQ(cache.Read(0, kSecond, speech, stop.get_token()).code(), StatusCode::kCancelled);
  EXPECT_EQ(Read(cache, 0, kSecond).size(), static_cast<size_t>(2 * kSecond));
}

}  // namespace
}  // namespace waveshift::pipeline
