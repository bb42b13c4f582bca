// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/gpt/cells.h"

#include <algorithm>
#include <random>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace waveshift::tts::indextts {
namespace {

using testing::ElementsAre;

TEST(CellPool, HandsOutEachCellOnceUntilItComesBack) {
  CellPool pool(3);
  std::vector<int32_t> cells;
  EXPECT_TRUE(pool.Take(2, &cells));
  EXPECT_THAT(cells, ElementsAre(0, 1));
  EXPECT_FALSE(pool.Take(2, &cells));
  EXPECT_EQ(cells.size(), 2u);
  EXPECT_EQ(pool.free(), 1);
  pool.Share(cells);
  pool.Return(cells);
  EXPECT_EQ(pool.free(), 1);
  EXPECT_EQ(pool.users(0), 1);
  pool.Return(cells);
  EXPECT_EQ(pool.free(), 3);
}

TEST(LineCells, GiveTheirCellsBack) {
  CellPool pool(10);
  {
    LineCells voice(&pool);
    ASSERT_TRUE(voice.AddCommon(2));
    LineCells line(&pool);
    line.AddShared(voice.cells());
    ASSERT_TRUE(line.AddCommon(3));
    EXPECT_EQ(pool.free(), 5);
    EXPECT_FALSE(line.AddCommon(6));
    LineCells moved(std::move(line));
    EXPECT_EQ(pool.free(), 5);
    moved.Drop(2);
    EXPECT_EQ(pool.free(), 8);
  }
  EXPECT_EQ(pool.free(), 10);
}

// Against beams that copy: each beam's own list of what it has seen.
TEST(LineCells, FollowBeamsAsCopiesWould) {
  std::mt19937 random(7);
  for (const size_t beams : {size_t{1}, size_t{3}, size_t{16}}) {
    CellPool pool(4 + 60 * static_cast<int64_t>(beams));
    LineCells line(&pool);
    ASSERT_TRUE(line.AddCommon(4));
    const std::vector<int32_t> start(line.cells().begin(), line.cells().end());
    std::vector<std::vector<int32_t>> copies(beams, start);
    for (int step = 0; step < 60; ++step) {
      std::vector<int32_t> parents(beams);
      for (int32_t& parent : parents) parent = static_cast<int32_t>(random() % beams);
      ASSERT_TRUE(line.Continue(parents));
      std::vector<std::vector<int32_t>> next;
      const auto own = line.cells().last(beams);
      for (size_t beam = 0; beam < beams; ++beam) {
        next.push_back(copies[static_cast<size_t>(parents[beam])]);
        next.back().push_back(own[beam]);
      }
      copies = next;
      std::set<int32_t> live;
      for (size_t beam = 0; beam < beams; ++beam) {
        std::vector<int32_t> seen;
        for (size_t i = 0; i < line.size(); ++i) {
          if (((line.sees()[i] >> beam) & 1u) != 0) seen.push_back(line.cells()[i]);
        }
        ASSERT_EQ(seen, copies[beam]) << "step " << step << ", beam " << beam;
        live.insert(seen.begin(), seen.end());
      }
      // Nothing that nobody sees is kept.
      ASSERT_EQ(pool.free(), pool.count() - static_cast<int64_t>(live.size()));
    }
  }
}

TEST(LineCells, DoNotChangeWhenThePoolIsEmpty) {
  CellPool pool(5);
  LineCells line(&pool);
  ASSERT_TRUE(line.AddCommon(1));
  const std::vector<int32_t> parents = {0, 0};
  ASSERT_TRUE(line.Continue(parents));
  ASSERT_TRUE(line.Continue(parents));
  EXPECT_EQ(pool.free(), 1);
  const std::vector<int32_t> cells(line.cells().begin(), line.cells().end());
  const std::vector<uint32_t> sees(line.sees().begin(), line.sees().end());
  EXPECT_FALSE(line.Continue(parents));
  EXPECT_EQ(cells, std::vector<int32_t>(line.cells().begin(), line.cells().end()));
  EXPECT_EQ(sees, std::vector<uint32_t>(line.sees().begin(), line.sees().end()));
}

}  // namespace
}  // namespace waveshift::tts::indextts
