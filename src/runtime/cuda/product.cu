// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Rows times a matrix. A block has 16 rows of the matrix; its eight warps share the depth and add up at the
// end, always in the same order. Weights are loaded before the rows are known to be ready.
#include <algorithm>

#include "runtime/cuda/language.h"
#include "runtime/cuda/launch_internal.cuh"
#include "runtime/cuda/packing.h"

namespace waveshift::cuda {
namespace {

constexpr int kWarps = 8;
constexpr int kThreads = kWarps * kLanes;
// Tiles of weights that a warp has under way.
constexpr int kAhead = 10;
constexpr int kRowsOfTile = 8;  // of what is multiplied
constexpr int kMostRowTiles = 8;
// Of a row in shared memory, so that lanes find their eight bytes in different banks.
constexpr int kPad = 16;
constexpr int kPadTo = 64;
constexpr size_t kMostShared = size_t{160} << 10;

}  // namespace

// As kernels take it. A friend of Matrix.
struct ProductParameters {
  explicit ProductParameters(const ProductCall& call)
      : weights(call.matrix->weights_.data()),
        scales(call.matrix->scales_.as<uint32_t>()),
        bias(call.matrix->bias_.as<float>()),
        out(static_cast<int>(call.matrix->rows_)),
        depth(static_cast<int>(call.matrix->depth_)),
        rows(static_cast<int>(call.rows)),
        from(call.from),
        unnormed(call.unnormed),
        norm(call.norm),
        then(call.then),
        to(call.to),
        keys(call.keys),
        values(call.values),
        cells_are_halves(call.cells_are_halves),
        own_cell(call.own_cell) {}

  const void* weights;
  const uint32_t* scales;
  const float* bias;
  int out;
  int depth;
  int rows;
  const void* from;
  const float* unnormed;
  NormFactors norm;
  ProductThen then;
  void* to;
  void* keys;
  void* values;
  bool cells_are_halves;
  const int32_t* own_cell;
  // How the depth is divided: `parts` pieces, of each so many tiles for each warp; so many pieces of the rows
  // are in shared memory at once.
  int tiles = 0;
  int parts = 1;
  int tiles_of_warp = 1;
  int resident_parts = 1;
  int stride = 0;  // of a row in shared memory, in halves
};

namespace {

__device__ inline float Gelu(float x) {
  const float inner = 0.7978845608028654F * (x + 0.044715F * x * x * x);
  return 0.5F * x * (1.0F + tanhf(inner));
}

// Value `m` of row `n`.
template <bool kHalfRows>
__device__ inline void Finish(const ProductParameters& p, int n, int m, float value) {
  value += p.bias[m];
  const int64_t place = static_cast<int64_t>(n) * p.out + m;
  switch (p.then) {
    case ProductThen::kStore:
      static_cast<float*>(p.to)[place] = value;
      break;
    case ProductThen::kAdd:
      static_cast<float*>(p.to)[place] += value;
      break;
    case ProductThen::kGelu:
      if (kHalfRows) {
        static_cast<__half*>(p.to)[place] = __float2half_rn(Gelu(value));
      } else {
        static_cast<float*>(p.to)[place] = Gelu(value);
      }
      break;
    case ProductThen::kSplit: {
      const int width = p.out / 3;
      if (m < width) {
        static_cast<float*>(p.to)[static_cast<int64_t>(n) * width + m] = value;
        break;
      }
      void* cells = m < 2 * width ? p.keys : p.values;
      const int64_t cell = static_cast<int64_t>(p.own_cell[n]) * width + m % width;
      if (p.cells_are_halves) {
        static_cast<__half*>(cells)[cell] = __float2half_rn(value);
      } else {
        static_cast<float*>(cells)[cell] = value;
      }
      break;
    }
  }
}

// Rows [first, first + count) of the input, columns [begin, end), as halves in shared memory.
__device__ void CopyRows(const ProductParameters& p, __half* shared, int first, int count, int begin,
                         int end) {
  const int vectors = (end - begin) / 8;
  for (int i = threadIdx.x; i < count * vectors; i += kThreads) {
    const int row = i / vectors;
    const int column = i % vectors * 8;
    uint4 values = make_uint4(0, 0, 0, 0);
    if (first + row < p.rows) {
      const auto* from = static_cast<const __half*>(p.from) + static_cast<int64_t>(first + row) * p.depth;
      values = *reinterpret_cast<const uint4*>(from + begin + column);
    }
    *reinterpret_cast<uint4*>(shared + row * p.stride + column) = values;
  }
}

// The same of floats that are normalised; a warp has a row at a time. The row is read thrice, from the cache.
__device__ void NormRows(const ProductParameters& p, __half* shared, int first, int count) {
  const int lane = threadIdx.x % kLanes;
  for (int row = threadIdx.x / kLanes; row < count; row += kWarps) {
    __half* to = shared + row * p.stride;
    if (first + row >= p.rows) {
      for (int i = lane * 4; i < p.depth; i += kLanes * 4)
        *reinterpret_cast<uint2*>(to + i) = make_uint2(0, 0);
      continue;
    }
    const float* from = p.unnormed + static_cast<int64_t>(first + row) * p.depth;
    float sum = 0;
#pragma unroll 10
    for (int i = lane * 4; i < p.depth; i += kLanes * 4) {
      const float4 x = *reinterpret_cast<const float4*>(from + i);
      sum += (x.x + x.y) + (x.z + x.w);
    }
    const float mean = SumOfWarp(sum) / static_cast<float>(p.depth);
    float squares = 0;
#pragma unroll 10
    for (int i = lane * 4; i < p.depth; i += kLanes * 4) {
      const float4 x = *reinterpret_cast<const float4*>(from + i);
      const float a = x.x - mean, b = x.y - mean, c = x.z - mean, d = x.w - mean;
      squares += (a * a + b * b) + (c * c + d * d);
    }
    const float rate = rsqrtf(SumOfWarp(squares) / static_cast<float>(p.depth) + p.norm.eps);
#pragma unroll 5
    for (int i = lane * 4; i < p.depth; i += kLanes * 4) {
      const float4 x = *reinterpret_cast<const float4*>(from + i);
      const float4 w = *reinterpret_cast<const float4*>(p.norm.weight + i);
      const float4 b = *reinterpret_cast<const float4*>(p.norm.bias + i);
      const uint2 halves =
          make_uint2(HalvesOf((x.x - mean) * rate * w.x + b.x, (x.y - mean) * rate * w.y + b.y),
                     HalvesOf((x.z - mean) * rate * w.z + b.z, (x.w - mean) * rate * w.w + b.w));
      *reinterpret_cast<uint2*>(to + i) = halves;
    }
  }
}

// Four numbers of 8 bits (plus 128) as halves.
__device__ inline uint2 HalvesOfBytes(uint32_t bytes) {
  // 0x6400 is 1024: with a byte as its last bits, 1024 and the byte.
  const __half2 offset = __half2half2(__ushort_as_half(0x6480));  // 1024 + 128
  uint32_t low = __byte_perm(bytes, 0x64646464U, 0x4140);
  uint32_t high = __byte_perm(bytes, 0x64646464U, 0x4342);
  const __half2 a = __hsub2(*reinterpret_cast<__half2*>(&low), offset);
  const __half2 b = __hsub2(*reinterpret_cast<__half2*>(&high), offset);
  return make_uint2(*reinterpret_cast<const uint32_t*>(&a), *reinterpret_cast<const uint32_t*>(&b));
}

// Adds a tile of weights times the rows at `shared` (of the tile's first column) to the sums.
template <int kRowTiles, bool kBytes>
__device__ inline void AddTile(const uint4& weights, uint32_t scales, const __half* shared, int stride,
                               float (&sums)[kRowTiles][4]) {
  const int lane = threadIdx.x % kLanes;
  const __half* own = shared + lane / 4 * stride + lane % 4 * 4;
  if (!kBytes) {
#pragma unroll
    for (int t = 0; t < kRowTiles; ++t) {
      MultiplyTiles(sums[t], weights, *reinterpret_cast<const uint2*>(own + t * kRowsOfTile * stride));
    }
    return;
  }
  const uint2 w0 = HalvesOfBytes(weights.x), w1 = HalvesOfBytes(weights.y);
  const uint2 w2 = HalvesOfBytes(weights.z), w3 = HalvesOfBytes(weights.w);
  const float2 scale = FloatsOf(scales);
#pragma unroll
  for (int t = 0; t < kRowTiles; ++t) {
    float part[4] = {0, 0, 0, 0};
    const __half* rows = own + t * kRowsOfTile * stride;
    MultiplyTiles(part, make_uint4(w0.x, w1.x, w0.y, w1.y), *reinterpret_cast<const uint2*>(rows));
    MultiplyTiles(part, make_uint4(w2.x, w3.x, w2.y, w3.y), *reinterpret_cast<const uint2*>(rows + 16));
    sums[t][0] += scale.x * part[0];
    sums[t][1] += scale.x * part[1];
    sums[t][2] += scale.y * part[2];
    sums[t][3] += scale.y * part[3];
  }
}

template <int kRowTiles, bool kBytes>
__global__ void __launch_bounds__(kThreads) ProductKernel(ProductParameters p) {
  constexpr int kTile = kBytes ? 32 : 16;  // columns
  extern __shared__ __align__(16) char memory[];
  auto* rows = reinterpret_cast<__half*>(memory);
  const int lane = threadIdx.x % kLanes;
  const int warp = threadIdx.x / kLanes;
  const int first_row = static_cast<int>(blockIdx.y) * kRowTiles * kRowsOfTile;
  const int64_t own_tiles = static_cast<int64_t>(blockIdx.x) * p.tiles;
  const uint4* weights = static_cast<const uint4*>(p.weights) + own_tiles * kLanes + lane;
  const uint32_t* scales = p.scales + own_tiles * 8 + lane / 4;
  // Tile `i` of this warp's share of a part.
  const auto tile_of = [&](int part, int i) { return (part * kWarps + warp) * p.tiles_of_warp + i; };

  uint4 ahead[kAhead];
  uint32_t scale[kAhead];
  const auto load = [&](int part) {
#pragma unroll
    for (int i = 0; i < kAhead; ++i) {
      const int tile = tile_of(part, i);
      const bool is_there = i < p.tiles_of_warp && tile < p.tiles;
      ahead[i] = is_there ? __ldcs(weights + static_cast<int64_t>(tile) * kLanes) : make_uint4(0, 0, 0, 0);
      if (kBytes) scale[i] = is_there ? __ldg(scales + static_cast<int64_t>(tile) * 8) : 0;
    }
  };
  load(0);
  LetLaterBegin();
  WaitForEarlier();

  float sums[kRowTiles][4] = {};
  const int part_depth = kWarps * p.tiles_of_warp * kTile;
  for (int part = 0; part < p.parts; ++part) {
    const int resident = part % p.resident_parts;
    if (resident == 0) {
      __syncthreads();
      const int begin = part * part_depth;
      if (p.unnormed != nullptr) {
        NormRows(p, rows, first_row, kRowTiles * kRowsOfTile);
      } else {
        CopyRows(p, rows, first_row, kRowTiles * kRowsOfTile, begin,
                 min(p.depth, begin + p.resident_parts * part_depth));
      }
      __syncthreads();
    }
    const __half* own = rows + resident * part_depth + warp * p.tiles_of_warp * kTile;
#pragma unroll
    for (int i = 0; i < kAhead; ++i) {
      if (i < p.tiles_of_warp && tile_of(part, i) < p.tiles) {
        AddTile<kRowTiles, kBytes>(ahead[i], scale[i], own + i * kTile, p.stride, sums);
      }
    }
    if (part + 1 < p.parts) load(part + 1);
  }

  // The warps' sums, [warp][row tile][which of four][lane].
  __syncthreads();
  auto* shares = reinterpret_cast<float*>(memory);
#pragma unroll
  for (int t = 0; t < kRowTiles; ++t) {
#pragma unroll
    for (int i = 0; i < 4; ++i) shares[((warp * kRowTiles + t) * 4 + i) * kLanes + lane] = sums[t][i];
  }
  __syncthreads();
  for (int i = threadIdx.x; i < kRowTiles * kRowsOfTile * 16; i += kThreads) {
    const int m = i % 16;
    const int n = i / 16;
    const int row = first_row + n;
    const int column = static_cast<int>(blockIdx.x) * 16 + m;
    if (row >= p.rows || column >= p.out) continue;
    const int place = ((n / 8 * 4) + m / 8 * 2 + n % 2) * kLanes + m % 8 * 4 + n % 8 / 2;
    float sum = 0;
#pragma unroll
    for (int w = 0; w < kWarps; ++w) sum += shares[w * kRowTiles * 4 * kLanes + place];
    Finish<true>(p, row, column, sum);
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

template <int kRowTiles, bool kBytes>
void StartProduct(Stream* stream, ProductParameters p) {
  const int tile = kBytes ? 32 : 16;
  p.tiles = p.depth / tile;
  p.parts = (p.tiles + kWarps * kAhead - 1) / (kWarps * kAhead);
  p.tiles_of_warp = (p.tiles + kWarps * p.parts - 1) / (kWarps * p.parts);
  const size_t part_depth = static_cast<size_t>(kWarps * p.tiles_of_warp * tile);
  const size_t row_bytes = sizeof(__half) * kRowTiles * kRowsOfTile;
  p.resident_parts = p.parts;
  if (p.unnormed == nullptr) {
    const auto fitting = static_cast<int>((kMostShared / row_bytes - kPad - kPadTo) / part_depth);
    p.resident_parts = std::clamp(fitting, 1, p.parts);
  }
  const auto resident =
      static_cast<size_t>(std::min<int64_t>(p.depth, static_cast<int64_t>(part_depth) * p.resident_parts));
  p.stride = static_cast<int>(RoundUp(static_cast<int64_t>(resident), kPadTo) + kPad);
  const size_t sums = sizeof(float) * kWarps * kRowTiles * 4 * kLanes;
  const size_t shared = std::max(row_bytes * static_cast<size_t>(p.stride), sums);
  AllowShared(stream, ProductKernel<kRowTiles, kBytes>, shared);
  const dim3 grid(static_cast<unsigned>((p.out + 15) / 16),
                  static_cast<unsigned>((p.rows + kRowTiles * kRowsOfTile - 1) / (kRowTiles * kRowsOfTile)));
  Launch(stream, ProductKernel<kRowTiles, kBytes>, grid, kThreads, shared, p);
}

template <bool kBytes>
void StartProduct(Stream* stream, const ProductParameters& p) {
  switch (std::min((p.rows + kRowsOfTile - 1) / kRowsOfTile, kMostRowTiles)) {
    case 1:
      return StartProduct<1, kBytes>(stream, p);
    case 2:
      return StartProduct<2, kBytes>(stream, p);
    case 3:
      return StartProduct<3, kBytes>(stream, p);
    case 4:
      return StartProduct<4, kBytes>(stream, p);
    case 5:
    case 6:
      return StartProduct<6, kBytes>(stream, p);
    default:
      return StartProduct<8, kBytes>(stream, p);
  }
}

}  // namespace

void Multiply(Stream* stream, const ProductCall& call) {
  if (call.rows == 0) return;
  const ProductParameters p(call);
  switch (call.matrix->form()) {
    case MatrixForm::kF16:
      return StartProduct<false>(stream, p);
    case MatrixForm::kQ8_0:
      return StartProduct<true>(stream, p);
    case MatrixForm::kF32: {
      const dim3 grid(static_cast<unsigned>((p.out + kWarps - 1) / kWarps),
                      static_cast<unsigned>((p.rows + kRowsOfTile - 1) / kRowsOfTile));
      return Launch(stream, FloatProductKernel, grid, kThreads, 0, p);
    }
  }
}

}  // namespace waveshift::cuda
