// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cuda/packing.h"

#include <bit>
#include <cmath>
#include <cstring>

namespace waveshift::cuda {
namespace {

constexpr int64_t kBlockBytes = 34;

}  // namespace

uint16_t HalfOf(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  const auto sign = static_cast<uint16_t>((bits >> 16) & 0x8000u);
  const uint32_t magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) return static_cast<uint16_t>(sign | 0x7e00u);
  if (magnitude >= 0x477ff000u) return static_cast<uint16_t>(sign | 0x7c00u);
  if (magnitude < 0x38800000u) {
    // Steps of 2^-24.
    const float steps = std::bit_cast<float>(magnitude) * 16777216.0F;
    return static_cast<uint16_t>(sign | static_cast<uint16_t>(std::nearbyint(steps)));
  }
  const uint32_t rounded = magnitude - 0x38000000u + 0x0fffu + ((magnitude >> 13) & 1u);
  return static_cast<uint16_t>(sign | (rounded >> 13));
}

float FloatOf(uint16_t half) {
  const int exponent = (half >> 10) & 31;
  const auto mantissa = static_cast<float>(half & 0x3ffu);
  float value = 0;
  if (exponent == 0) {
    value = mantissa / 16777216.0F;
  } else if (exponent == 31) {
    value = mantissa == 0 ? INFINITY : NAN;
  } else {
    value = std::ldexp(1024.0F + mantissa, exponent - 25);
  }
  return (half & 0x8000u) != 0 ? -value : value;
}

std::vector<uint16_t> PackHalfRows(int64_t rows, int64_t columns, std::span<const uint16_t> halves) {
  const int64_t column_tiles = TilesOf(columns, kTileColumns);
  std::vector<uint16_t> packed(
      static_cast<size_t>(TilesOf(rows, kTileRows) * column_tiles * kTileRows * kTileColumns));
  for (int64_t row = 0; row < rows; ++row) {
    const uint16_t* from = halves.data() + row * columns;
    uint16_t* to = packed.data() + row / kTileRows * column_tiles * kTileRows * kTileColumns +
                   row % 8 * 4 * 8 + row / 8 % 2 * 2;
    // Pairs of columns go to lanes of eight halves, each second pair behind four.
    for (int64_t column = 0; column < columns; ++column) {
      const int64_t in_tile = column % kTileColumns;
      to[column / kTileColumns * kTileRows * kTileColumns + in_tile / 4 * 8 + in_tile % 4 / 2 * 4 +
         in_tile % 2] = from[column];
    }
  }
  return packed;
}

PackedBytes PackBlocks(int64_t rows, int64_t columns, std::span<const char> blocks) {
  const int64_t row_tiles = TilesOf(rows, kTileRows);
  const int64_t column_tiles = columns / kByteTileColumns;
  PackedBytes packed;
  packed.tiles.resize(static_cast<size_t>(row_tiles * column_tiles * kTileBytes), 128);
  packed.scales.resize(static_cast<size_t>(row_tiles * column_tiles * kTileRows));
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t c = 0; c < column_tiles; ++c) {
      const char* block = blocks.data() + (row * column_tiles + c) * kBlockBytes;
      const int64_t tile = row / kTileRows * column_tiles + c;
      const int64_t second = row / 8 % 2;
      std::memcpy(&packed.scales[static_cast<size_t>(tile * kTileRows + row % 8 * 2 + second)], block, 2);
      for (int64_t i = 0; i < kByteTileColumns; ++i) {
        const int64_t lane = row % 8 * 4 + i % 16 / 4;
        const int64_t place = tile * kTileBytes + lane * 16 + i / 16 * 8 + second * 4 + i % 4;
        packed.tiles[static_cast<size_t>(place)] =
            static_cast<uint8_t>(static_cast<int8_t>(block[2 + i]) + 128);
      }
    }
  }
  return packed;
}

}  // namespace waveshift::cuda
