// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/listening.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "audio/wav.h"

namespace waveshift::pipeline {
namespace {

constexpr Samples kSecond = kTimelineRateHz;

LineState Line(double start_s, double seconds, LineStatus status = LineStatus::kDubbed) {
  LineState line;
  line.status = status;
  line.slot_start = line.start = SamplesFromSeconds(start_s);
  line.length = SamplesFromSeconds(seconds);
  line.slot_end = line.end();
  return line;
}

TEST(ChooseStretch, TakesWhereMostIsDubbed) {
  const std::vector<LineState> lines = {
      Line(5, 2), Line(40, 30, LineStatus::kFailed), Line(100, 3), Line(104, 3), Line(109, 3), Line(200, 4)};
  const Stretch stretch = ChooseStretch(lines, 600 * kSecond);
  EXPECT_EQ(stretch.start, 99 * kSecond);
  EXPECT_EQ(stretch.end, 114 * kSecond);
}

TEST(ChooseStretch, StaysWithinTheProgramme) {
  const Stretch at_end = ChooseStretch({Line(28, 2)}, 30 * kSecond);
  EXPECT_EQ(at_end.start, 15 * kSecond);
  EXPECT_EQ(at_end.end, 30 * kSecond);
  const Stretch whole = ChooseStretch({Line(2, 2)}, 8 * kSecond);
  EXPECT_EQ(whole.start, 0);
  EXPECT_EQ(whole.end, 8 * kSecond);
}

TEST(ChooseStretch, WithoutADubThereIsNone) {
  const Stretch none = ChooseStretch({Line(2, 2, LineStatus::kKept)}, 8 * kSecond);
  EXPECT_EQ(none.end, none.start);
}

TEST(StretchRecorder, CutsAtTheSample) {
  StretchRecorder recorder({100, 250});
  for (Samples at = 0; at < 400; at += 70) {
    std::vector<float> piece;
    for (Samples i = at; i < at + 70; ++i) {
      piece.push_back(static_cast<float>(i));
      piece.push_back(static_cast<float>(-i));
    }
    recorder.Add(at, piece);
  }
  ASSERT_EQ(recorder.sound().frames(), 150);
  for (Samples i = 0; i < 150; ++i) {
    EXPECT_EQ(recorder.sound().interleaved[static_cast<size_t>(2 * i)], static_cast<float>(100 + i));
    EXPECT_EQ(recorder.sound().interleaved[static_cast<size_t>(2 * i + 1)], -static_cast<float>(100 + i));
  }
}

TEST(AddListeningRow, StoresAndMeasures) {
  const auto store = stores::MakeMemoryObjectStore();
  audio::StereoBuffer sound;
  for (int i = 0; i < 2 * kSecond; ++i) {
    const auto v = static_cast<float>(0.1 * std::sin(2 * 3.14159265358979 * 997 * i / 48000));
    sound.interleaved.insert(sound.interleaved.end(), 2, v);
  }
  Listening listening{.stretch = {0, 2 * kSecond}};
  ASSERT_TRUE(AddListeningRow(*store, "reports/t/", "mix", sound, listening).ok());
  ASSERT_TRUE(AddListeningRow(*store, "reports/t/", "speech", {}, listening).ok());
  ASSERT_EQ(listening.rows.size(), 1U);
  const ListeningRow& row = listening.rows[0];
  EXPECT_EQ(row.path, "listen/mix.flac");
  EXPECT_NEAR(row.integrated_lufs, -20, 0.1);
  EXPECT_NEAR(row.true_peak_dbtp, -20, 0.1);
  ASSERT_EQ(row.peaks.size(), 600U);
  EXPECT_NEAR(row.peaks[300].second, 0.1, 0.001);
  const auto stored = audio::DecodeWav(store->Get("reports/t/" + row.path, 1 << 20).value(), "stored");
  ASSERT_TRUE(stored.ok());
  EXPECT_EQ(stored->samples.size(), 96000U);
  EXPECT_THAT(ListeningPaths(), testing::Contains(row.path));
  EXPECT_FALSE(store->Head("reports/t/listen/speech.flac").ok());
}

}  // namespace
}  // namespace waveshift::pipeline
