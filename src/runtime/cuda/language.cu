// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cuda/language.h"

#include "runtime/cuda/attention_internal.cuh"
#include "runtime/cuda/launch_internal.cuh"

namespace waveshift::cuda {
namespace {

constexpr int kNormThreads = 128;  // a warp a row
constexpr int kAttendWarps = 8;
constexpr int kAttendThreads = kAttendWarps * kLanes;
constexpr int kCellsAtOnce = 4;

struct NormParameters {
  const float* from;
  int width;
  int rows;
  int every;
  NormFactors first;
  NormFactors second;
  float* floats;
  __half* halves;
};

// Rows of any width, in shared memory; wide ones are for models that are not published.
__device__ void NormInPlace(float* row, int width, const NormFactors& norm) {
  const int lane = threadIdx.x % kLanes;
  float sum = 0;
  for (int i = lane; i < width; i += kLanes) sum += row[i];
  const float mean = SumOfWarp(sum) / static_cast<float>(width);
  float squares = 0;
  for (int i = lane; i < width; i += kLanes) squares += (row[i] - mean) * (row[i] - mean);
  const float rate = rsqrtf(SumOfWarp(squares) / static_cast<float>(width) + norm.eps);
  for (int i = lane; i < width; i += kLanes) row[i] = (row[i] - mean) * rate * norm.weight[i] + norm.bias[i];
}

__global__ void __launch_bounds__(kNormThreads) WideNormKernel(NormParameters p) {
  extern __shared__ float rows[];
  LetLaterBegin();
  WaitForEarlier();
  const int lane = threadIdx.x % kLanes;
  const int warp = threadIdx.x / kLanes;
  const int made = static_cast<int>(blockIdx.x) * (kNormThreads / kLanes) + warp;
  if (made >= p.rows) return;
  float* row = rows + warp * p.width;
  const float* from = p.from + (static_cast<int64_t>(made) * p.every + p.every - 1) * p.width;
  for (int i = lane; i < p.width; i += kLanes) row[i] = from[i];
  NormInPlace(row, p.width, p.first);
  if (p.second.weight != nullptr) NormInPlace(row, p.width, p.second);
  const int64_t place = static_cast<int64_t>(made) * p.width;
  for (int i = lane; i < p.width; i += kLanes) {
    if (p.floats != nullptr) p.floats[place + i] = row[i];
    if (p.halves != nullptr) p.halves[place + i] = __float2half_rn(row[i]);
  }
}

__global__ void __launch_bounds__(kNormThreads) NormKernel(NormParameters p) {
  LetLaterBegin();
  WaitForEarlier();
  const int made =
      static_cast<int>(blockIdx.x) * (kNormThreads / kLanes) + static_cast<int>(threadIdx.x) / kLanes;
  if (made >= p.rows) return;
  RowNorm row;
  row.Load(p.from + (static_cast<int64_t>(made) * p.every + p.every - 1) * p.width, p.width);
  row.Normalize(p.width, p.first.weight, p.first.bias, p.first.eps);
  if (p.second.weight != nullptr) row.Normalize(p.width, p.second.weight, p.second.bias, p.second.eps);
  const int64_t place = static_cast<int64_t>(made) * p.width;
  if (p.floats != nullptr) row.StoreFloats(p.floats + place, p.width);
  if (p.halves != nullptr) row.StoreHalves(p.halves + place, p.width);
}

struct AttendParameters {
  const float* queries;
  const void* keys;
  const void* values;
  const int32_t* lists;
  const int32_t* begin;
  const int32_t* count;
  float scale;
  void* to;
  int heads;
  bool only_last_is_new;
};

// Eight values of a cell.
template <typename Cell>
struct LaneValues;
template <>
struct LaneValues<__half> {
  uint4 values;
  __device__ void Load(const __half* from) { values = *reinterpret_cast<const uint4*>(from); }
  __device__ void To(float (&x)[kValuesOfLane]) const { FloatsOfHalves(values, x); }
};
template <>
struct LaneValues<float> {
  float4 low, high;
  __device__ void Load(const float* from) {
    low = *reinterpret_cast<const float4*>(from);
    high = *reinterpret_cast<const float4*>(from + 4);
  }
  __device__ void To(float (&x)[kValuesOfLane]) const {
    x[0] = low.x, x[1] = low.y, x[2] = low.z, x[3] = low.w;
    x[4] = high.x, x[5] = high.y, x[6] = high.z, x[7] = high.w;
  }
};

// A block has one head of one row. kTeam lanes have one cell at a time, eight values each; the teams of the
// block share the cells and put together what they saw.
template <int kTeam, typename Cell, typename Out>
__global__ void __launch_bounds__(kAttendThreads) AttendKernel(AttendParameters p) {
  constexpr int kWidth = kTeam * kValuesOfLane;
  constexpr int kTeams = kAttendThreads / kTeam;
  __shared__ float seen_most[kAttendWarps];
  __shared__ float seen_sum[kAttendWarps];
  __shared__ float seen_values[kAttendWarps][kWidth];
  const int head = static_cast<int>(blockIdx.x);
  const int row = static_cast<int>(blockIdx.y);
  const int team = threadIdx.x / kTeam;
  const int own = threadIdx.x % kTeam * kValuesOfLane;
  const int64_t step = static_cast<int64_t>(p.heads) * kWidth;
  const int64_t place = static_cast<int64_t>(head) * kWidth + own;
  LaneValues<Cell> keys[kCellsAtOnce];
  LaneValues<Cell> values[kCellsAtOnce];
  const auto load = [&](int i, int32_t cell) {
    keys[i].Load(static_cast<const Cell*>(p.keys) + cell * step + place);
    values[i].Load(static_cast<const Cell*>(p.values) + cell * step + place);
  };
  LetLaterBegin();
  int known = 0;  // cells whose first loads do not have to wait
  if (p.only_last_is_new) {
    known = p.count[row] - 1;
#pragma unroll
    for (int i = 0; i < kCellsAtOnce; ++i) {
      const int at = team + i * kTeams;
      if (at < known) load(i, p.lists[p.begin[row] + at]);
    }
  }
  WaitForEarlier();
  float query[kValuesOfLane];
#pragma unroll
  for (int i = 0; i < kValuesOfLane; ++i) query[i] = p.queries[row * step + place + i] * p.scale;
  const int count = p.count[row];
  const int32_t* list = p.lists + p.begin[row];
  Seen seen;
  for (int first = team; first < count; first += kTeams * kCellsAtOnce) {
#pragma unroll
    for (int i = 0; i < kCellsAtOnce; ++i) {
      const int at = first + i * kTeams;
      if (at < count && (first != team || at >= known)) load(i, list[at]);
    }
#pragma unroll
    for (int i = 0; i < kCellsAtOnce; ++i) {
      if (first + i * kTeams >= count) break;
      float x[kValuesOfLane];
      keys[i].To(x);
      float score = 0;
#pragma unroll
      for (int k = 0; k < kValuesOfLane; ++k) score += query[k] * x[k];
      score = SumOfTeam<kTeam>(score);
      values[i].To(x);
      seen.Add(score, x);
    }
  }
#pragma unroll
  for (int distance = kTeam; distance < kLanes; distance *= 2) seen.AddOther(distance);
  const int warp = threadIdx.x / kLanes;
  if (threadIdx.x % kLanes == 0) {
    seen_most[warp] = seen.most;
    seen_sum[warp] = seen.sum;
  }
  if (threadIdx.x % kLanes < kTeam) {
#pragma unroll
    for (int i = 0; i < kValuesOfLane; ++i) seen_values[warp][own + i] = seen.values[i];
  }
  __syncthreads();
  for (int i = threadIdx.x; i < kWidth; i += kAttendThreads) {
    float most = -INFINITY;
#pragma unroll
    for (int w = 0; w < kAttendWarps; ++w) most = fmaxf(most, seen_most[w]);
    float sum = 0;
    float value = 0;
#pragma unroll
    for (int w = 0; w < kAttendWarps; ++w) {
      const float weight = __expf(seen_most[w] - most);
      sum += weight * seen_sum[w];
      value += weight * seen_values[w][i];
    }
    static_cast<Out*>(p.to)[row * step + head * kWidth + i] = static_cast<Out>(value / sum);
  }
}

template <int kTeam, typename Cell, typename Out>
void StartAttend(Stream* stream, const AttendCall& call, const AttendParameters& p) {
  const dim3 grid(static_cast<unsigned>(call.heads), static_cast<unsigned>(call.rows));
  Launch(stream, AttendKernel<kTeam, Cell, Out>, grid, kAttendThreads, 0, p);
}

template <int kTeam>
void StartAttend(Stream* stream, const AttendCall& call, const AttendParameters& p) {
  if (call.cells_are_halves) {
    call.to_halves ? StartAttend<kTeam, __half, __half>(stream, call, p)
                   : StartAttend<kTeam, __half, float>(stream, call, p);
  } else {
    call.to_halves ? StartAttend<kTeam, float, __half>(stream, call, p)
                   : StartAttend<kTeam, float, float>(stream, call, p);
  }
}

}  // namespace

bool BeginsEarly() {
  static const bool begins = [] {
    int major = 0;
    return cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, 0) == cudaSuccess && major >= 9;
  }();
  return begins;
}

size_t SharedLimit() {
  static const size_t limit = [] {
    int bytes = 0;
    return cudaDeviceGetAttribute(&bytes, cudaDevAttrMaxSharedMemoryPerBlockOptin, 0) == cudaSuccess
               ? static_cast<size_t>(bytes)
               : size_t{48} << 10;
  }();
  return limit;
}

cudaError_t FindKernelCode() {
  cudaFuncAttributes attributes = {};
  return cudaFuncGetAttributes(&attributes, NormKernel);
}

void Normalize(Stream* stream, const NormCall& call) {
  if (call.rows == 0) return;
  constexpr int kRows = kNormThreads / kLanes;
  const NormParameters p = {call.from,
                            static_cast<int>(call.width),
                            static_cast<int>(call.rows),
                            static_cast<int>(call.every),
                            call.first,
                            call.second,
                            call.floats,
                            static_cast<__half*>(call.halves)};
  const dim3 grid(static_cast<unsigned>((call.rows + kRows - 1) / kRows));
  if (call.width <= RowNorm::kMostWidth) return Launch(stream, NormKernel, grid, kNormThreads, 0, p);
  const size_t shared = sizeof(float) * kRows * static_cast<size_t>(call.width);
  AllowShared(stream, WideNormKernel, shared);
  Launch(stream, WideNormKernel, grid, kNormThreads, shared, p);
}

bool CanAttend(int64_t head_width) {
  return head_width == 8 || head_width == 16 || head_width == 32 || head_width == 64 || head_width == 128;
}

void Attend(Stream* stream, const AttendCall& call) {
  if (call.rows == 0) return;
  const AttendParameters p = {call.queries,         call.keys,  call.values,
                              call.lists,           call.begin, call.count,
                              call.scale,           call.to,    static_cast<int>(call.heads),
                              call.only_last_is_new};
  switch (call.head_width) {
    case 8:
      return StartAttend<1>(stream, call, p);
    case 16:
      return StartAttend<2>(stream, call, p);
    case 32:
      return StartAttend<4>(stream, call, p);
    case 64:
      return StartAttend<8>(stream, call, p);
    default:
      return StartAttend<16>(stream, call, p);
  }
}

}  // namespace waveshift::cuda
