// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "audio/peaks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "audio/test_signals.h"

namespace waveshift::audio {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(PeakReducer, KeepsLowestAndHighestOfEachBin) {
  PeakReducer reducer(3);
  reducer.AddMono(std::vector<float>{0.5F, -1, 0.25F, 2, 3, 1, -4});
  EXPECT_THAT(reducer.Peaks(), ElementsAre(Pair(-1, 0.5F), Pair(1, 3), Pair(-4, -4)));
}

TEST(PeakReducer, BothChannelsGoIntoOneBin) {
  PeakReducer reducer(2);
  reducer.AddStereo(std::vector<float>{0, 1, 2, -3, 5, 6});
  EXPECT_THAT(reducer.Peaks(), ElementsAre(Pair(-3, 2), Pair(5, 6)));
}

TEST(PeakReducer, TheCutsDoNotMatter) {
  testing_signals::Noise noise(3);
  std::vector<float> samples(1000);
  for (float& s : samples) s = noise.Next();
  PeakReducer whole(64);
  whole.AddMono(samples);
  PeakReducer pieces(64);
  for (size_t i = 0; i < samples.size(); i += 7) {
    pieces.AddMono(std::span(samples).subspan(i, std::min<size_t>(7, samples.size() - i)));
  }
  EXPECT_EQ(whole.Peaks(), pieces.Peaks());
}

TEST(PeakReducer, ValuesThatAreNotNumbersAreSkipped) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  PeakReducer reducer(2);
  reducer.AddMono(std::vector<float>{nan, 1, nan, nan});
  EXPECT_THAT(reducer.Peaks(), ElementsAre(Pair(1, 1), Pair(0, 0)));
}

TEST(PeakReducer, ChoosesABinForAPicture) {
  EXPECT_EQ(PeakReducer::BinFor(1000, 10), 100);
  EXPECT_EQ(PeakReducer::BinFor(1001, 10), 101);
  EXPECT_EQ(PeakReducer::BinFor(5, 10), 1);
  EXPECT_EQ(PeakReducer::BinFor(0, 10), 1);
  EXPECT_EQ(PeakReducer::BinFor(10, 0), 1);
}

}  // namespace
}  // namespace waveshift::audio
