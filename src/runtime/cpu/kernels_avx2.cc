// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// AVX2 and FMA: vectors of eight. Compiled with the flags of these instructions.
#if defined(__x86_64__)

#include <immintrin.h>

#include "runtime/cpu/kernel_table_internal.h"
#include "runtime/cpu/matrix_kernel_internal.h"
#include "runtime/cpu/snake_kernel_internal.h"
#include "runtime/cpu/transform_kernel_internal.h"

namespace waveshift::cpu {
namespace {

struct V8 {
  using Type = __m256;
  static constexpr int kLanes = 8;
  static WAVESHIFT_ALWAYS_INLINE Type Load(const float* p) { return _mm256_loadu_ps(p); }
  static WAVESHIFT_ALWAYS_INLINE void Store(float* p, Type v) { _mm256_storeu_ps(p, v); }
  static WAVESHIFT_ALWAYS_INLINE Type Set(float v) { return _mm256_set1_ps(v); }
  static WAVESHIFT_ALWAYS_INLINE Type Add(Type a, Type b) { return _mm256_add_ps(a, b); }
  static WAVESHIFT_ALWAYS_INLINE Type Sub(Type a, Type b) { return _mm256_sub_ps(a, b); }
  static WAVESHIFT_ALWAYS_INLINE Type Mul(Type a, Type b) { return _mm256_mul_ps(a, b); }
  static WAVESHIFT_ALWAYS_INLINE Type Fma(Type a, Type b, Type c) { return _mm256_fmadd_ps(a, b, c); }
  static WAVESHIFT_ALWAYS_INLINE Type Fms(Type a, Type b, Type c) { return _mm256_fmsub_ps(a, b, c); }
  static WAVESHIFT_ALWAYS_INLINE Type FmsExact(Type a, Type b, Type c) { return Fms(a, b, c); }
  static WAVESHIFT_ALWAYS_INLINE Type Round(Type v) {
    return _mm256_round_ps(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  }
  static WAVESHIFT_ALWAYS_INLINE void Keep(Type& v) { asm volatile("" : "+x"(v)); }
};

int64_t NextPanel(int64_t columns) { return columns >= 24 ? 24 : (columns >= 16 ? 16 : 8); }

PanelFunction Panel(int64_t width) {
  if (width == 24) return &MultiplyPanel<V8, 3, 4>;
  if (width == 16) return &MultiplyPanel<V8, 2, 6>;
  return &MultiplyPanel<V8, 1, 8>;
}

}  // namespace

const KernelTable& Avx2Kernels() {
  static const KernelTable table = {&NextPanel,
                                    &Panel,
                                    &Snake<V8, V8>,
                                    FunctionsOf<V8, V8, Toom>(),
                                    FunctionsOf<V8, V8, ToomShort>(),
                                    FunctionsOf<V8, V8, Fourier16>(),
                                    FunctionsOf<V8, V8, Fourier32>(),
                                    &FmaLoop<V8>};
  return table;
}

}  // namespace waveshift::cpu

#endif
