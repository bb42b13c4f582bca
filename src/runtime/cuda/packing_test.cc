// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cuda/packing.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

namespace waveshift::cuda {
namespace {

TEST(HalfTest, EveryHalfComesBack) {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<uint16_t>(bits);
    const float value = FloatOf(half);
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(FloatOf(HalfOf(value)))) << bits;
    } else {
      EXPECT_EQ(HalfOf(value), half) << bits;
    }
  }
}

TEST(HalfTest, RoundsToTheNearestAndToEven) {
  EXPECT_EQ(HalfOf(1.0F + 0x1p-11F), HalfOf(1.0F));                // halfway, down to even
  EXPECT_EQ(HalfOf(1.0F + 3 * 0x1p-11F), HalfOf(1.0F + 0x1p-9F));  // halfway, up to even
  EXPECT_EQ(HalfOf(1.0F + 0x1.1p-11F), HalfOf(1.0F + 0x1p-10F));
  EXPECT_EQ(HalfOf(65519.0F), HalfOf(65504.0F));
  EXPECT_EQ(HalfOf(65520.0F), 0x7c00);
  EXPECT_EQ(HalfOf(-std::numeric_limits<float>::infinity()), 0xfc00);
  EXPECT_EQ(HalfOf(0x1p-25F), 0);  // halfway to the smallest, down to even
  EXPECT_EQ(HalfOf(0x1.8p-24F), 2);
}

// Where the tensor core operation finds the value of a row and a column, by the words of the header.
size_t PlaceOf(int64_t row, int64_t column) {
  const int64_t lane = row % 8 * 4 + column / 4;
  return static_cast<size_t>(lane * 8 + column % 4 / 2 * 4 + row / 8 * 2 + column % 2);
}

TEST(PackHalvesTest, PutsEachValueWhereItsLaneLoadsIt) {
  constexpr int64_t kRows = 20, kColumns = 40, kTaps = 3;
  const auto value = [](int64_t row, int64_t column, int64_t tap) {
    return static_cast<float>(row * 100 + column + tap * 0.25);
  };
  const std::vector<uint16_t> packed = PackHalves(kRows, kColumns, kTaps, value);
  ASSERT_EQ(packed.size(), 2U * 3 * kTaps * 256);
  for (int64_t row = 0; row < 32; ++row) {
    for (int64_t column = 0; column < 48; ++column) {
      for (int64_t tap = 0; tap < kTaps; ++tap) {
        const int64_t tile = (row / 16 * 3 + column / 16) * kTaps + tap;
        const float found = FloatOf(packed[static_cast<size_t>(tile) * 256 + PlaceOf(row % 16, column % 16)]);
        const bool is_there = row < kRows && column < kColumns;
        EXPECT_EQ(found, is_there ? FloatOf(HalfOf(value(row, column, tap))) : 0.0F);
      }
    }
  }
}

TEST(PackHalfRowsTest, PutsHalvesInTheSamePlaces) {
  constexpr int64_t kRows = 37, kColumns = 96;
  std::vector<uint16_t> halves;
  for (int64_t i = 0; i < kRows * kColumns; ++i) halves.push_back(HalfOf(static_cast<float>(i % 1999)));
  const auto value = [&](int64_t row, int64_t column, int64_t /*tap*/) {
    return FloatOf(halves[static_cast<size_t>(row * kColumns + column)]);
  };
  EXPECT_EQ(PackHalfRows(kRows, kColumns, halves), PackHalves(kRows, kColumns, 1, value));
}

TEST(PackBlocksTest, PutsNumbersAndScalesWhereTheirLaneLoadsThem) {
  constexpr int64_t kRows = 18, kColumns = 64;
  std::vector<char> blocks;
  const auto number = [](int64_t row, int64_t column) {
    return static_cast<int8_t>((row * 37 + column * 5) % 256 - 128);
  };
  const auto scale = [](int64_t row, int64_t block) {
    return static_cast<uint16_t>(0x3c00 + row * 2 + block);
  };
  for (int64_t row = 0; row < kRows; ++row) {
    for (int64_t block = 0; block < kColumns / 32; ++block) {
      const uint16_t bits = scale(row, block);
      blocks.insert(blocks.end(), {static_cast<char>(bits & 255), static_cast<char>(bits >> 8)});
      for (int64_t i = 0; i < 32; ++i) blocks.push_back(static_cast<char>(number(row, block * 32 + i)));
    }
  }
  const PackedBytes packed = PackBlocks(kRows, kColumns, blocks);
  for (int64_t row = 0; row < kRows; ++row) {
    for (int64_t column = 0; column < kColumns; ++column) {
      const int64_t tile = row / 16 * 2 + column / 32;
      const int64_t lane = row % 8 * 4 + column % 16 / 4;
      const int64_t in_lane = column % 32 / 16 * 8 + row % 16 / 8 * 4 + column % 4;
      EXPECT_EQ(packed.tiles[static_cast<size_t>(tile * 512 + lane * 16 + in_lane)],
                number(row, column) + 128);
      EXPECT_EQ(packed.scales[static_cast<size_t>(tile * 16 + row % 8 * 2 + row % 16 / 8)],
                scale(row, column / 32));
    }
  }
}

}  // namespace
}  // namespace waveshift::cuda
