// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// AVX-512: vectors of sixteen, and of eight where channels or columns end. Compiled with the flags of these
// instructions.
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

struct V16 {
  using Type = __m512;
  static constexpr int kLanes = 16;
  static WAVESHIFT_ALWAYS_INLINE Type Load(const float* p) { return _mm512_loadu_ps(p); }
  static WAVESHIFT_ALWAYS_INLINE Type Load(const uint16_t* p) {
    return _mm512_maskz_cvtph_ps(0xFFFF, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  }
  static WAVESHIFT_ALWAYS_INLINE void Store(float* p, Type v) { _mm512_storeu_ps(p, v); }
  static WAVESHIFT_ALWAYS_INLINE Type Set(float v) { return _mm512_set1_ps(v); }
  static WAVESHIFT_ALWAYS_INLINE Type Add(Type a, Type b) { return _mm512_add_ps(a, b); }
  static WAVESHIFT_ALWAYS_INLINE Type Sub(Type a, Type b) { return _mm512_sub_ps(a, b); }
  static WAVESHIFT_ALWAYS_INLINE Type Mul(Type a, Type b) { return _mm512_mul_ps(a, b); }
  static WAVESHIFT_ALWAYS_INLINE Type Max(Type a, Type b) { return a > b ? a : b; }
  static WAVESHIFT_ALWAYS_INLINE Type Fma(Type a, Type b, Type c) { return _mm512_fmadd_ps(a, b, c); }
  static WAVESHIFT_ALWAYS_INLINE Type Fms(Type a, Type b, Type c) { return _mm512_fmsub_ps(a, b, c); }
  static WAVESHIFT_ALWAYS_INLINE Type FmsExact(Type a, Type b, Type c) { return Fms(a, b, c); }
  // By shifting, because GCC 12 warns of its own header in the intrinsic for it; exact while |v| < 2^22.
  static WAVESHIFT_ALWAYS_INLINE Type Round(Type v) {
    const Type shift = Set(12582912.0F);
    Type sum = Add(v, shift);
    Keep(sum);
    return Sub(sum, shift);
  }
  static WAVESHIFT_ALWAYS_INLINE Type Low(Type a, Type b) {
    return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  }
  static WAVESHIFT_ALWAYS_INLINE Type High(Type a, Type b) {
    return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  }
  static WAVESHIFT_ALWAYS_INLINE void Keep(Type& v) { asm volatile("" : "+v"(v)); }
};

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
  static WAVESHIFT_ALWAYS_INLINE void Keep(Type& v) { asm volatile("" : "+v"(v)); }
};

struct D8 {
  using Type = __m512d;
  static constexpr int kLanes = 8;
  static WAVESHIFT_ALWAYS_INLINE Type Load(const double* p) { return _mm512_loadu_pd(p); }
  static WAVESHIFT_ALWAYS_INLINE Type Widen(const float* p) {
    return __builtin_convertvector(_mm256_loadu_ps(p), Type);
  }
  static WAVESHIFT_ALWAYS_INLINE void Put(double* p, Type v) { _mm512_storeu_pd(p, v); }
  static WAVESHIFT_ALWAYS_INLINE void Store(float* p, Type v) {
    _mm256_storeu_ps(p, __builtin_convertvector(v, __m256));
  }
  static WAVESHIFT_ALWAYS_INLINE void Store(uint16_t* p, Type v) {
    const __m256 floats = __builtin_convertvector(v, __m256);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p),
                     _mm256_cvtps_ph(floats, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
  }
  static WAVESHIFT_ALWAYS_INLINE Type Set(double v) { return _mm512_set1_pd(v); }
  static WAVESHIFT_ALWAYS_INLINE Type Add(Type a, Type b) { return _mm512_add_pd(a, b); }
  static WAVESHIFT_ALWAYS_INLINE Type Mul(Type a, Type b) { return _mm512_mul_pd(a, b); }
  static WAVESHIFT_ALWAYS_INLINE void Keep(Type& v) { asm("" : "+v"(v)); }
};

// Three vectors are the best shape; 24 columns are three short ones.
int64_t NextPanel(int64_t columns) {
  if (columns >= 48) return 48;
  if (columns >= 32 && columns != 40) return 32;
  if (columns == 24) return 24;
  return columns >= 16 ? 16 : 8;
}

template <class Element>
PanelFunction Panel(int64_t width) {
  switch (width) {
    case 48:
      return &MultiplyPanel<V16, Element, 3, 9>;
    case 32:
      return &MultiplyPanel<V16, Element, 2, 12>;
    case 24:
      return &MultiplyPanel<V8, Element, 3, 9>;
    case 16:
      return &MultiplyPanel<V16, Element, 1, 12>;
    default:
      return &MultiplyPanel<V8, Element, 1, 12>;
  }
}

void Narrow(const float* values, uint16_t* halves, int64_t count) {
  for (int64_t i = 0; i < count; i += V8::kLanes) {
    const __m128i narrow =
        _mm256_cvtps_ph(_mm256_loadu_ps(values + i), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(halves + i), narrow);
  }
}

}  // namespace

const KernelTable& Avx512Kernels() {
  static const KernelTable table = {&NextPanel,
                                    &Panel<float>,
                                    &Panel<uint16_t>,
                                    &Narrow,
                                    &Snake<V16, V8>,
                                    FunctionsOf<V16, V8, Toom>(),
                                    FunctionsOf<V16, V8, ToomShort>(),
                                    FunctionsOf<V16, V8, Fourier16>(),
                                    FunctionsOf<V16, V8, Fourier32>(),
                                    &FmaLoop<V16>,
                                    &Pack<V16, V8>,
                                    &Combine<D8, float>,
                                    &Combine<D8, uint16_t>,
                                    &Largest<V16>,
                                    RowFunctionsOf<V16, V8>()};
  return table;
}

}  // namespace waveshift::cpu

#endif
