// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What kernels have in common: how they start, and pieces of arithmetic.
#ifndef WAVESHIFT_RUNTIME_CUDA_LAUNCH_INTERNAL_CUH_
#define WAVESHIFT_RUNTIME_CUDA_LAUNCH_INTERNAL_CUH_

#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include <cstdint>
#include <utility>

#include "runtime/cuda/device.h"

namespace waveshift::cuda {

inline constexpr int kLanes = 32;

// Kernels of one stream may begin while the one before is at work: what does not depend on it (weights) is
// loaded until WaitForEarlier. Every kernel calls it before it reads or writes anything else, so that the
// order of the stream holds (programmatic dependent launch; devices before sm_90 begin in order anyway).
__device__ inline void WaitForEarlier() {
#if __CUDA_ARCH__ >= 900
  cudaGridDependencySynchronize();
#endif
}

__device__ inline void LetLaterBegin() {
#if __CUDA_ARCH__ >= 900
  cudaTriggerProgrammaticLaunchCompletion();
#endif
}

// Whether the first device begins kernels early.
bool BeginsEarly();
// The most shared memory that a block of it may have, in bytes.
size_t SharedLimit();

template <typename... Parameters, typename... Arguments>
void Launch(Stream* stream, void (*kernel)(Parameters...), dim3 grid, int threads, size_t shared_bytes,
            Arguments... arguments) {
  cudaLaunchConfig_t config = {};
  config.gridDim = grid;
  config.blockDim = dim3(static_cast<unsigned>(threads));
  config.dynamicSmemBytes = shared_bytes;
  config.stream = stream->handle();
  cudaLaunchAttribute early = {};
  early.id = cudaLaunchAttributeProgrammaticStreamSerialization;
  early.val.programmaticStreamSerializationAllowed = 1;
  config.attrs = &early;
  config.numAttrs = BeginsEarly() ? 1 : 0;
  stream->Note(cudaLaunchKernelEx(&config, kernel, static_cast<Parameters>(arguments)...));
}

// More shared memory than 48 KiB has to be asked for.
template <typename Kernel>
void AllowShared(Stream* stream, Kernel kernel, size_t bytes) {
  if (bytes <= (48U << 10)) return;
  stream->Note(
      cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(bytes)));
}

// c += a b: a has 16 rows (of weights) and 16 columns, b 16 rows and 8 columns; the lanes hold what packing.h
// says. Lane l gets rows l / 4 (c[0], c[1]) and l / 4 + 8 (c[2], c[3]), columns 2 (l % 4) and the next.
__device__ inline void MultiplyTiles(float (&c)[4], const uint4& a, const uint2& b) {
#if __CUDA_ARCH__ >= 800
  asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
      "{%0,%1,%2,%3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a.x), "r"(a.y), "r"(a.z), "r"(a.w), "r"(b.x), "r"(b.y));
#else
  asm("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5}, {%6}, {%0,%1,%2,%3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a.x), "r"(a.y), "r"(b.x));
  asm("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5}, {%6}, {%0,%1,%2,%3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a.z), "r"(a.w), "r"(b.y));
#endif
}

__device__ inline float SumOfWarp(float value) {
#pragma unroll
  for (int step = kLanes / 2; step > 0; step /= 2) value += __shfl_xor_sync(0xffffffffU, value, step);
  return value;
}

__device__ inline uint32_t HalvesOf(float low, float high) {
  const __half2 halves = __floats2half2_rn(low, high);
  return *reinterpret_cast<const uint32_t*>(&halves);
}

__device__ inline float2 FloatsOf(uint32_t halves) {
  return __half22float2(*reinterpret_cast<const __half2*>(&halves));
}

// A norm of a row, by one warp, whose lanes keep four neighbouring values at a time; wherever it is computed
// the sums are the same to the last bit.
struct RowNorm {
  static constexpr int kMostWidth = 1280;
  static constexpr int kParts = kMostWidth / (4 * kLanes);
  float4 values[kParts];

  __device__ void Load(const float* from, int width) {
    const int lane = threadIdx.x % kLanes;
#pragma unroll
    for (int i = 0; i < kParts; ++i) {
      const int at = (i * kLanes + lane) * 4;
      values[i] = at < width ? *reinterpret_cast<const float4*>(from + at) : make_float4(0, 0, 0, 0);
    }
  }
  __device__ void Normalize(int width, const float* weight, const float* bias, float eps) {
    const int lane = threadIdx.x % kLanes;
    float sum = 0;
#pragma unroll
    for (int i = 0; i < kParts; ++i) sum += (values[i].x + values[i].y) + (values[i].z + values[i].w);
    const float mean = SumOfWarp(sum) / static_cast<float>(width);
    float squares = 0;
#pragma unroll
    for (int i = 0; i < kParts; ++i) {
      if ((i * kLanes + lane) * 4 >= width) break;
      float4& v = values[i];
      v = make_float4(v.x - mean, v.y - mean, v.z - mean, v.w - mean);
      squares += (v.x * v.x + v.y * v.y) + (v.z * v.z + v.w * v.w);
    }
    const float rate = rsqrtf(SumOfWarp(squares) / static_cast<float>(width) + eps);
#pragma unroll
    for (int i = 0; i < kParts; ++i) {
      const int at = (i * kLanes + lane) * 4;
      if (at >= width) break;
      const float4 w = *reinterpret_cast<const float4*>(weight + at);
      const float4 b = *reinterpret_cast<const float4*>(bias + at);
      float4& v = values[i];
      v = make_float4(fmaf(v.x * rate, w.x, b.x), fmaf(v.y * rate, w.y, b.y), fmaf(v.z * rate, w.z, b.z),
                      fmaf(v.w * rate, w.w, b.w));
    }
  }
  __device__ void StoreHalves(__half* to, int width) const {
    const int lane = threadIdx.x % kLanes;
#pragma unroll
    for (int i = 0; i < kParts; ++i) {
      const int at = (i * kLanes + lane) * 4;
      if (at >= width) break;
      const float4& v = values[i];
      *reinterpret_cast<uint2*>(to + at) = make_uint2(HalvesOf(v.x, v.y), HalvesOf(v.z, v.w));
    }
  }
  __device__ void StoreFloats(float* to, int width) const {
    const int lane = threadIdx.x % kLanes;
#pragma unroll
    for (int i = 0; i < kParts; ++i) {
      const int at = (i * kLanes + lane) * 4;
      if (at >= width) break;
      *reinterpret_cast<float4*>(to + at) = values[i];
    }
  }
};

__device__ inline void CopyAhead(void* shared, const void* from, bool is_there) {
#if __CUDA_ARCH__ >= 800
  const auto to = static_cast<uint32_t>(__cvta_generic_to_shared(shared));
  const int bytes = is_there ? 16 : 0;
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(from), "r"(bytes) : "memory");
#else
  *static_cast<uint4*>(shared) = is_there ? *static_cast<const uint4*>(from) : make_uint4(0, 0, 0, 0);
#endif
}

// How the second-level cache treats weights: they are read once a step and are more than it holds, so they
// must not drive out what is small and read again (norms, biases, keys and values).
__device__ inline uint64_t ReadOncePolicy() {
  uint64_t policy = 0;
#if __CUDA_ARCH__ >= 800
  asm("createpolicy.fractional.L2::evict_first.b64 %0, 1.0;" : "=l"(policy));
#endif
  return policy;
}

__device__ inline void CopyAhead(void* shared, const void* from, uint64_t policy) {
#if __CUDA_ARCH__ >= 800
  const auto to = static_cast<uint32_t>(__cvta_generic_to_shared(shared));
  asm volatile("cp.async.cg.shared.global.L2::cache_hint [%0], [%1], 16, %2;" ::"r"(to), "l"(from),
               "l"(policy)
               : "memory");
#else
  *static_cast<uint4*>(shared) = *static_cast<const uint4*>(from);
#endif
}

// Four bytes.
__device__ inline void CopyWordAhead(uint32_t* shared, const uint32_t* from) {
#if __CUDA_ARCH__ >= 800
  const auto to = static_cast<uint32_t>(__cvta_generic_to_shared(shared));
  asm volatile("cp.async.ca.shared.global [%0], [%1], 4;" ::"r"(to), "l"(from) : "memory");
#else
  *shared = *from;
#endif
}

__device__ inline void EndCopies() {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.commit_group;" ::: "memory");
#endif
}

// All but the last kLeft groups of copies are done.
template <int kLeft>
__device__ inline void WaitForCopies() {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.wait_group %0;" ::"n"(kLeft) : "memory");
#endif
}

}  // namespace waveshift::cuda

#endif  // WAVESHIFT_RUNTIME_CUDA_LAUNCH_INTERNAL_CUH_
