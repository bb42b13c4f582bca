// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Attention in one pass over the cells.
#ifndef WAVESHIFT_RUNTIME_CUDA_ATTENTION_INTERNAL_CUH_
#define WAVESHIFT_RUNTIME_CUDA_ATTENTION_INTERNAL_CUH_

#include "runtime/cuda/launch_internal.cuh"

namespace waveshift::cuda {

inline constexpr int kValuesOfLane = 8;

__device__ inline void FloatsOfHalves(const uint4& halves, float (&x)[kValuesOfLane]) {
  const uint32_t pairs[4] = {halves.x, halves.y, halves.z, halves.w};
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    const float2 pair = FloatsOf(pairs[i]);
    x[2 * i] = pair.x;
    x[2 * i + 1] = pair.y;
  }
}

// Teams leave loops at different times: only a team's own lanes are sure to be here.
template <int kTeam>
__device__ inline float SumOfTeam(float value) {
  const unsigned lanes = ((1U << kTeam) - 1U) << (threadIdx.x % kLanes / kTeam * kTeam);
#pragma unroll
  for (int other = kTeam / 2; other > 0; other /= 2) value += __shfl_xor_sync(lanes, value, other);
  return value;
}

// What a team of lanes has seen: weights' sum, largest score, weighted values.
struct Seen {
  float most = -INFINITY;
  float sum = 0;
  float values[kValuesOfLane] = {};

  __device__ void Add(float score, const float (&value)[kValuesOfLane]) {
    const float more = fmaxf(most, score);
    const float keep = __expf(most - more);
    const float weight = __expf(score - more);
    sum = sum * keep + weight;
#pragma unroll
    for (int i = 0; i < kValuesOfLane; ++i) values[i] = values[i] * keep + weight * value[i];
    most = more;
  }
  // Together with the lane that is so far away.
  __device__ void AddOther(int distance) {
    const float other = __shfl_xor_sync(0xffffffffU, most, distance);
    const float more = fmaxf(most, other);
    const float keep = most == -INFINITY ? 0.0F : __expf(most - more);
    const float weight = other == -INFINITY ? 0.0F : __expf(other - more);
    sum = sum * keep + __shfl_xor_sync(0xffffffffU, sum, distance) * weight;
#pragma unroll
    for (int i = 0; i < kValuesOfLane; ++i) {
      values[i] = values[i] * keep + __shfl_xor_sync(0xffffffffU, values[i], distance) * weight;
    }
    most = more;
  }
};

}  // namespace waveshift::cuda

#endif  // WAVESHIFT_RUNTIME_CUDA_ATTENTION_INTERNAL_CUH_
