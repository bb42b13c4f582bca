// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Few rows times a matrix: as fast as the weights come. A block has 16 rows of the matrix at a time; its
// eight warps share the depth and add up at the end, always in the same order. Weights are loaded before the
// rows are known to be ready.
#include <algorithm>

#include "runtime/cuda/packing.h"
#include "runtime/cuda/product_internal.cuh"

namespace waveshift::cuda {
namespace {

constexpr int kWarps = 8;
constexpr int kThreads = kWarps * kLanes;
constexpr int kRowsOfTile = 8;           // of what is multiplied
constexpr int kMostColumnsOfWarp = 160;  // of a part
// Of a row in shared memory, so that lanes find their eight bytes in different banks.
constexpr int kPad = 16;
constexpr int kPadTo = 64;
// Where rows are many, a block takes several times 16 rows of the matrix, so that it copies them less often.
constexpr int kWantedBlocks = 132;
// The compiler loads rows ahead of what it knows to be wanted.
constexpr size_t kSlackBytes = 512;
constexpr int kTileWords = 32;  // scales of a tile of bytes, one for each lane

struct FewRows : ProductParameters {
  using ProductParameters::ProductParameters;
  // How the depth is divided: `parts` pieces, of each so many tiles for each warp; so many pieces of the rows
  // are in shared memory at once.
  int tiles = 0;
  int parts = 1;
  int tiles_of_warp = 1;
  int resident_parts = 1;
  int stride = 0;  // of a row in shared memory, in halves
  int rows_of_block = 1;
  int row_tiles = 1;       // of the matrix, in all
  int tiles_of_block = 1;  // of the matrix' rows
};

// Weights that a warp has under way: of each stage its tiles of a part, each lane's 16 bytes of a tile where
// only that lane writes and reads. Parts follow each other through all of the block's rows of the matrix.
template <bool kBytes, int kStages>
class WeightRing {
 public:
  static constexpr int kMostTiles = kMostColumnsOfWarp / (kBytes ? 32 : 16);

  __device__ WeightRing(const FewRows& p, char* memory, int first_tile, int rows) : p_(p), rows_left_(rows) {
    const int lane = static_cast<int>(threadIdx.x) % kLanes;
    const int first = static_cast<int>(threadIdx.x) / kLanes * p.tiles_of_warp;
    tiles_ = reinterpret_cast<uint4*>(memory) + first * kLanes + lane;
    words_ =
        reinterpret_cast<uint32_t*>(memory + StageTiles(p) * kStages * kTileBytes) + first * kLanes + lane;
    const int64_t at = static_cast<int64_t>(first_tile) * p.tiles + first;
    weights_ = static_cast<const uint4*>(p.weights) + at * kLanes + lane;
    if (kBytes) scales_ = p.scales + at * 8 + lane / 4;
    tiles_left_ = p.tiles - first;
#pragma unroll
    for (int stage = 0; stage < kStages; ++stage) Load(stage);
  }

  static __host__ __device__ size_t StageTiles(const FewRows& p) {
    return static_cast<size_t>(kWarps * p.tiles_of_warp);
  }
  static __host__ __device__ size_t Bytes(const FewRows& p) {
    return StageTiles(p) * kStages * (kTileBytes + (kBytes ? sizeof(uint32_t) * kTileWords : 0));
  }

  // The oldest part is there; it lies in stage().
  __device__ void Wait() { WaitForCopies<kStages - 1>(); }
  __device__ WeightTile<kBytes> Tile(int i) const {
    const int place = (stage_ * kWarps * p_.tiles_of_warp + i) * kLanes;
    return WeightTile<kBytes>(tiles_[place], kBytes ? words_[place] : 0);
  }
  // It makes room for another.
  __device__ void Next() {
    Load(stage_);
    if (kStages > 1) stage_ = stage_ + 1 == kStages ? 0 : stage_ + 1;
  }

 private:
  __device__ void Load(int stage) {
    if (rows_left_ > 0) {
      const int count = min(p_.tiles_of_warp, tiles_left_ - part_ * kWarps * p_.tiles_of_warp);
      const int place = stage * kWarps * p_.tiles_of_warp * kLanes;
      const int64_t from = static_cast<int64_t>(part_) * kWarps * p_.tiles_of_warp;
#pragma unroll
      for (int i = 0; i < kMostTiles; ++i) {
        if (i >= count) break;
        CopyAhead(tiles_ + place + i * kLanes, weights_ + (from + i) * kLanes, policy_);
        if (kBytes) CopyWordAhead(words_ + place + i * kLanes, scales_ + (from + i) * 8);
      }
      if (++part_ == p_.parts) {
        part_ = 0;
        --rows_left_;
        weights_ += static_cast<int64_t>(p_.tiles) * kLanes;
        if (kBytes) scales_ += static_cast<int64_t>(p_.tiles) * 8;
      }
    }
    EndCopies();
  }

  const FewRows& p_;
  const uint64_t policy_ = ReadOncePolicy();
  uint4* tiles_;
  uint32_t* words_;
  const uint4* weights_;  // of the row of tiles that is loaded
  const uint32_t* scales_ = nullptr;
  int tiles_left_;  // from this warp's first on
  int rows_left_;   // of tiles, to load
  int part_ = 0;    // to load
  int stage_ = 0;   // to read
};

// Rows of the input, columns [begin, end), as halves in shared memory.
__device__ void CopyRows(const FewRows& p, __half* shared, int first_row, int count, int begin, int end) {
  constexpr int kPiece = 5 * kLanes * 8;  // that a warp loads at once
  const auto* from = static_cast<const __half*>(p.from) + static_cast<int64_t>(first_row) * p.depth + begin;
  const int length = end - begin;
  const int pieces = (length + kPiece - 1) / kPiece;  // of a row
  for (int item = threadIdx.x / kLanes; item < count * pieces; item += kWarps) {
    const int row = item / pieces;
    const int first = item % pieces * kPiece + static_cast<int>(threadIdx.x) % kLanes * 8;
    uint4 values[kPiece / kLanes / 8];
#pragma unroll
    for (int i = 0; i < kPiece / kLanes / 8; ++i) {
      const int column = first + i * kLanes * 8;
      if (column >= length) break;
      values[i] = *reinterpret_cast<const uint4*>(from + static_cast<int64_t>(row) * p.depth + column);
    }
#pragma unroll
    for (int i = 0; i < kPiece / kLanes / 8; ++i) {
      const int column = first + i * kLanes * 8;
      if (column >= length) break;
      *reinterpret_cast<uint4*>(shared + row * p.stride + column) = values[i];
    }
  }
}

// The norm's factors in shared memory, [weight, bias].
__device__ void CopyFactors(const FewRows& p, float* factors) {
#pragma unroll 2
  for (int i = threadIdx.x * 4; i < p.depth; i += kThreads * 4) {
    *reinterpret_cast<float4*>(factors + i) = *reinterpret_cast<const float4*>(p.norm.weight + i);
    *reinterpret_cast<float4*>(factors + p.depth + i) = *reinterpret_cast<const float4*>(p.norm.bias + i);
  }
}

// Up to eight rows of floats that are normalised; each warp has one.
__device__ void NormRows(const FewRows& p, __half* shared, int first_row, int count, const float* factors) {
  const int row = threadIdx.x / kLanes;
  if (row >= count) return;
  RowNorm norm;
  norm.Load(p.unnormed + static_cast<int64_t>(first_row + row) * p.depth, p.depth);
  norm.Normalize(p.depth, factors, factors + p.depth, p.norm.eps);
  norm.StoreHalves(shared + row * p.stride, p.depth);
}

// Puts together the warps' sums of 16 rows of the matrix. `shares` is [warp][row tile][which of four][lane].
// `own` is of the thread's first value, when it has one.
template <int kRowTiles>
__device__ void StoreSums(const FewRows& p, float* shares, float (&sums)[kRowTiles][4], int tile,
                          int first_row, int count, const Result<true>& own) {
  const int lane = threadIdx.x % kLanes;
  const int warp = threadIdx.x / kLanes;
  __syncthreads();
#pragma unroll
  for (int t = 0; t < kRowTiles; ++t) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      shares[((warp * kRowTiles + t) * 4 + i) * kLanes + lane] = sums[t][i];
      sums[t][i] = 0;
    }
  }
  __syncthreads();
  for (int i = threadIdx.x; i < count * 16; i += kThreads) {
    const int m = i % 16;
    const int n = i / 16;
    const int column = tile * 16 + m;
    if (column >= p.out) continue;
    const int place = ((n / 8 * 4) + m / 8 * 2 + n % 2) * kLanes + m % 8 * 4 + n % 8 / 2;
    float sum = 0;
#pragma unroll
    for (int w = 0; w < kWarps; ++w) sum += shares[w * kRowTiles * 4 * kLanes + place];
    if (i < kThreads) {
      own.Finish(p, sum);
    } else {
      Finish<true>(p, first_row + n, column, sum);
    }
  }
}

template <int kRowTiles, bool kBytes, bool kNorms, int kStages>
__global__ void __launch_bounds__(kThreads) ProductKernel(FewRows p) {
  constexpr int kTile = kBytes ? 32 : 16;  // columns
  extern __shared__ __align__(16) char memory[];
  const size_t ring_bytes = WeightRing<kBytes, kStages>::Bytes(p);
  auto* shares = reinterpret_cast<float*>(memory + ring_bytes);
  const size_t share_bytes = sizeof(float) * kWarps * kRowTiles * 4 * kLanes;
  const size_t factor_bytes = kNorms ? 2 * sizeof(float) * static_cast<size_t>(p.depth) : 0;
  auto* rows = reinterpret_cast<__half*>(memory + ring_bytes + max(share_bytes, factor_bytes));
  const int lane = threadIdx.x % kLanes;
  const int warp = threadIdx.x / kLanes;
  const int first_tile = static_cast<int>(blockIdx.x) * p.tiles_of_block;
  const int last_tile = min(first_tile + p.tiles_of_block, p.row_tiles);
  const int first_row = static_cast<int>(blockIdx.y) * p.rows_of_block;
  const int count = min(p.rows_of_block, p.rows - first_row);
  WeightRing<kBytes, kStages> ring(p, memory, first_tile, last_tile - first_tile);
  if (kNorms) {
    CopyFactors(p, shares);
    __syncthreads();
  }
  // A thread that has no value looks at another one's.
  const int own_row = first_row + min(static_cast<int>(threadIdx.x) / 16, count - 1);
  const auto result_of = [&](int tile) {
    return Result<true>(p, own_row, min(tile * 16 + static_cast<int>(threadIdx.x) % 16, p.out - 1));
  };
  Result<true> result = result_of(first_tile);
  LetLaterBegin();
  WaitForEarlier();
  result.LoadOld(p);
  if (kNorms) {
    NormRows(p, rows, first_row, count, shares);
    __syncthreads();
  }

  // Where this lane finds its row of each tile; rows that are not there are another one's, and never stored.
  const __half* own[kRowTiles];
#pragma unroll
  for (int t = 0; t < kRowTiles; ++t) {
    const int row = t * kRowsOfTile + lane / 4;
    own[t] = rows + (row < count ? row : 0) * p.stride + lane % 4 * 4 + warp * p.tiles_of_warp * kTile;
  }
  const int part_depth = kWarps * p.tiles_of_warp * kTile;
  float sums[kRowTiles][4] = {};
  for (int tile = first_tile; tile < last_tile; ++tile) {
    for (int part = 0; part < p.parts; ++part) {
      const int resident = p.resident_parts == p.parts ? part : part % p.resident_parts;
      // Rows that are all there are copied once.
      if (!kNorms && resident == 0 && (tile == first_tile || p.resident_parts < p.parts)) {
        __syncthreads();
        const int begin = part * part_depth;
        CopyRows(p, rows, first_row, count, begin, min(p.depth, begin + p.resident_parts * part_depth));
        __syncthreads();
      }
      ring.Wait();
      const int tiles = min(p.tiles_of_warp, p.tiles - (part * kWarps + warp) * p.tiles_of_warp);
      // Unrolled as a whole: of a part of such a loop the compiler leaves out the ends.
#pragma unroll
      for (int i = 0; i < WeightRing<kBytes, kStages>::kMostTiles; ++i) {
        if (i >= tiles) break;
        const WeightTile<kBytes> weights = ring.Tile(i);
#pragma unroll
        for (int t = 0; t < kRowTiles; ++t)
          weights.AddTo(sums[t], own[t] + resident * part_depth + i * kTile);
      }
      ring.Next();
    }
    StoreSums<kRowTiles>(p, shares, sums, tile, first_row, count, result);
    if (tile + 1 == last_tile) break;
    result = result_of(tile + 1);
    result.LoadOld(p);
  }
}

// In 32 bits: a warp has a row of the matrix and eight rows of the input.
__global__ void __launch_bounds__(kThreads) FloatProductKernel(ProductParameters p) {
  LetLaterBegin();
  WaitForEarlier();
  const int lane = threadIdx.x % kLanes;
  const int column = static_cast<int>(blockIdx.x) * kWarps + threadIdx.x / kLanes;
  const int first_row = static_cast<int>(blockIdx.y) * kRowsOfTile;
  if (column >= p.out) return;
  const float* weights = static_cast<const float*>(p.weights) + static_cast<int64_t>(column) * p.depth;
  float sums[kRowsOfTile] = {};
  for (int i = lane * 4; i < p.depth; i += kLanes * 4) {
    const float4 w = *reinterpret_cast<const float4*>(weights + i);
#pragma unroll
    for (int n = 0; n < kRowsOfTile; ++n) {
      if (first_row + n >= p.rows) break;
      const auto* from = static_cast<const float*>(p.from) + static_cast<int64_t>(first_row + n) * p.depth;
      const float4 x = *reinterpret_cast<const float4*>(from + i);
      sums[n] += (w.x * x.x + w.y * x.y) + (w.z * x.z + w.w * x.w);
    }
  }
#pragma unroll
  for (int n = 0; n < kRowsOfTile; ++n) {
    const float sum = SumOfWarp(sums[n]);
    if (lane == n && first_row + n < p.rows) Finish<false>(p, first_row + n, column, sum);
  }
}

// How the work is divided; false when a block would need more shared memory than there is.
template <int kRowTiles, bool kBytes, bool kNorms, int kStages>
bool Divide(FewRows* p, size_t* shared) {
  const int tile = kBytes ? 32 : 16;
  const size_t limit = SharedLimit();
  // Parts are as large as the device's shared memory allows, but the same for any number of rows.
  const int columns_of_warp = limit >= (size_t{200} << 10)  ? kMostColumnsOfWarp
                              : limit >= (size_t{96} << 10) ? 64
                                                            : 32;
  const int part_tiles = kWarps * columns_of_warp / tile;
  p->tiles = p->depth / tile;
  p->parts = (p->tiles + part_tiles - 1) / part_tiles;
  p->tiles_of_warp = (p->tiles + kWarps * p->parts - 1) / (kWarps * p->parts);
  p->row_tiles = (p->out + 15) / 16;
  p->rows_of_block = std::min(p->rows, kRowTiles * kRowsOfTile);
  const auto part_depth = static_cast<int64_t>(kWarps * p->tiles_of_warp * tile);
  const size_t sums = sizeof(float) * kWarps * kRowTiles * 4 * kLanes;
  const size_t factors = kNorms ? 2 * sizeof(float) * static_cast<size_t>(p->depth) : 0;
  for (p->resident_parts = p->parts; p->resident_parts > 0; --p->resident_parts) {
    const int64_t resident = std::min<int64_t>(p->depth, part_depth * p->resident_parts);
    p->stride = static_cast<int>(RoundUp(resident, kPadTo) + kPad);
    const size_t rows =
        sizeof(__half) * static_cast<size_t>(p->rows_of_block) * static_cast<size_t>(p->stride);
    *shared = WeightRing<kBytes, kStages>::Bytes(*p) + std::max(sums, factors) + rows + kSlackBytes;
    if (*shared <= limit) break;
    if (kNorms) return false;
  }
  const bool is_resident = p->resident_parts == p->parts;
  p->tiles_of_block =
      kRowTiles > 1 && is_resident ? std::max(1, (p->row_tiles + kWantedBlocks / 2) / kWantedBlocks) : 1;
  return p->resident_parts > 0;
}

template <int kRowTiles, bool kBytes, bool kNorms, int kStages>
bool Start(Stream* stream, FewRows p) {
  size_t shared = 0;
  if (!Divide<kRowTiles, kBytes, kNorms, kStages>(&p, &shared)) return false;
  AllowShared(stream, ProductKernel<kRowTiles, kBytes, kNorms, kStages>, shared);
  const dim3 grid(static_cast<unsigned>((p.row_tiles + p.tiles_of_block - 1) / p.tiles_of_block),
                  static_cast<unsigned>((p.rows + p.rows_of_block - 1) / p.rows_of_block));
  Launch(stream, ProductKernel<kRowTiles, kBytes, kNorms, kStages>, grid, kThreads, shared, p);
  return true;
}

// With so many stages as are of use: a block that has one part loads it at once.
template <int kRowTiles, bool kBytes, bool kNorms>
bool StartStages(Stream* stream, const FewRows& p) {
  FewRows divided = p;
  size_t shared = 0;
  if (Divide<kRowTiles, kBytes, kNorms, 1>(&divided, &shared) &&
      divided.parts * divided.tiles_of_block == 1) {
    return Start<kRowTiles, kBytes, kNorms, 1>(stream, p);
  }
  return Start<kRowTiles, kBytes, kNorms, 2>(stream, p) || Start<kRowTiles, kBytes, kNorms, 1>(stream, p);
}

// With so many row tiles as there are rows and room for; several blocks share more rows than that.
template <bool kBytes>
void StartProduct(Stream* stream, const FewRows& p) {
  if (p.unnormed != nullptr && StartStages<1, kBytes, true>(stream, p)) return;
  const int tiles = (p.rows + kRowsOfTile - 1) / kRowsOfTile;
  if (tiles > 4 && StartStages<6, kBytes, false>(stream, p)) return;
  if (tiles > 3 && StartStages<4, kBytes, false>(stream, p)) return;
  if (tiles > 2 && StartStages<3, kBytes, false>(stream, p)) return;
  if (tiles > 1 && StartStages<2, kBytes, false>(stream, p)) return;
  if (!StartStages<1, kBytes, false>(stream, p)) stream->Note(cudaErrorInvalidConfiguration);
}

}  // namespace

bool CanNormOnTheWay(const Matrix& matrix, int64_t rows) {
  // What the weights' ring leaves of the smallest shared memory is enough for rows of this width.
  return matrix.form() != MatrixForm::kF32 && rows <= kRowsOfTile && matrix.depth() <= RowNorm::kMostWidth &&
         SharedLimit() >= (size_t{96} << 10);
}

void Multiply(Stream* stream, const ProductCall& call) {
  if (call.rows == 0) return;
  if (call.matrix->form() == MatrixForm::kF32) {
    const ProductParameters p(call);
    const dim3 grid(static_cast<unsigned>((p.out + kWarps - 1) / kWarps),
                    static_cast<unsigned>((p.rows + kRowsOfTile - 1) / kRowsOfTile));
    return Launch(stream, FloatProductKernel, grid, kThreads, 0, p);
  }
  if (call.many_rows) return MultiplyManyRows(stream, call);
  const FewRows p(call);
  call.matrix->form() == MatrixForm::kF16 ? StartProduct<false>(stream, p) : StartProduct<true>(stream, p);
}

}  // namespace waveshift::cuda
