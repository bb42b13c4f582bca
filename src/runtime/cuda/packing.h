// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The order in which kernels read matrices, so that each lane of a warp loads 16 bytes beside its neighbour's
// and has what one tensor core operation wants of it. Host code only.
//
// A tile is 512 bytes: 16 rows times 16 columns of halves, or times 32 columns of bytes. Lane l of the warp
// has rows l / 4 and l / 4 + 8, and of each 16 columns those from 4 (l % 4) on to 4 (l % 4) + 3: the
// operation multiplies pairs of columns in another order than it numbers them, which no sum notices. Tiles of
// 16 rows follow each other; inside, those of 16 columns; inside, those of a convolution's taps.
#ifndef WAVESHIFT_RUNTIME_CUDA_PACKING_H_
#define WAVESHIFT_RUNTIME_CUDA_PACKING_H_

#include <cstdint>
#include <span>
#include <vector>

namespace waveshift::cuda {

inline constexpr int64_t kTileRows = 16;
inline constexpr int64_t kTileColumns = 16;      // of halves
inline constexpr int64_t kByteTileColumns = 32;  // of bytes: a block of q8_0
inline constexpr int64_t kTileBytes = 512;

inline int64_t TilesOf(int64_t values, int64_t tile) { return (values + tile - 1) / tile; }
inline int64_t RoundUp(int64_t values, int64_t tile) { return TilesOf(values, tile) * tile; }

// 16-bit floats, rounded to nearest even; too large values become infinite.
uint16_t HalfOf(float value);
float FloatOf(uint16_t half);

// value(row, column, tap), a float, of a matrix [rows, columns] with so many taps, filled up with zeros.
template <typename ValueAt>
std::vector<uint16_t> PackHalves(int64_t rows, int64_t columns, int64_t taps, const ValueAt& value);

// The same of rows of halves, without taps.
std::vector<uint16_t> PackHalfRows(int64_t rows, int64_t columns, std::span<const uint16_t> halves);

// Rows of q8_0 blocks (2 bytes of scale, a half, then 32 numbers of 8 bits), columns a multiple of 32.
struct PackedBytes {
  std::vector<uint8_t> tiles;  // numbers + 128
  // [row tile, column tile, row % 8, row / 8 % 2]: lane l loads those of its two rows at once.
  std::vector<uint16_t> scales;
};
PackedBytes PackBlocks(int64_t rows, int64_t columns, std::span<const char> blocks);

template <typename ValueAt>
std::vector<uint16_t> PackHalves(int64_t rows, int64_t columns, int64_t taps, const ValueAt& value) {
  const int64_t row_tiles = TilesOf(rows, kTileRows);
  const int64_t column_tiles = TilesOf(columns, kTileColumns);
  std::vector<uint16_t> packed(
      static_cast<size_t>(row_tiles * column_tiles * taps * kTileRows * kTileColumns));
  uint16_t* to = packed.data();
  for (int64_t tile = 0; tile < row_tiles * column_tiles * taps; ++tile) {
    const int64_t tap = tile % taps;
    const int64_t first_column = tile / taps % column_tiles * kTileColumns;
    const int64_t first_row = tile / taps / column_tiles * kTileRows;
    for (int64_t i = 0; i < kTileRows * kTileColumns; ++i) {
      // Of a lane: two columns of its first row, of its second row, then two more of each.
      const int64_t lane = i / 8;
      const int64_t row = first_row + lane / 4 + (i / 2 % 2) * 8;
      const int64_t column = first_column + lane % 4 * 4 + i / 4 % 2 * 2 + i % 2;
      *to++ = row < rows && column < columns ? HalfOf(value(row, column, tap)) : uint16_t{0};
    }
  }
  return packed;
}

}  // namespace waveshift::cuda

#endif  // WAVESHIFT_RUNTIME_CUDA_PACKING_H_
