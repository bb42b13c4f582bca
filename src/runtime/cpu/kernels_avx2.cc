// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// AVX2, FMA and F16C: vectors of eight. Compiled with the flags of these instructions.
#if defined(__x86_64__)

#include <immintrin.h>

#include "runtime/cpu/combine_kernel_internal.h"
#include "runtime/cpu/kernel_table_internal.h"
#include "runtime/cpu/matrix_kernel_internal.h"
#include "runtime/cpu/pack_kernel_internal.h"
#include "runtime/cpu/row_kernel_internal.h"
#include "runtime/cpu/snake_kernel_internal.h"
#include "runtime/cpu/transform_kernel_internal.h"

namespace waveshift::cpu {
namespace {

struct V8 {
  using Type = __m256;
  static constexpr int kLanes = 8;
  static WAVESHIFT_ALWAYS_INLINE Type Load(const float* p) { return _mm256_loadu_ps(p); }
  static WAVESHIFT_ALWAYS_INLINE Type Load(const uint16_t* p) {
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  static WAVESHIFT_ALWAYS_INLINE void Store(float* p, Type v) { _mm256_storeu_ps(p, v); }
  static WAVESHIFT_ALWAYS_INLINE Type Set(float v) { return _mm256_set1_ps(v); }
  static WAVESHIFT_ALWAYS_INLINE Type Add(Type a, Type b) { return _mm256_add_ps(a, b); }
  static WAVESHIFT_ALWAYS_INLINE Type Sub(Type a, Type b) { return _mm256_sub_ps(a, b); }
  static WAVESHIFT_ALWAYS_INLINE Type Mul(Type a, Type b) { return _mm256_mul_ps(a, b); }
  static WAVESHIFT_ALWAYS_INLINE Type Max(Type a, Type b) { return a > b ? a : b; }
  static WAVESHIFT_ALWAYS_INLINE Type Fma(Type a, Type b, Type c) { return _mm256_fmadd_ps(a, b, c); }
  static WAVESHIFT_ALWAYS_INLINE Type Fms(Type a, Type b, Type c) { return _mm256_fmsub_ps(a, b, c); }
  static WAVESHIFT_ALWAYS_INLINE Type FmsExact(Type a, Type b, Type c) { return Fms(a, b, c); }
  static WAVESHIFT_ALWAYS_INLINE Type Round(Type v) {
    return _mm256_round_ps(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  }
  static WAVESHIFT_ALWAYS_INLINE Type Low(Type a, Type b) {
    return __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
  }
  static WAVESHIFT_ALWAYS_INLINE Type High(Type a, Type b) {
    return __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
  }
  static WAVESHIFT_ALWAYS_INLINE void Keep(Type& v) { asm volatile("" : "+x"(v)); }
};

struct D4 {
  using Type = __m256d;
  static constexpr int kLanes = 4;
  static WAVESHIFT_ALWAYS_INLINE Type Load(const double* p) { return _mm256_loadu_pd(p); }
  static WAVESHIFT_ALWAYS_INLINE Type Widen(const float* p) { return _mm256_cvtps_pd(_mm_loadu_ps(p)); }
  static WAVESHIFT_ALWAYS_INLINE void Put(double* p, Type v) { _mm256_storeu_pd(p, v); }
  static WAVESHIFT_ALWAYS_INLINE void Store(float* p, Type v) { _mm_storeu_ps(p, _mm256_cvtpd_ps(v)); }
  static WAVESHIFT_ALWAYS_INLINE void Store(uint16_t* p, Type v) {
    _mm_storel_epi64(reinterpret_cast<__m128i*>(p),
                     _mm_cvtps_ph(_mm256_cvtpd_ps(v), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
  }
  static WAVESHIFT_ALWAYS_INLINE Type Set(double v) { return _mm256_set1_pd(v); }
  static WAVESHIFT_ALWAYS_INLINE Type Add(Type a, Type b) { return _mm256_add_pd(a, b); }
  static WAVESHIFT_ALWAYS_INLINE Type Mul(Type a, Type b) { return _mm256_mul_pd(a, b); }
  static WAVESHIFT_ALWAYS_INLINE void Keep(Type& v) { asm("" : "+x"(v)); }
};

int64_t NextPanel(int64_t columns) { return columns >= 24 ? 24 : (columns >= 16 ? 16 : 8); }

template <class Element>
PanelFunction Panel(int64_t width) {
  if (width == 24) return &MultiplyPanel<V8, Element, 3, 4>;
  if (width == 16) return &MultiplyPanel<V8, Element, 2, 6>;
  return &MultiplyPanel<V8, Element, 1, 8>;
}

void Narrow(const float* values, uint16_t* halves, int64_t count) {
  for (int64_t i = 0; i < count; i += V8::kLanes) {
    const __m128i narrow =
        _mm256_cvtps_ph(_mm256_loadu_ps(values + i), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(halves + i), narrow);
  }
}

}  // namespace

const KernelTable& Avx2Kernels() {
  static const KernelTable table = {&NextPanel,
                                    &Panel<float>,
                                    &Panel<uint16_t>,
                                    &Narrow,
                                    &Snake<V8, V8>,
                                    FunctionsOf<V8, V8, Toom>(),
                                    FunctionsOf<V8, V8, ToomShort>(),
                                    FunctionsOf<V8, V8, Fourier16>(),
                                    FunctionsOf<V8, V8, Fourier32>(),
                                    &FmaLoop<V8>,
                                    &Pack<V8, V8>,
                                    &Combine<D4, float>,
                                    &Combine<D4, uint16_t>,
                                    &Largest<V8>,
                                    RowFunctionsOf<V8, V8>()};
  return table;
}

}  // namespace waveshift::cpu

#endif
