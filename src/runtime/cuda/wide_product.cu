// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Many rows times a matrix: each block makes 64 rows of 64 values, and goes through the depth in chunks of
// which the next one is copied while one is multiplied.
#include "runtime/cuda/product_internal.cuh"

namespace waveshift::cuda {
namespace {

constexpr int kWarpsM = 2;
constexpr int kWarpsN = 2;
constexpr int kThreads = kWarpsM * kWarpsN * kLanes;
constexpr int kRowTiles = 2;     // of the matrix, of a warp
constexpr int kColumnTiles = 4;  // eight rows of the input each, of a warp
constexpr int kValues = 16 * kRowTiles * kWarpsM;
constexpr int kRows = 8 * kColumnTiles * kWarpsN;
constexpr int kChunk = 64;  // of the depth
constexpr int kRowHalves =
    80;  // of a row in shared memory, so that lanes find their bytes in different banks
constexpr int kBuffers = 3;
constexpr int kChunksAhead = 2;  // of weights under way

__device__ void LoadChunk(const ProductParameters& p, __half* shared, int first_row, int chunk) {
  const int columns = min(kChunk, p.depth - chunk * kChunk);
  const auto* from = static_cast<const __half*>(p.from) + chunk * kChunk;
  for (int i = threadIdx.x; i < kRows * (kChunk / 8); i += kThreads) {
    const int row = i / (kChunk / 8);
    const int column = i % (kChunk / 8) * 8;
    if (column >= columns) continue;
    const bool is_there = first_row + row < p.rows;
    CopyAhead(shared + row * kRowHalves + column,
              from + static_cast<int64_t>(is_there ? first_row + row : 0) * p.depth + column, is_there);
  }
}

template <bool kBytes>
__global__ void __launch_bounds__(kThreads) WideProductKernel(ProductParameters p) {
  constexpr int kTile = kBytes ? 32 : 16;
  __shared__ __align__(16) __half buffers[kBuffers][kRows * kRowHalves];
  const int lane = threadIdx.x % kLanes;
  const int warp_m = threadIdx.x / kLanes % kWarpsM;
  const int warp_n = threadIdx.x / kLanes / kWarpsM;
  const int tiles = p.depth / kTile;
  const int first_tile = (static_cast<int>(blockIdx.y) * kWarpsM + warp_m) * kRowTiles;
  const auto* weights =
      static_cast<const uint4*>(p.weights) + static_cast<int64_t>(first_tile) * tiles * kLanes + lane;
  const uint32_t* scales = p.scales + static_cast<int64_t>(first_tile) * tiles * 8 + lane / 4;
  // Slots are named by the compiler: a register that is moved would be waited for.
  constexpr int kChunkTiles = kChunk / kTile;
  constexpr int kAhead = kChunksAhead * kChunkTiles;
  uint4 ahead[kAhead][kRowTiles];
  uint32_t scale[kAhead][kRowTiles];
  const auto load = [&](int slot, int tile) {
#pragma unroll
    for (int m = 0; m < kRowTiles; ++m) {
      const bool is_there = tile < tiles && (first_tile + m) * 16 < p.out;
      const int64_t at = static_cast<int64_t>(m) * tiles + tile;
      ahead[slot][m] = is_there ? __ldg(weights + at * kLanes) : make_uint4(0, 0, 0, 0);
      if (kBytes) scale[slot][m] = is_there ? __ldg(scales + at * 8) : 0;
    }
  };
#pragma unroll
  for (int i = 0; i < kAhead; ++i) load(i, i);
  LetLaterBegin();
  WaitForEarlier();

  const int first_row = static_cast<int>(blockIdx.x) * kRows;
  const int chunks = (p.depth + kChunk - 1) / kChunk;
#pragma unroll
  for (int chunk = 0; chunk < kBuffers - 1; ++chunk) {
    if (chunk < chunks) LoadChunk(p, buffers[chunk], first_row, chunk);
    EndCopies();
  }
  float sums[kRowTiles][kColumnTiles][4] = {};
  for (int first = 0; first < chunks; first += kChunksAhead) {
#pragma unroll
    for (int c = 0; c < kChunksAhead; ++c) {
      const int chunk = first + c;
      if (chunk >= chunks) break;
      WaitForCopies<kBuffers - 2>();
      __syncthreads();
      const int next = chunk + kBuffers - 1;
      if (next < chunks) LoadChunk(p, buffers[next % kBuffers], first_row, next);
      EndCopies();
      const __half* own =
          buffers[chunk % kBuffers] + (warp_n * kColumnTiles * 8 + lane / 4) * kRowHalves + lane % 4 * 4;
#pragma unroll
      for (int i = 0; i < kChunkTiles; ++i) {
        const int slot = c * kChunkTiles + i;
        const int tile = chunk * kChunkTiles + i;
#pragma unroll
        for (int m = 0; m < kRowTiles; ++m) {
          const WeightTile<kBytes> weight(ahead[slot][m], kBytes ? scale[slot][m] : 0);
#pragma unroll
          for (int n = 0; n < kColumnTiles; ++n) {
            if (tile < tiles) weight.AddTo(sums[m][n], own + n * 8 * kRowHalves + i * kTile);
          }
        }
        load(slot, tile + kAhead);
      }
    }
  }
#pragma unroll
  for (int n = 0; n < kColumnTiles; ++n) {
#pragma unroll
    for (int i = 0; i < 2; ++i) {
      const int row = first_row + (warp_n * kColumnTiles + n) * 8 + lane % 4 * 2 + i;
      if (row >= p.rows) continue;
#pragma unroll
      for (int m = 0; m < kRowTiles; ++m) {
#pragma unroll
        for (int half = 0; half < 2; ++half) {
          const int value = (first_tile + m) * 16 + lane / 4 + half * 8;
          if (value < p.out) Finish<true>(p, row, value, sums[m][n][half * 2 + i]);
        }
      }
    }
  }
}

}  // namespace

void MultiplyManyRows(Stream* stream, const ProductCall& call) {
  const ProductParameters p(call);
  const dim3 grid(static_cast<unsigned>((p.rows + kRows - 1) / kRows),
                  static_cast<unsigned>((p.out + kValues - 1) / kValues));
  call.matrix->form() == MatrixForm::kF16 ? Launch(stream, WideProductKernel<false>, grid, kThreads, 0, p)
                                          : Launch(stream, WideProductKernel<true>, grid, kThreads, 0, p);
}

}  // namespace waveshift::cuda
