// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Convolutions as products of matrices that are never built: a tap of the kernel is a shift of the rows in
// shared memory.
#include <algorithm>

#include "runtime/cuda/launch_internal.cuh"
#include "runtime/cuda/packing.h"
#include "runtime/cuda/sound.h"

namespace waveshift::cuda {
namespace {

constexpr int kChunk = 64;      // channels in shared memory at once
constexpr int kRowHalves = 80;  // of a row there, so that lanes find their eight bytes in different banks
constexpr int kChunkTiles = kChunk / 16;
constexpr int kAhead = 4;  // steps whose weights are under way: as many as a chunk has tiles

struct Parameters {
  const void* weights;
  const void* in;
  void* out;
  const float* bias;
  const void* residual;
  int rows;
  int in_row;  // values of a row
  int out_row;
  int kernel;
  int dilation;
  int reach;
};

// A block makes 16 kRowTiles kWarpsM channels of 8 kColumnTiles kWarpsN rows.
template <int kWarpsM, int kWarpsN, int kRowTiles, int kColumnTiles>
struct Form {
  static constexpr int kThreads = kWarpsM * kWarpsN * kLanes;
  static constexpr int kChannels = 16 * kRowTiles * kWarpsM;
  static constexpr int kRows = 8 * kColumnTiles * kWarpsN;
  static constexpr int kStagedRow = kChannels + 4;  // floats

  static size_t SharedBytes(const Parameters& p) {
    const size_t buffers = p.in_row > kChunk ? 2 : 1;
    const size_t rows = buffers * sizeof(__half) * kRowHalves * static_cast<size_t>(kRows + 2 * p.reach);
    return std::max(rows, sizeof(float) * kStagedRow * kRows);
  }
};

// Rows [first - reach, ...) of a chunk's channels; zeros outside the sequence.
template <int kThreads>
__device__ void LoadChunk(const Parameters& p, __half* shared, int first, int count, int chunk) {
  const int channels = min(kChunk, p.in_row - chunk * kChunk);
  const int vectors = channels / 8;
  const auto* in = static_cast<const __half*>(p.in) + chunk * kChunk;
  for (int i = threadIdx.x; i < count * vectors; i += kThreads) {
    const int row = i / vectors;
    const int at = first + row;
    const bool is_there = at >= 0 && at < p.rows;
    const int channel = i % vectors * 8;
    CopyAhead(shared + row * kRowHalves + channel,
              in + static_cast<int64_t>(is_there ? at : 0) * p.in_row + channel, is_there);
  }
  EndCopies();
}

template <typename F, int kRowTiles, int kColumnTiles>
__device__ void StoreTile(const Parameters& p, float* staged, const float (&sums)[kRowTiles][kColumnTiles][4],
                          int warp_m, int warp_n) {
  const int lane = threadIdx.x % kLanes;
#pragma unroll
  for (int m = 0; m < kRowTiles; ++m) {
#pragma unroll
    for (int n = 0; n < kColumnTiles; ++n) {
#pragma unroll
      for (int i = 0; i < 4; ++i) {
        const int channel = (warp_m * kRowTiles + m) * 16 + lane / 4 + i / 2 * 8;
        const int row = (warp_n * kColumnTiles + n) * 8 + lane % 4 * 2 + i % 2;
        staged[row * F::kStagedRow + channel] = sums[m][n][i];
      }
    }
  }
  __syncthreads();
  const int first_channel = static_cast<int>(blockIdx.y) * F::kChannels;
  const int first_row = static_cast<int>(blockIdx.x) * F::kRows;
  constexpr int kVectors = F::kChannels / 8;
  for (int i = threadIdx.x; i < F::kRows * kVectors; i += F::kThreads) {
    const int row = first_row + i / kVectors;
    const int channel = first_channel + i % kVectors * 8;
    if (row >= p.rows || channel >= p.out_row) continue;
    const float* from = staged + i / kVectors * F::kStagedRow + i % kVectors * 8;
    const int64_t place = static_cast<int64_t>(row) * p.out_row + channel;
    uint4 residual = make_uint4(0, 0, 0, 0);
    if (p.residual != nullptr) {
      residual = *reinterpret_cast<const uint4*>(static_cast<const __half*>(p.residual) + place);
    }
    const uint32_t added[4] = {residual.x, residual.y, residual.z, residual.w};
    uint32_t made[4];
#pragma unroll
    for (int k = 0; k < 4; ++k) {
      const float2 more = FloatsOf(added[k]);
      made[k] = HalvesOf(from[2 * k] + p.bias[channel + 2 * k] + more.x,
                         from[2 * k + 1] + p.bias[channel + 2 * k + 1] + more.y);
    }
    *reinterpret_cast<uint4*>(static_cast<__half*>(p.out) + place) =
        make_uint4(made[0], made[1], made[2], made[3]);
  }
}

template <int kWarpsM, int kWarpsN, int kRowTiles, int kColumnTiles>
__global__ void __launch_bounds__(kWarpsM* kWarpsN* kLanes) ConvolveKernel(Parameters p) {
  using F = Form<kWarpsM, kWarpsN, kRowTiles, kColumnTiles>;
  extern __shared__ __align__(16) char memory[];
  const int lane = threadIdx.x % kLanes;
  const int warp_m = threadIdx.x / kLanes % kWarpsM;
  const int warp_n = threadIdx.x / kLanes / kWarpsM;
  const int in_tiles = p.in_row / 16;
  const int steps = in_tiles * p.kernel;
  const int first_tile = static_cast<int>(blockIdx.y) * kRowTiles * kWarpsM + warp_m * kRowTiles;
  const uint4* weights =
      static_cast<const uint4*>(p.weights) + static_cast<int64_t>(first_tile) * steps * kLanes + lane;
  uint4 ahead[kAhead][kRowTiles];
  const auto load = [&](int step, uint4(&to)[kRowTiles]) {
#pragma unroll
    for (int m = 0; m < kRowTiles; ++m) {
      const bool is_there = step < steps && (first_tile + m) * 16 < p.out_row;
      to[m] = is_there ? __ldg(weights + (static_cast<int64_t>(m) * steps + step) * kLanes)
                       : make_uint4(0, 0, 0, 0);
    }
  };
#pragma unroll
  for (int i = 0; i < kAhead; ++i) load(i, ahead[i]);
  LetLaterBegin();
  WaitForEarlier();

  const int first_row = static_cast<int>(blockIdx.x) * F::kRows - p.reach;
  const int loaded_rows = F::kRows + 2 * p.reach;
  const int chunks = (p.in_row + kChunk - 1) / kChunk;
  auto* buffers = reinterpret_cast<__half*>(memory);
  const int buffer_halves = loaded_rows * kRowHalves;
  LoadChunk<F::kThreads>(p, buffers, first_row, loaded_rows, 0);
  float sums[kRowTiles][kColumnTiles][4] = {};
  int step = 0;
  for (int chunk = 0; chunk < chunks; ++chunk) {
    if (chunk + 1 < chunks) {
      LoadChunk<F::kThreads>(p, buffers + (chunk + 1) % 2 * buffer_halves, first_row, loaded_rows, chunk + 1);
      WaitForCopies<1>();
    } else {
      WaitForCopies<0>();
    }
    __syncthreads();
    const int tiles = min(kChunkTiles, in_tiles - chunk * kChunkTiles);
    const __half* own = buffers + chunk % 2 * buffer_halves +
                        (warp_n * kColumnTiles * 8 + lane / 4) * kRowHalves + lane % 4 * 4;
    // Only the last chunk may have a number of steps that is no multiple of kAhead, so slots stay the same
    // and are named by the compiler: a register that is moved would be waited for.
    const int chunk_steps = tiles * p.kernel;
    int tile = 0;
    int tap = 0;
    for (int first = 0; first < chunk_steps; first += kAhead) {
#pragma unroll
      for (int slot = 0; slot < kAhead; ++slot) {
        if (first + slot >= chunk_steps) break;
        const __half* rows = own + tile * 16 + tap * p.dilation * kRowHalves;
#pragma unroll
        for (int n = 0; n < kColumnTiles; ++n) {
          const uint2 row = *reinterpret_cast<const uint2*>(rows + n * 8 * kRowHalves);
#pragma unroll
          for (int m = 0; m < kRowTiles; ++m) MultiplyTiles(sums[m][n], ahead[slot][m], row);
        }
        load(step + first + slot + kAhead, ahead[slot]);
        if (++tap == p.kernel) {
          tap = 0;
          ++tile;
        }
      }
    }
    step += chunk_steps;
    __syncthreads();
  }
  StoreTile<F>(p, reinterpret_cast<float*>(memory), sums, warp_m, warp_n);
}

template <int kWarpsM, int kWarpsN, int kRowTiles, int kColumnTiles>
void Start(Stream* stream, const Parameters& p) {
  using F = Form<kWarpsM, kWarpsN, kRowTiles, kColumnTiles>;
  const auto kernel = ConvolveKernel<kWarpsM, kWarpsN, kRowTiles, kColumnTiles>;
  const size_t shared = F::SharedBytes(p);
  AllowShared(stream, kernel, shared);
  const dim3 grid(static_cast<unsigned>((p.rows + F::kRows - 1) / F::kRows),
                  static_cast<unsigned>((p.out_row + F::kChannels - 1) / F::kChannels));
  Launch(stream, kernel, grid, F::kThreads, shared, p);
}

// In 32 bits: a thread has one channel of eight rows.
constexpr int kFloatThreads = 256;
constexpr int kFloatRows = 64;
constexpr int kFloatChunk = 16;

__global__ void __launch_bounds__(kFloatThreads) FloatConvolveKernel(Parameters p) {
  extern __shared__ __align__(16) char memory[];
  auto* shared = reinterpret_cast<float*>(memory);
  LetLaterBegin();
  WaitForEarlier();
  const int out = static_cast<int>(blockIdx.y) * kLanes + threadIdx.x % kLanes;
  const int own = threadIdx.x / kLanes * 8;
  const int first_row = static_cast<int>(blockIdx.x) * kFloatRows;
  const int loaded_rows = kFloatRows + 2 * p.reach;
  const int out_columns = static_cast<int>(gridDim.y) * kLanes;
  const auto* in = static_cast<const float*>(p.in);
  float sums[8] = {};
  for (int chunk = 0; chunk < p.in_row; chunk += kFloatChunk) {
    __syncthreads();
    for (int i = threadIdx.x; i < loaded_rows * kFloatChunk; i += kFloatThreads) {
      const int row = first_row - p.reach + i / kFloatChunk;
      const bool is_there = row >= 0 && row < p.rows;
      shared[i] = is_there ? in[static_cast<int64_t>(row) * p.in_row + chunk + i % kFloatChunk] : 0.0F;
    }
    __syncthreads();
    for (int tap = 0; tap < p.kernel; ++tap) {
      const float* weights = static_cast<const float*>(p.weights) +
                             (static_cast<int64_t>(tap) * p.in_row + chunk) * out_columns + out;
      const float* rows = shared + (own + tap * p.dilation) * kFloatChunk;
#pragma unroll 4
      for (int c = 0; c < kFloatChunk; ++c) {
        const float weight = weights[static_cast<int64_t>(c) * out_columns];
#pragma unroll
        for (int n = 0; n < 8; ++n) sums[n] += weight * rows[n * kFloatChunk + c];
      }
    }
  }
  if (out >= p.out_row) return;
#pragma unroll
  for (int n = 0; n < 8; ++n) {
    const int row = first_row + own + n;
    if (row >= p.rows) break;
    const int64_t place = static_cast<int64_t>(row) * p.out_row + out;
    const float more = p.residual == nullptr ? 0.0F : static_cast<const float*>(p.residual)[place];
    static_cast<float*>(p.out)[place] = sums[n] + p.bias[out] + more;
  }
}

}  // namespace

void Convolve(Stream* stream, const ConvolveCall& call) {
  if (call.rows == 0) return;
  const ConvolutionShape& shape = call.convolution->shape();
  const Parameters p = {call.convolution->weights(),
                        call.in,
                        call.out,
                        call.bias,
                        call.residual,
                        static_cast<int>(call.rows),
                        static_cast<int>(PaddedChannels(shape.in)),
                        static_cast<int>(PaddedChannels(shape.out)),
                        static_cast<int>(shape.kernel),
                        static_cast<int>(shape.dilation),
                        static_cast<int>(call.convolution->reach())};
  if (call.convolution->precision() == Precision::kF32) {
    const size_t shared = sizeof(float) * kFloatChunk * static_cast<size_t>(kFloatRows + 2 * p.reach);
    AllowShared(stream, FloatConvolveKernel, shared);
    const dim3 grid(static_cast<unsigned>((p.rows + kFloatRows - 1) / kFloatRows),
                    static_cast<unsigned>((p.out_row + kLanes - 1) / kLanes));
    return Launch(stream, FloatConvolveKernel, grid, kFloatThreads, shared, p);
  }
  const int tiles = p.out_row / 16;
  if (tiles <= 2) return Start<1, 8, 2, 4>(stream, p);
  if (tiles == 3) return Start<1, 8, 3, 4>(stream, p);
  // Large pieces only where there are enough of them for all multiprocessors.
  const bool is_long = (p.rows + 127) / 128 * (tiles / 6) >= 132;
  if (tiles % 6 == 0 && is_long) return Start<2, 4, 3, 4>(stream, p);
  Start<2, 2, 2, 4>(stream, p);
}

}  // namespace waveshift::cuda
