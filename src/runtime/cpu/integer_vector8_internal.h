// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Eight lanes with AVX2, FMA and F16C: what all ways to multiply bytes have in common. Included by
// integer_kernels_*.cc only.
#ifndef WAVESHIFT_RUNTIME_CPU_INTEGER_VECTOR8_INTERNAL_H_
#define WAVESHIFT_RUNTIME_CPU_INTEGER_VECTOR8_INTERNAL_H_

#include <immintrin.h>

#include "runtime/cpu/integer_kernel_templates_internal.h"

namespace waveshift::cpu {
namespace {

struct Vector8 {
  using Floats = __m256;
  using Ints = __m256i;
  static constexpr int kLanes = 8;

  static Floats Set(float v) { return _mm256_set1_ps(v); }
  static Floats Load(const float* p) { return _mm256_loadu_ps(p); }
  static Floats LoadHalves(const char* p) {
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  static Floats LoadBytes(const char* p) {
    return ToFloats(_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))));
  }
  static void Store(float* p, Floats v) { _mm256_storeu_ps(p, v); }
  static Floats Add(Floats a, Floats b) { return _mm256_add_ps(a, b); }
  static Floats Mul(Floats a, Floats b) { return _mm256_mul_ps(a, b); }
  static Floats Fma(Floats a, Floats b, Floats c) { return _mm256_fmadd_ps(a, b, c); }
  static Floats TakeOff(Floats from, Floats a, Floats b) { return _mm256_fnmadd_ps(a, b, from); }
  static Floats ToFloats(Ints v) { return _mm256_cvtepi32_ps(v); }

  static Ints SetInts(int32_t v) { return _mm256_set1_epi32(v); }
  static Ints LoadInts(const char* p) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)); }
  static Ints LowHalves(Ints v) { return _mm256_and_si256(v, _mm256_set1_epi8(15)); }
  static Ints HighHalves(Ints v) { return LowHalves(_mm256_srli_epi16(v, 4)); }
  static Ints Spread(const int8_t* x) {
    int32_t four;
    std::memcpy(&four, x, sizeof four);
    return _mm256_set1_epi32(four);
  }
};

}  // namespace
}  // namespace waveshift::cpu

#endif  // WAVESHIFT_RUNTIME_CPU_INTEGER_VECTOR8_INTERNAL_H_
